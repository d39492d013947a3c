#include "run/launch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "judge/leaks.h"
#include "result/packed.h"
#include "run/diagnosing.h"
#include "run/effect_asking.h"
#include "run/order.h"
#include "run/pace.h"
#include "run/probe_case.h"
#include "run/trouble.h"

/* After so many deaths of the endpoint by one kind of request the rest of that kind is not sent: a
 * run ends. */
#define DEATHS_MAX 30

/* Enough for ports to become free again; then the case is left undecided. */
#define SPOILED_MAX      4
#define SPOILED_PAUSE_NS (250 * NS_PER_MS)

/* This machine spoiled it: it is sent once more, a little later. */
static bool begin_anew(struct runner *runner, struct testcase *test, int64_t now_ns)
{
    if (runner->stop || test->num_spoiled == SPOILED_MAX)
        return false;
    testcase_reset(test);
    test->resume_ns = now_ns + (SPOILED_PAUSE_NS << test->num_spoiled++);
    return true;
}

static bool is_minor(const struct runner *runner, const struct testcase *test)
{
    return test->one ? test->one->level != LEVEL_MUST : test != &runner->canary.test;
}

static void note_health(struct runner *runner, const struct testcase *test, size_t index)
{
    const struct exchange *exchange = &test->exchanges[index];
    const struct news news = {
        .exchange = exchange,
        .usual = test->shots[index].usual,
        .is_timely = test != &runner->canary.test && !testcase_is_load(test) &&
                     !testcase_goes_together(test),
        .is_minor = is_minor(runner, test),
        .is_load = testcase_is_load(test),
        .num_under_way = test->shots[index].num_under_way,
    };
    health_note(&runner->health, &news);
    if (exchange->accepted && news.usual)
        canary_note_accepted(&runner->canary, exchange);
}

/* Lets go of held connections when nothing else of the case is under way or to come. */
static void release_held(struct runner *runner, const struct testcase *test)
{
    if (test->next < test->count)
        return;
    size_t num_held = 0;
    for (size_t i = 0; i < test->count; i++)
        num_held += !test->shots[i].done && test->exchanges[i].request.transport.stop == STOP_HOLD;
    if (num_held && num_held == test->in_flight)
        gate_release_held(runner->gate);
}

static void shot_ended(struct runner *runner, struct testcase *test, size_t index, int64_t now_ns)
{
    struct exchange *exchange = &test->exchanges[index];
    const struct observation *seen = &exchange->seen;
    exchange->accepted = answer_of(seen) == ANSWER_ACCEPTED;
    test->shots[index].done = true;
    test->spoiled = test->spoiled || seen->ours;
    test->in_flight--;
    runner->in_flight--;
    note_health(runner, test, index);
    release_held(runner, test);
    if (test->in_flight > 0)
        return;
    if (test->spoiled && begin_anew(runner, test, now_ns))
        return;
    pace_note_accepted(test, index, now_ns);
    if (test->next < test->count && pace_is_open(test))
        return; /* it leaves at its time */
    if (test->next < test->count) {
        size_t step = test->shots[test->next].step;
        bool begins = step != test->shots[index].step;
        test->resume_ns = now_ns + (begins ? test->one->steps[step].after_ns : 0);
        return;
    }
    struct error err = {0};
    if (test->probe && !runner->stop && probe_case_extend(test, &err))
        return;
    test->state = CASE_ENDED;
    test->ended_ns = now_ns;
    testcase_close(test);
}

/* What the engine hands back; the runner is found through the shot's case. */
struct flight {
    struct runner *runner;
    struct shot *shot;
};

/* What was searched once before, and is long, is searched as far as it is kept: it can hold this
 * event's signature only by chance. */
static void keep_answer(struct runner *runner, struct exchange *exchange)
{
    struct kept *kept = runner->result->kept;
    bool is_known = kept_knows(kept, &exchange->seen);
    if (is_known)
        kept_take(kept, &exchange->seen);
    leaks_search(exchange, runner->facts.secret);
    if (!is_known)
        kept_take(kept, &exchange->seen);
}

static void on_done(void *payload, struct observation *seen)
{
    struct flight flight = *(struct flight *)payload;
    free(payload);
    struct testcase *test = flight.shot->owner;
    size_t index = (size_t)(flight.shot - test->shots);
    observation_clear(&test->exchanges[index].seen);
    test->exchanges[index].seen = *seen;
    keep_answer(flight.runner, &test->exchanges[index]);
    exchange_pack(&test->exchanges[index]);
    int64_t now_ns = clock_monotonic_ns();
    shot_ended(flight.runner, test, index, now_ns);
    trouble_note(flight.runner, test, &test->exchanges[index], now_ns);
}

