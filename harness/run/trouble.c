/*
 * When the endpoint dies on the way: let everything in flight end, wait until it is back, then
 * repeat alone each case that was under way when it died, with a canary after each. Only what fails
 * again by itself keeps its verdict; the others were bystanders, and what they saw is forgotten. A
 * case marked harmful is always run like this.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "run/run_internal.h"

#define CANARY_PAUSE_NS (25 * NS_PER_MS)

/* Where no answer tells that the endpoint has seen the worst, canaries go out for so long, close
 * together: one that dies late, or is back at once, is not to be missed. */
#define SETTLE_NS       (60 * NS_PER_MS)
#define SETTLE_PAUSE_NS (4 * NS_PER_MS)

static bool is_dead(enum answer answer)
{
    return answer == ANSWER_DIED || answer == ANSWER_UNREACHED;
}

/* A family of addresses that is not served says nothing of the endpoint's health. */
static bool is_a_death(const struct exchange *exchange)
{
    return is_dead(answer_of(&exchange->seen)) && exchange->request.transport.ip_version == 0;
}

static bool met_death(const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++)
        if (test->shots[i].done && is_a_death(&test->exchanges[i]))
            return true;
    return false;
}

/* What was under way, or ended after the endpoint last showed life, may have killed it. */
static bool may_be_guilty(const struct runner *runner, const struct testcase *test)
{
    if (test->skip || test->count == 0 || test->state == CASE_WAITING || test->state == CASE_JUDGED)
        return false;
    return test->state == CASE_RUNNING || test->ended_ns >= runner->alive_ns || met_death(test);
}

typedef void each_test(struct runner *runner, struct testcase *test);

static void for_each(struct runner *runner, each_test *visit)
{
    for (size_t i = 0; i < runner->plan->num_cases; i++)
        visit(runner, &runner->plan->cases[i]);
    for (size_t i = 0; i < runner->plan->num_controls; i++)
        visit(runner, &runner->plan->controls[i]);
}

static void mark_suspect(struct runner *runner, struct testcase *test)
{
    test->suspect = test->suspect || may_be_guilty(runner, test);
}

static void begin(struct runner *runner)
{
    runner->missed_ns = clock_monotonic_ns();
    runner->died = false;
    runner->trouble = TROUBLE_DRAIN;
    for_each(runner, mark_suspect);
}

void trouble_note(struct runner *runner, const struct testcase *test,
                  const struct exchange *exchange)
{
    if (test == &runner->canary || !runner->reached || runner->stop)
        return;
    if (runner->trouble == TROUBLE_NONE && is_a_death(exchange))
        begin(runner);
}

/* --- the canary --- */

/* The event that was accepted before, under an id of its own (which the signature does not cover):
 * whatever else an endpoint may dislike, it has taken this one. */
static void freshen_canary(struct runner *runner)
{
    static const char start[] = "\"id_event\":\"";
    struct request *request = &runner->canary.exchanges[0].request;
    char digits[13];
    if (!runner->known_good)
        return;
    request_clear(request);
    request_copy(request, runner->known_good);
    struct bytes body = buf_bytes(&request->body);
    const char *at = bytes_find(body, bytes_of(start));
    if (!at || (size_t)(body.data + body.len - at) < sizeof start - 1 + UUID_SIZE - 1)
        return;
    (void)snprintf(digits, sizeof digits, "%012llx", ++runner->num_canaries & 0xffffffffffffULL);
    memcpy(request->body.data + (at - body.data) + sizeof start - 1 + UUID_SIZE - 1 - 12, digits,
           12);
}

static void send_canary(struct runner *runner)
{
    runner->misses = 0;
    runner->settled_ns = 0;
    runner->back_ns = 0;
    testcase_reset(&runner->canary);
    freshen_canary(runner);
}

/* A budget that is used up leaves none for looking: then the endpoint is taken to be alive. So is
 * one that limits the rate, or that never took an event like this one. */
