/*
 * When the endpoint dies on the way: let everything in flight end, wait until it is back, then
 * repeat alone each case that was under way when it died, with a canary after each. Only what fails
 * again by itself keeps its verdict; the others were bystanders, and what they saw is forgotten. A
 * case marked harmful is always run like this.
 */
#include "run/trouble.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "run/slow.h"

#define CANARY_PAUSE_NS     (25 * NS_PER_MS)
#define CANARY_PAUSE_MAX_NS (250 * NS_PER_MS)
#define CANARY_EASE         10 /* the pause grows by 1/N of the time that it was missed */

/* So many canaries in a row that were answered and refused are as bad as none. */
#define REFUSALS_MAX 4

/* An endpoint that has too much to do is given so long to work it off, and events come so far apart
 * from then on. */
#define CROWDED_NS            (8 * NS_PER_S)
#define CROWDED_FROM_START_NS (2 * NS_PER_S) /* to one that has never taken an event */
#define CROWDED_PAUSE_NS      (60 * NS_PER_MS)
#define CROWDED_MAX           6 /* points: an answer that stands when nothing else is in flight has two */
#define GAP_MIN_NS            (10 * NS_PER_MS)
#define GAP_MAX_NS            (250 * NS_PER_MS)
#define GAP_EASE              32 /* the gap shrinks by 1/N with each event that gets in */

/* Where no answer tells that the endpoint has seen the worst, canaries go out for so long, close
 * together: one that dies late, or is back at once, is not to be missed. */
#define SETTLE_NS       (60 * NS_PER_MS)
#define SETTLE_PAUSE_NS (4 * NS_PER_MS)

static bool is_dead(enum answer answer)
{
    return answer == ANSWER_DIED || answer == ANSWER_UNREACHED;
}

/* A family of addresses that is not served says nothing of the endpoint's health, nor does one that
 * turns away who has no certificate. */
static bool is_a_death(const struct exchange *exchange)
{
    return is_dead(answer_of(&exchange->seen)) && exchange->request.transport.ip_version == 0 &&
           !exchange->seen.cert_wanted;
}

static bool says_crowded(const struct observation *seen)
{
    static const int statuses[] = {429, 502, 503, 504};
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
        if (seen->outcome == OUTCOME_ANSWERED && seen->status == statuses[i])
            return true;
    return false;
}

/* What a case about load meets is its subject. */
static bool is_crowded(const struct testcase *test, const struct exchange *exchange)
{
    return says_crowded(&exchange->seen) && !testcase_is_load(test);
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
    if (runner->is_crowded)
        return test->crowded;
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
    runner->refusals = 0;
    runner->died = false;
    runner->trouble = TROUBLE_DRAIN;
    for_each(runner, mark_suspect);
}

/* Slower from now on: half as many in flight, twice as far apart. */
static void slow_down(struct runner *runner)
{
    runner->room = runner->room > 1 ? runner->room / 2 : 1;
    runner->gap_ns = runner->gap_ns ? runner->gap_ns * 2 : GAP_MIN_NS;
    if (runner->gap_ns > GAP_MAX_NS)
        runner->gap_ns = GAP_MAX_NS;
}

/* After so many forgeries that it limited, while genuine events got in, it limits forgeries. */
#define LIMITED_FORGED_MAX 3

static void note_crowded(struct runner *runner, struct testcase *test, bool genuine)
{
    if (runner->is_limited || test->num_crowded >= CROWDED_MAX ||
        (!genuine && runner->num_limited_forged >= LIMITED_FORGED_MAX))
        return;
    test->crowded = true;
    if (runner->trouble != TROUBLE_NONE)
        return;
    slow_down(runner);
    runner->is_crowded = true;
    begin(runner);
}

void trouble_note(struct runner *runner, struct testcase *test, const struct exchange *exchange)
{
    if (test == &runner->canary || !runner->reached || runner->stop)
        return;
    bool died = is_a_death(exchange);
    if (runner->trouble == TROUBLE_NONE && died) {
        if (!slow_forgives(runner, exchange))
            begin(runner);
    } else if (runner->trouble == TROUBLE_ALONE && answer_of(&exchange->seen) == ANSWER_UNREACHED &&
               died)
        testcase_end_unsent(test, "not sent: the endpoint was down", clock_monotonic_ns());
    else if (is_crowded(test, exchange))
        note_crowded(runner, test, test->shots[exchange - test->exchanges].genuine);
    else if (exchange->accepted && runner->gap_ns)
        runner->gap_ns -= runner->gap_ns / GAP_EASE; /* it copes: a little faster */
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
        return !exchange->seen.ours;
    if (says_crowded(&exchange->seen))
        return runner->is_limited;
    return exchange->seen.outcome == OUTCOME_ANSWERED &&
           (exchange->accepted || !runner->usual_accepted || exchange->seen.status == 429 ||
            exchange->seen.status == 409); /* a repetition: the canary is the same each time */
}