static struct engine_connection *connection_for(struct runner *runner, struct testcase *test,
                                                size_t index)
{
    if (!test->one || !judge_needs_raw(test->one))
        return NULL;
    struct engine_connection **place =
        test->one->one_connection ? &test->connection : &test->shots[index].connection;
    if (!*place)
        *place = gate_connection_new(runner->gate);
    return *place;
}

/* What became of the connection while nothing was sent belongs to the answer before. */
static void note_idle(struct testcase *test, size_t index)
{
    if (!test->connection || index == 0)
        return;
    struct observation *before = &test->exchanges[index - 1].seen;
    if (!engine_connection_idle(test->connection, &before->idle_closed_ns, &before->idle_was_reset))
        before->idle_closed_ns = -1;
}

enum engine_linger launch_linger_for(const struct runner *runner, const struct testcase *test,
                                     size_t index)
{
    bool is_hurried = runner->options->quick || health_is_slow(&runner->health);
    if (!test->one)
        return LINGER_USUAL;
    if (test->one->steps[test->shots[index].step].samples)
        return LINGER_NONE;
    return is_hurried && !judge_watches_connection(test->one) ? LINGER_SHORT : LINGER_USUAL;
}

/* --- a group leaves --- */

static enum purpose purpose_of(const struct runner *runner, const struct testcase *test)
{
    if (test == &runner->canary.test)
        return PURPOSE_CANARY;
    if (!test->one)
        return PURPOSE_CONTROL;
    return test->one->tls ? PURPOSE_TLS : test->probe ? PURPOSE_SEARCH : PURPOSE_CASE;
}

static struct engine_send prepare(struct runner *runner, struct testcase *test, size_t index)
{
    struct flight *flight = mem_alloc(sizeof *flight);
    *flight = (struct flight){runner, &test->shots[index]};
    note_idle(test, index);
    exchange_unpack(&test->exchanges[index]);
    return (struct engine_send){
        .request = &test->exchanges[index].request,
        .connection = connection_for(runner, test, index),
        .timeout_ns = runner->options->deadline_ns,
        .linger = launch_linger_for(runner, test, index),
        .on_done = on_done,
        .payload = flight,
    };
}

/* The shots from test->next on leave at once; false when the gate lets none of them out. */
static bool send_group(struct runner *runner, struct testcase *test, size_t len)
{
    struct engine_send *sends = mem_alloc(len * sizeof *sends);
    for (size_t i = 0; i < len; i++)
        sends[i] = prepare(runner, test, test->next + i);
    bool sent = gate_send(runner->gate, purpose_of(runner, test), sends, len);
    for (size_t i = 0; !sent && i < len; i++) {
        free(sends[i].payload);
        exchange_pack(&test->exchanges[test->next + i]);
    }
    free(sends);
    if (!sent)
        return false;
    if (test->state == CASE_WAITING) {
        test->state = CASE_RUNNING;
        test->started_ns = clock_monotonic_ns();
    }
    size_t first = test->next;
    test->next += len;
    test->in_flight += len;
    runner->in_flight += len;
    for (size_t i = first; i < test->next; i++)
        test->shots[i].num_under_way = runner->in_flight;
    return true;
}

/* A forgery of many timed out: the case sends no more of them. */
static bool met_silence(const struct testcase *test)
{
    for (size_t i = 0; testcase_is_load(test) && i < test->next; i++)
        if (test->exchanges[i].seen.outcome == OUTCOME_TIMED_OUT && !test->shots[i].genuine)
            return true;
    return false;
}

static bool has_hung_often(const struct runner *runner, enum shot_kind kind)
{
    return runner->health.hangs[kind] + runner->health.minor_hangs[kind] >= HEALTH_HANGS_MAX;
}