static bool found_it_well(const struct runner *runner)
{
    const struct exchange *exchange = &runner->canary.exchanges[0];
    if (exchange->seen.outcome == OUTCOME_NOT_SENT)
        return true;
    return exchange->seen.outcome == OUTCOME_ANSWERED &&
           (exchange->accepted || !runner->usual_accepted || exchange->seen.status == 429 ||
            exchange->seen.status == 409); /* a repetition: the canary is the same each time */
}

/* --- the end of the endpoint --- */

/* Who was refused a connection saw nothing; who was cut off, or ran alone, may have done it. */
static void settle_at_end(struct runner *runner, struct testcase *test)
{
    bool guilty = test == runner->alone;
    for (size_t i = 0; i < test->count; i++)
        guilty = guilty || answer_of(&test->exchanges[i].seen) == ANSWER_DIED;
    if (!test->suspect && test != runner->alone)
        return;
    test->suspect = false;
    if (guilty)
        test->canary_failed = runner->gone;
    else if (met_death(test) || test->state == CASE_RUNNING)
        testcase_reset(test);
    end_unsent(test, runner->stop, clock_monotonic_ns());
}

void trouble_stop(struct runner *runner)
{
    for_each(runner, settle_at_end);
    runner->alone = NULL;
    runner->trouble = TROUBLE_NONE;
}

static void give_up(struct runner *runner)
{
    runner->stop = "not sent: the endpoint was gone and did not come back in time (--recovery)";
    runner->gone = true;
    trouble_stop(runner);
}

/* True when a canary has found the endpoint well; until then it is sent again, and in the end given
 * up. */
/* The same event once more may be refused as a repetition; that is life enough. */
static bool was_answered(const struct runner *runner)
{
    return runner->canary.exchanges[0].seen.outcome == OUTCOME_ANSWERED;
}

static void send_again(struct runner *runner, int64_t pause_ns, int64_t now_ns)
{
    testcase_reset(&runner->canary);
    runner->canary.resume_ns = now_ns + pause_ns;
}

static bool is_back(struct runner *runner, int64_t now_ns)
{
    if (runner->canary.state < CASE_ENDED)
        (void)launch_next(runner, &runner->canary, now_ns);
    if (runner->canary.state < CASE_ENDED)
        return false;
    if (found_it_well(runner) || (runner->back_ns && was_answered(runner))) {
        if (!runner->back_ns)
            runner->back_ns = now_ns;
        if (now_ns >= runner->settled_ns)
            return true;
        send_again(runner, SETTLE_PAUSE_NS, now_ns);
        return false;
    }
    runner->misses++;
    runner->back_ns = 0;
    runner->died = true;
    runner->facts.died = true;
    if (now_ns - runner->missed_ns > runner->options->recovery_ns) {
        give_up(runner);
        return false;
    }
    send_again(runner, CANARY_PAUSE_NS, now_ns);
    return false;
}

/* --- the search --- */

/* The suspect to look at next: first those that were cut off, then the others. Counts both kinds.
 */
struct search {
    struct testcase *found;
    size_t num_cut_off;
    size_t num_others;
};

static struct search find_suspect(const struct runner *runner)
{
    struct search search = {0};
    struct testcase *other = NULL;
    for (size_t i = 0; i < runner->plan->num_cases + runner->plan->num_controls; i++) {
        struct testcase *test = i < runner->plan->num_cases
                                    ? &runner->plan->cases[i]
                                    : &runner->plan->controls[i - runner->plan->num_cases];
        if (!test->suspect)
            continue;
        bool cut_off = met_death(test);
        search.num_cut_off += cut_off;
        search.num_others += !cut_off;
        if (cut_off && !search.found)
            search.found = test;
        if (!cut_off && !other)
            other = test;
    }
    if (!search.found)
        search.found = other;
    return search;
}

static void clear_suspect(struct runner *runner, struct testcase *test)
{
    test->suspect = false;
}