/* --- the end of the endpoint --- */

static bool was_cut_off(const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++)
        if (answer_of(&test->exchanges[i].seen) == ANSWER_DIED)
            return true;
    return false;
}

/* What may have ended the endpoint for good: what ran alone, else what was cut off, else what was
 * answered last. */
static void accuse(struct runner *runner, struct testcase *test)
{
    struct testcase *culprit = runner->culprit;
    if (!test->suspect || test->count == 0 || !test->shots[0].done ||
        answer_of(&test->exchanges[0].seen) == ANSWER_UNREACHED)
        return;
    bool more = !culprit || (was_cut_off(test) && !was_cut_off(culprit)) ||
                (was_cut_off(test) == was_cut_off(culprit) && test->ended_ns > culprit->ended_ns);
    if (test->one && more)
        runner->culprit = test;
}

/* Who was refused a connection saw nothing; who was cut off, or ran alone, may have done it. */
static void settle_at_end(struct runner *runner, struct testcase *test)
{
    bool guilty = test == runner->alone || test == runner->culprit || was_cut_off(test);
    if (!test->suspect && test != runner->alone)
        return;
    test->suspect = false;
    if (guilty)
        test->canary_failed = runner->gone;
    else if (met_death(test) || test->state == CASE_RUNNING)
        testcase_reset(test);
    testcase_end_unsent(test, runner->stop, clock_monotonic_ns());
}

void trouble_stop(struct runner *runner)
{
    for_each(runner, settle_at_end);
    runner->alone = NULL;
    runner->trouble = TROUBLE_NONE;
}