/* Why the next group of this case is not to be sent at all, or NULL. */
static const char *refusal(struct runner *runner, const struct testcase *test, size_t len)
{
    static const char *const hung[] = {
        [SHOT_GENUINE] = "not sent: three genuine events before it timed out",
        [SHOT_FORGED] = "not sent: three forged events before it timed out",
        [SHOT_CHUNKED] = "not sent: three chunked requests before it timed out",
    };
    static const char *const killed[] = {
        [SHOT_GENUINE] = "not sent: thirty genuine events before it took the endpoint down",
        [SHOT_FORGED] = "not sent: thirty forged events before it took the endpoint down",
        [SHOT_CHUNKED] = "not sent: thirty chunked requests before it took the endpoint down",
    };
    enum shot_kind kind = shot_kind_of(&test->exchanges[test->next]);
    if (runner->stop)
        return runner->stop;
    const char *why = budget_refusal(gate_budget(runner->gate), len, clock_monotonic_ns());
    if (why) {
        runner->budget_spent = true; /* when the run is over, that is told instead */
        return why;
    }
    /* the canary always goes: without it nobody knows whether the endpoint is there */
    if (test == &runner->canary.test)
        return NULL;
    if (runner->health.deaths[kind] >= DEATHS_MAX)
        return killed[kind];
    if (!runner->health.answered && health_num_hangs(&runner->health) > HEALTH_HANGS_MAX)
        return "not sent: every request before it timed out";
    size_t num_hung = runner->health.hangs[kind];
    if (num_hung >= HEALTH_HANGS_MAX || (is_minor(runner, test) && has_hung_often(runner, kind)))
        return hung[kind];
    if (kind == SHOT_FORGED && met_silence(test))
        return "not sent: a forged event before it timed out";
    return order_refusal(runner, test, clock_monotonic_ns());
}

/* A run that was stopped waits for nothing. */
static bool is_ready(const struct runner *runner, const struct testcase *test, int64_t now_ns)
{
    if (test->state >= CASE_ENDED || (!runner->stop && now_ns < test->resume_ns))
        return false;
    return test->in_flight == 0 || (test->next < test->count && pace_is_open(test));
}

/* Whether a group has to wait until others have ended. */
static bool is_crowded(const struct runner *runner, const struct testcase *test, size_t len)
{
    if (runner->in_flight == 0 || (test->in_flight > 0 && pace_is_open(test)))
        return false;
    return runner->in_flight + len > runner->health.room;
}

/* Where nothing was ever answered, what is under way hangs as well, and is enough to show it. */
static bool waits_for_silent(const struct runner *runner, const struct testcase *test)
{
    const struct health *health = &runner->health;
    size_t num_hung = health_num_hangs(health);
    return !health->answered && num_hung > 0 && runner->in_flight > 0 &&
           test != &runner->canary.test && num_hung + runner->in_flight > HEALTH_HANGS_MAX;
}

int64_t launch_due_ns(const struct runner *runner, const struct testcase *test, size_t len)
{
    const struct budget *budget = gate_budget(runner->gate);
    int64_t rate_ns = budget_due_ns(budget, len);
    /* those that leave at once come after as long a pause as they would have apart; a canary shows
     * how the endpoint is now, not after a pause */
    bool hurries = testcase_is_load(test) || test == &runner->canary.test;
    int64_t pause_ns = runner->health.gap_ns * (int64_t)len;
    int64_t gap_ns = hurries ? 0 : budget->last_ns + pause_ns;
    return rate_ns > gap_ns ? rate_ns : gap_ns;
}

bool launch_next(struct runner *runner, struct testcase *test, int64_t now_ns)
{
    if (!is_ready(runner, test, now_ns))
        return true;
    if (test->skip || test->count == 0) {
        test->state = CASE_ENDED;
        test->started_ns = test->ended_ns = now_ns;
        return true;
    }
    pace_limit_samples(runner, test, now_ns);
    if (test->state >= CASE_ENDED || test->next == test->count)
        return true;
    size_t len = pace_group_len(test);
    const char *why = refusal(runner, test, len);
    if (why) {
        testcase_end_unsent(test, why, now_ns);
        testcase_close(test);
        return true;
    }
    bool alone = runner->trouble.alone != test && order_needs_solitude(runner, test);
    if ((alone && runner->in_flight > 0) || is_crowded(runner, test, len))
        return false;
    /* until something was reached, no more than the first batch: a dead endpoint need not be asked
     * hundreds of times; what is timed must not be held up, and is no batch */
    if (!runner->health.reached && runner->trouble.alone != test &&
        runner_num_sent(runner) + len > runner->options->concurrency && runner->in_flight > 0)
        return false;
    if (pace_holds_back(runner, test, now_ns) || waits_for_silent(runner, test) ||
        now_ns < launch_due_ns(runner, test, len))
        return false;
    if (alone) {
        trouble_run_alone(runner, test);
        return false;
    }
    size_t first = test->next;
    int64_t due_ns = test->resume_ns;
    if (!send_group(runner, test, len))
        return false;
    pace_after_launch(runner, test, first, due_ns, clock_monotonic_ns());
    return true;
}

/* --- in rounds --- */

/* After so many hangs of an endpoint that never answered nothing more is tried. */
#define SILENT_MAX 3

void launch_first(struct runner *runner, int64_t now_ns)
{
    struct testcase *first = order_first(runner);
    if (first && !runner->stop && runner->trouble.state == TROUBLE_NONE &&
        first->state == CASE_WAITING)
        (void)launch_next(runner, first, now_ns);
}