/* Who waited between two steps has lost its connection, and begins anew. */
static void begin_anew(struct runner *runner, struct testcase *test)
{
    if (test != runner->alone && test->state == CASE_RUNNING && test->in_flight == 0 &&
        !test->suspect)
        testcase_reset(test);
}

static void blame(struct runner *runner, struct testcase *test)
{
    if (runner->misses == 0)
        return; /* it did not die: the answer alone is what is to be judged */
    bool forged = false;
    for (size_t i = 0; i < test->count; i++)
        forged = forged || !test->shots[i].genuine;
    runner->deaths[forged ? SHOT_FORGED : SHOT_GENUINE]++;
    test->canary_failed = true;
    test->recovery_ns = runner->back_ns - runner->missed_ns;
    for_each(runner, begin_anew);
}

void trouble_run_alone(struct runner *runner, struct testcase *test)
{
    runner->alone = test;
    runner->trouble = TROUBLE_ALONE;
}

/* Repeats the next suspect alone: all of them when the endpoint died, for more than one may be
 * guilty; only what was cut off when it did not. */
static void next_suspect(struct runner *runner)
{
    runner->alone = NULL;
    runner->trouble = TROUBLE_NONE;
    for (;;) {
        struct search search = find_suspect(runner);
        if (!search.found)
            return;
        search.found->suspect = false;
        if (search.num_cut_off == 0 && !runner->died)
            continue;
        testcase_reset(search.found);
        trouble_run_alone(runner, search.found);
        return;
    }
}

static void step_recover(struct runner *runner, int64_t now_ns)
{
    if (!is_back(runner, now_ns))
        return;
    struct search search = find_suspect(runner);
    if (search.num_cut_off == 0 && !runner->died) {
        for_each(runner, clear_suspect);
    } else if (search.num_cut_off == 1 && search.found->state == CASE_ENDED &&
               answer_of(&search.found->exchanges[search.found->count - 1].seen) == ANSWER_DIED) {
        search.found->suspect = false; /* nothing else was cut off: no need to do it again */
        blame(runner, search.found);
    }
    next_suspect(runner);
}

/* It ran alone for its own sake, and nothing happened to the endpoint. */
static bool is_harmless(const struct testcase *test)
{
    return test->one && test->one->alone && !test->one->harmful && !met_death(test);
}

/* Nobody waited for an answer: the endpoint may not even have noticed yet. */
static bool was_left(const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++)
        if (test->exchanges[i].seen.outcome == OUTCOME_LEFT)
            return true;
    return false;
}

static void step_alone(struct runner *runner, int64_t now_ns)
{
    (void)launch_next(runner, runner->alone, now_ns);
    if (runner->alone->state < CASE_ENDED || runner->in_flight > 0)
        return;
    if (is_harmless(runner->alone)) {
        next_suspect(runner);
        return;
    }
    runner->missed_ns = now_ns;
    runner->trouble = TROUBLE_CANARY;
    send_canary(runner);
    runner->settled_ns = was_left(runner->alone) ? now_ns + SETTLE_NS : now_ns;
}

static void step_canary(struct runner *runner, int64_t now_ns)
{
    if (!is_back(runner, now_ns))
        return;
    if (runner->misses > 0 || met_death(runner->alone))
        blame(runner, runner->alone);
    next_suspect(runner);
}

void trouble_look_after_all(struct runner *runner)
{
    runner->looked_after_all = true;
    if (runner->reached && !runner->stop && runner->alive_ns)
        begin(runner);
}

void trouble_step(struct runner *runner, int64_t now_ns)
{
    if (runner->trouble == TROUBLE_DRAIN && runner->in_flight == 0) {
        runner->trouble = TROUBLE_RECOVER;
        send_canary(runner);
    }
    if (runner->trouble == TROUBLE_RECOVER)
        step_recover(runner, now_ns);
    else if (runner->trouble == TROUBLE_ALONE)
        step_alone(runner, now_ns);
    else if (runner->trouble == TROUBLE_CANARY)
        step_canary(runner, now_ns);
}