static void give_up(struct runner *runner)
{
    runner->stop = "not sent: the endpoint went down and did not come back in time (--recovery)";
    runner->gone = true;
    runner->culprit = runner->alone && runner->alone->one ? runner->alone : NULL;
    if (!runner->culprit)
        for_each(runner, accuse);
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

/* It answers, but not as it did: of several instances behind one address one may be of another
 * mind, so that a few refusals in a row are no death. */
static bool is_of_another_mind(struct runner *runner)
{
    const struct observation *seen = &runner->canary.exchanges[0].seen;
    bool refused = seen->outcome == OUTCOME_ANSWERED && !says_crowded(seen);
    return refused && runner->misses == 0 && ++runner->refusals < REFUSALS_MAX;
}

/* It has too much to do. False when that goes on for too long: then it is a limit of its own. */
static bool is_patient(struct runner *runner, int64_t now_ns)
{
    if (!says_crowded(&runner->canary.exchanges[0].seen))
        return false;
    int64_t most_ns = runner->usual_accepted ? CROWDED_NS : CROWDED_FROM_START_NS;
    int64_t waited_ns = now_ns - runner->missed_ns;
    return waited_ns < most_ns && waited_ns < runner->options->max_time_ns / 4;
}

static void note_absence(struct runner *runner)
{
    int64_t away_ns = runner->back_ns - runner->missed_ns;
    if (runner->misses == 0)
        return;
    if (runner->num_absences++ == 0)
        runner->first_absence_ns = runner->missed_ns - runner->begun_ns;
    if (away_ns > runner->longest_absence_ns)
        runner->longest_absence_ns = away_ns;
}

static bool is_back(struct runner *runner, int64_t now_ns)
{
    if (runner->canary.state < CASE_ENDED)
        return false;
    if (found_it_well(runner) || (runner->back_ns && was_answered(runner))) {
        if (!runner->back_ns) {
            runner->back_ns = now_ns;
            note_absence(runner);
        }
        if (now_ns >= runner->settled_ns)
            return true;
        send_again(runner, SETTLE_PAUSE_NS, now_ns);
        return false;
    }
    if (is_of_another_mind(runner) || runner->canary.exchanges[0].seen.ours) {
        send_again(runner, CANARY_PAUSE_NS, now_ns);
        return false;
    }
    if (is_patient(runner, now_ns)) {
        send_again(runner, CROWDED_PAUSE_NS, now_ns);
        return false;
    }
    if (says_crowded(&runner->canary.exchanges[0].seen)) {
        runner->is_limited = true; /* it goes on as it is */
        runner->back_ns = now_ns;
        return true;
    }
    runner->misses++;
    runner->back_ns = 0;
    runner->died = true;
    runner->facts.died = true;
    if (now_ns - runner->missed_ns > runner->options->recovery_ns) {
        give_up(runner);
        return false;
    }
    int64_t pause_ns = CANARY_PAUSE_NS + (now_ns - runner->missed_ns) / CANARY_EASE;
    send_again(runner, pause_ns < CANARY_PAUSE_MAX_NS ? pause_ns : CANARY_PAUSE_MAX_NS, now_ns);
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
    runner->num_absences -=
        runner->num_absences < test->num_deaths ? runner->num_absences : test->num_deaths;
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
    runner->refusals = 0;
    for (;;) {
        struct search search = find_suspect(runner);
        if (!search.found) {
            runner->is_crowded = false;
            return;
        }
        search.found->suspect = false;
        if (search.num_cut_off == 0 && !runner->died && !search.found->crowded)
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
    if (runner->is_limited || (search.num_cut_off == 0 && !runner->died && !runner->is_crowded))
        for_each(runner, clear_suspect);
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
    if (runner->alone->state < CASE_ENDED || runner->in_flight > 0)
        return;
    if (is_harmless(runner->alone) && !runner->alone->crowded) {
        next_suspect(runner);
        return;
    }
    runner->is_crowded = runner->alone->crowded;
    runner->missed_ns = now_ns;
    runner->trouble = TROUBLE_CANARY;
    send_canary(runner);
    runner->settled_ns = was_left(runner->alone) ? now_ns + SETTLE_NS : now_ns;
}

/* Once may be chance: a deploy, a supervisor. What happens again when it runs alone is its doing.
 */
static void repeat_or_blame(struct runner *runner, struct testcase *test)
{
    if (test->num_deaths++ > 0) {
        blame(runner, test);
        return;
    }
    test->suspect = true;
    runner->died = runner->died || runner->misses > 0;
    for_each(runner, begin_anew);
}

static bool met_limit_forged(const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++)
        if (!test->shots[i].genuine && says_crowded(&test->exchanges[i].seen))
            return true;
    return false;
}

/* Where a genuine event got in at once beside it, the answer is its own, and stands. */
static void repeat_crowded(struct runner *runner, struct testcase *test)
{
    bool waited = runner->back_ns - runner->missed_ns > CROWDED_PAUSE_NS;
    test->num_crowded += waited ? 1 : 2;
    test->suspect = test->num_crowded < CROWDED_MAX && !runner->is_limited;
    if (waited)
        slow_down(runner);
    else if (!test->suspect && met_limit_forged(test))
        runner->num_limited_forged++;
}

static void step_canary(struct runner *runner, int64_t now_ns)
{
    if (!is_back(runner, now_ns))
        return;
    if (runner->alone->crowded)
        repeat_crowded(runner, runner->alone);
    else if (runner->misses > 0 || met_death(runner->alone))
        repeat_or_blame(runner, runner->alone);
    next_suspect(runner);
}

void trouble_look_after_all(struct runner *runner)
{
    runner->looked_after_all = true;
    if (runner->reached && !runner->stop && runner->alive_ns && runner->answered)
        begin(runner);
}

struct testcase *trouble_looks_at(struct runner *runner)
{
    switch (runner->trouble) {
    case TROUBLE_ALONE:
        return runner->alone;
    case TROUBLE_RECOVER:
    case TROUBLE_CANARY:
        return &runner->canary;
    case TROUBLE_NONE:
    case TROUBLE_DRAIN:
        break;
    }
    return NULL;
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

/* --- beside the cases --- */

static void spoil(struct runner *runner, struct testcase *test)
{
    if (test->state != CASE_RUNNING)
        return;
    if (test->in_flight > 0)
        test->spoiled = true; /* begun anew when that has ended */
    else
        testcase_reset(test);
}

void trouble_note_pause(struct runner *runner, int64_t paused_ns)
{
    runner->paused_ns += paused_ns;
    if (!runner->stop)
        for_each(runner, spoil);
}

static void note_absences(const struct runner *runner, struct buf *out)
{
    buf_add_text(out, runner->num_absences == 1 ? "The endpoint was down for "
                                                : "The endpoint was down several times, for ");
    text_add_duration(out, runner->longest_absence_ns);
    buf_add_text(out, runner->num_absences == 1 ? ", " : " at most, first ");
    text_add_duration(out, runner->first_absence_ns);
    buf_add_text(out, " into the run, and came back; affected requests were sent again.");
}

void trouble_add_notes(struct runner *runner)
{
    struct buf out = {0};
    if (runner->num_absences) {
        note_absences(runner, &out);
        run_result_add_note(runner->result, buf_take(&out));
    }
    if (runner->paused_ns) {
        buf_add_text(&out, "This machine stopped hookcheck for ");
        text_add_duration(&out, runner->paused_ns);
        buf_add_text(&out, "; requests in flight were sent again.");
        run_result_add_note(runner->result, buf_take(&out));
    }
    if (runner->gap_ns || runner->is_limited)
        run_result_add_note(
            runner->result,
            mem_text(runner->is_limited
                         ? "The endpoint limits its load (429, 502, 503 or 504), and did not "
                           "accept more in time."
                         : "The endpoint answered that it is overloaded (429, 502, 503 or 504); "
                           "these requests were sent again, more slowly."));
}