/* Nothing is under way, and what is left would go one after another. */
static bool only_alone_left(const struct runner *runner)
{
    const struct progress *progress = &runner->progress;
    for (size_t i = 0; i < progress->num_cases; i++)
        if (progress->cases[i].state < CASE_ENDED &&
            order_round_of(runner, &progress->cases[i]) != ROUND_ALONE)
            return false;
    for (size_t i = 0; i < progress->num_controls; i++)
        if (progress->controls[i].state < CASE_ENDED)
            return false;
    return runner->in_flight == 0;
}

static void end_unsent(struct runner *runner, const char *why, int64_t now_ns)
{
    for (size_t i = 0; i < runner->progress.num_cases; i++) {
        struct testcase *test = &runner->progress.cases[i];
        if (test->state >= CASE_ENDED)
            continue;
        testcase_end_unsent(test, why, now_ns);
        testcase_close(test);
    }
}

enum want { WANTED_NEVER, WANTED_LATER, WANTED_NOW };

/* Whether a case that was sent, or one that may be, is judged beside this control. */
static enum want want_of(const struct progress *progress, size_t control)
{
    enum want want = WANTED_NEVER;
    for (size_t i = 0; i < progress->num_cases; i++) {
        const struct testcase *test = &progress->cases[i];
        bool sent = test->started_ns > 0;
        if (test->skip || test->state == CASE_JUDGED || (test->state == CASE_ENDED && !sent))
            continue;
        for (size_t k = 0; k < test->count; k++)
            if (test->shots[k].control == control && sent)
                return WANTED_NOW;
            else if (test->shots[k].control == control)
                want = WANTED_LATER;
    }
    return want;
}

/* All of them at once; where each takes seconds, those alone whose case was sent, so that what
 * there is time for is decided. */
static bool launch_controls(struct runner *runner, int64_t now_ns)
{
    struct progress *progress = &runner->progress;
    bool room = true;
    for (size_t i = 0; room && i < progress->num_controls; i++) {
        struct testcase *control = &progress->controls[i];
        bool asks = control->state == CASE_WAITING && health_is_very_slow(&runner->health);
        enum want want = asks ? want_of(progress, i) : WANTED_NOW;
        if (want == WANTED_NOW)
            room = launch_next(runner, control, now_ns);
        else if (want == WANTED_NEVER)
            testcase_end_unsent(control, "not sent: no case needs it any more", now_ns);
    }
    return room;
}

static bool any_left(const struct runner *runner, enum round round)
{
    const struct progress *progress = &runner->progress;
    for (size_t i = 0; i < progress->num_cases; i++)
        if (progress->cases[i].state < CASE_ENDED &&
            order_round_of(runner, &progress->cases[i]) == round)
            return true;
    return false;
}

/* The first case goes first, then what says why there may be no TLS session, then the controls,
 * what has the longest waits, what is timed alone, chains, what is required, the rest, and what may
 * do harm.
 */
void launch_ready(struct runner *runner, int64_t now_ns)
{
    /* while nobody was reached, only the first requests are tried, however slowly they fail; and
     * what looks at the TLS session, for that says why */
    bool unreached =
        !runner->health.reached && !runner->stop && runner_num_sent(runner) > runner->in_flight;
    struct progress *progress = &runner->progress;
    bool room = unreached || order_round_of(runner, &progress->cases[0]) >= ROUND_HARMFUL ||
                launch_next(runner, &progress->cases[0], now_ns);
    size_t num_hung = health_num_hangs(&runner->health);
    bool silent =
        !runner->stop && !runner->health.answered && num_hung > 0 && num_hung <= SILENT_MAX;
    if (silent && only_alone_left(runner))
        end_unsent(runner, "not sent: every request before it timed out", now_ns);
    for (int round = 0; round < (unreached ? ROUND_WAITS : NUM_ROUNDS); round++) {
        if (silent && round == ROUND_ALONE)
            continue; /* one after another they would take all the time there is */
        if (room && round == ROUND_WAITS)
            room = launch_controls(runner, now_ns);
        if (room && round == ROUND_ODD)
            room = diagnosed_before_harm(runner);
        if (room && round == ROUND_HARMFUL && any_left(runner, ROUND_HARMFUL))
            room = effect_asked_before_harm(runner);
        for (size_t i = 0; room && i < progress->num_cases; i++)
            if ((int)order_round_of(runner, &progress->cases[i]) == round)
                room = launch_next(runner, &progress->cases[i], now_ns);
    }
}
