#include "run/pace.h"

#include <stdio.h>

#include "base/clock.h"

/* How long samples are taken, and how many at least; a slow endpoint shows itself in one. */
struct patience {
    int64_t limit_ns;
    size_t least;
};

static struct patience patience_of(const struct runner *runner)
{
    static const struct patience usual = {600 * NS_PER_MS, 2};
    static const struct patience quick = {300 * NS_PER_MS, 2};
    static const struct patience slow = {200 * NS_PER_MS, 1};
    if (health_is_slow(&runner->health))
        return slow;
    return runner->options->quick ? quick : usual;
}

static const struct step *step_at(const struct testcase *test, size_t index)
{
    return test->one ? &test->one->steps[test->shots[index].step] : NULL;
}

/* The place of a shot in its step. */
static size_t place_of(const struct testcase *test, size_t index)
{
    size_t place = 0;
    while (place < index && test->shots[index - place - 1].step == test->shots[index].step)
        place++;
    return place;
}

bool pace_is_open(const struct testcase *test)
{
    const struct step *step = test->next < test->count ? step_at(test, test->next) : NULL;
    if (!step)
        return false;
    bool begins = place_of(test, test->next) == 0;
    return begins ? step->beside : step->interval_ns > 0;
}

size_t pace_group_len(const struct testcase *test)
{
    const struct step *step = step_at(test, test->next);
    if (!step || !step->together)
        return 1;
    size_t len = 1;
    while (test->next + len < test->count && (!step->at_once || len < step->at_once) &&
           test->shots[test->next + len].step == test->shots[test->next].step)
        len++;
    return len;
}

/* The run's rate holds, whatever a case asks for. */
static int64_t interval_of(const struct runner *runner, const struct step *step)
{
    double rate = runner->options->rate;
    int64_t least_ns = rate > 0 ? (int64_t)((double)NS_PER_S / rate) : 0;
    return step->interval_ns > least_ns ? step->interval_ns : least_ns;
}

void pace_after_launch(const struct runner *runner, struct testcase *test, size_t index,
                       int64_t due_ns, int64_t now_ns)
{
    const struct step *step = step_at(test, index);
    bool begins = step && place_of(test, index) == 0;
    if (begins)
        test->step_ns = now_ns;
    if (step && step->interval_ns) {
        int64_t intended_ns = begins ? now_ns : due_ns;
        test->exchanges[index].late_ns = now_ns - intended_ns;
        test->resume_ns = intended_ns + interval_of(runner, step);
    }
    const struct step *next = test->next < test->count ? step_at(test, test->next) : NULL;
    if (next && next != step && next->beside)
        test->resume_ns = now_ns + next->after_ns;
}

/* So many samples that were refused, while nothing was accepted yet, and the rest tells no more. */
#define REFUSED_SAMPLES 5

static bool all_are_refused(const struct runner *runner, const struct testcase *test)
{
    size_t place = place_of(test, test->next);
    if (runner->health.any_accepted || test->exchanges[test->next].by_scheme ||
        place < REFUSED_SAMPLES || !test->shots[test->next].genuine)
        return false;
    for (size_t i = test->next - place; i < test->next; i++)
        if (answer_of(&test->exchanges[i].seen) != ANSWER_REFUSED ||
            test->exchanges[i].seen.status == 429)
            return false;
    return true;
}

static size_t end_of_step(const struct testcase *test, size_t index)
{
    size_t end = index;
    while (end < test->count && test->shots[end].step == test->shots[index].step)
        end++;
    return end;
}

static void drop_until(struct testcase *test, size_t end, const char *why, int64_t now_ns)
{
    if (test->next >= end)
        return;
    for (; test->next < end; test->next++) {
        struct observation *seen = &test->exchanges[test->next].seen;
        (void)snprintf(seen->detail, sizeof seen->detail, "%s", why);
        test->shots[test->next].done = true;
    }
    if (end == test->count && test->in_flight == 0)
        testcase_end_unsent(test, "", now_ns);
}

/* What answers slowly would work for minutes on what comes at a rate. What answers promptly has few
 * under way at any time; a few more than Panora's show how they wait for each other. */
#define WORKERS     5
#define CROWD       20
#define HELD_MAX_NS (2 * NS_PER_S)

bool pace_holds_back(const struct runner *runner, struct testcase *test, int64_t now_ns)
{
    const struct step *step = test->next < test->count ? step_at(test, test->next) : NULL;
    if (!step || !step->interval_ns || !test->shots[test->next].genuine ||
        test->in_flight < (health_is_slow(&runner->health) ? WORKERS : CROWD))
        return false;
    test->resume_ns = now_ns; /* that it waited is no doing of the endpoint's */
    if (now_ns - test->step_ns >= HELD_MAX_NS)
        drop_until(test, end_of_step(test, test->next),
                   "not sent: the time for these samples ran out", now_ns);
    return true;
}

void pace_note_accepted(struct testcase *test, size_t index, int64_t now_ns)
{
    const struct step *step = step_at(test, index);
    if (!step || !test->exchanges[index].accepted)
        return;
    size_t end = step->enough_accepted  ? test->count
                 : step->until_accepted ? end_of_step(test, index)
                                        : test->next;
    drop_until(test, end, "not sent: one before it was accepted", now_ns);
}

void pace_limit_samples(const struct runner *runner, struct testcase *test, int64_t now_ns)
{
    const struct step *step = test->next < test->count ? step_at(test, test->next) : NULL;
    const struct patience patience = patience_of(runner);
    if (!step || !step->samples)
        return;
    if (all_are_refused(runner, test))
        drop_until(test, end_of_step(test, test->next), "not sent: genuine events are refused",
                   now_ns);
    else if (!step->interval_ns && place_of(test, test->next) >= patience.least &&
             now_ns - test->step_ns >= patience.limit_ns)
        drop_until(test, end_of_step(test, test->next),
                   "not sent: the time for these samples ran out", now_ns);
}
