/* Sending: what may leave now does, within concurrency, rate, budgets and waits. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/run_internal.h"

/* After so many hangs, or deaths of the endpoint, by one kind of request the rest of that kind is
 * not sent: a run ends. */
#define HANGS_MAX  3
#define DEATHS_MAX 20

void end_unsent(struct testcase *test, const char *why, int64_t now_ns)
{
    for (size_t i = test->next; i < test->count; i++) {
        struct observation *seen = &test->exchanges[i].seen;
        (void)snprintf(seen->detail, sizeof seen->detail, "%s", why);
        test->shots[i].done = true;
    }
    test->next = test->count;
    if (test->in_flight == 0 && test->state < CASE_ENDED) {
        test->state = CASE_ENDED;
        test->ended_ns = now_ns;
    }
}

static void shot_ended(struct runner *runner, struct testcase *test, size_t index)
{
    struct exchange *exchange = &test->exchanges[index];
    const struct observation *seen = &exchange->seen;
    exchange->accepted = answer_of(seen) == ANSWER_ACCEPTED;
    runner->any_accepted =
        runner->any_accepted || (exchange->accepted && test->shots[index].genuine);
    runner->usual_accepted =
        runner->usual_accepted || (exchange->accepted && test->shots[index].usual);
    test->shots[index].done = true;
    test->in_flight--;
    runner->in_flight--;
    runner->reached = runner->reached || outcome_had_session(seen->outcome);
    if (seen->outcome == OUTCOME_ANSWERED && seen->started_ns > runner->alive_ns)
        runner->alive_ns = seen->started_ns;
    if (seen->outcome == OUTCOME_TIMED_OUT)
        runner->hangs[test->shots[index].genuine ? SHOT_GENUINE : SHOT_FORGED]++;
    int64_t now_ns = clock_monotonic_ns();
    if (test->in_flight > 0)
        return;
    if (test->next < test->count) {
        size_t step = test->shots[test->next].step;
        bool begins = step != test->shots[index].step;
        test->resume_ns = now_ns + (begins ? test->one->steps[step].after_ns : 0);
        return;
    }
    test->state = CASE_ENDED;
    test->ended_ns = now_ns;
    testcase_close(test);
}

/* What the engine hands back; the runner is found through the shot's case. */
struct flight {
    struct runner *runner;
    struct shot *shot;
};

static void on_done(void *payload, struct observation *seen)
{
    struct flight flight = *(struct flight *)payload;
    free(payload);
    struct testcase *test = flight.shot->owner;
    size_t index = (size_t)(flight.shot - test->shots);
    observation_clear(&test->exchanges[index].seen);
    test->exchanges[index].seen = *seen;
    shot_ended(flight.runner, test, index);
    trouble_note(flight.runner, test, &test->exchanges[index].seen);
}

static struct engine_connection *connection_for(struct runner *runner, struct testcase *test,
                                                size_t index)
{
    if (!test->one || !judge_needs_raw(test->one))
        return NULL;
    struct engine_connection **place =
        test->one->one_connection ? &test->connection : &test->shots[index].connection;
    if (!*place)
        *place = engine_connection_new(runner->engine);
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

void launch_shot(struct runner *runner, struct testcase *test, size_t index)
{
    struct flight *flight = mem_alloc(sizeof *flight);
    *flight = (struct flight){runner, &test->shots[index]};
    const struct engine_send send = {
        .request = &test->exchanges[index].request,
        .connection = connection_for(runner, test, index),
        .timeout_ns = runner->options->deadline_ns,
        .on_done = on_done,
        .payload = flight,
    };
    note_idle(test, index);
    if (test->state == CASE_WAITING) {
        test->state = CASE_RUNNING;
        test->started_ns = clock_monotonic_ns();
    }
    test->in_flight++;
    runner->in_flight++;
    runner->num_sent++;
    if (runner->options->rate > 0) {
        int64_t now_ns = clock_monotonic_ns();
        if (runner->rate_free_ns < now_ns)
            runner->rate_free_ns = now_ns;
        runner->rate_free_ns += (int64_t)((double)NS_PER_S / runner->options->rate);
    }
    engine_send(runner->engine, &send);
}

/* The shots that leave at once from `test->next` on: one, or a whole step that goes together. */
static size_t group_len(const struct testcase *test)
{
    size_t step = test->shots[test->next].step;
    if (!test->one || !test->one->steps[step].together)
        return 1;
    size_t len = 1;
    while (test->next + len < test->count && test->shots[test->next + len].step == step)
        len++;
    return len;
}

/* Why the next group of this case is not to be sent at all, or NULL. */
static const char *refusal(struct runner *runner, const struct testcase *test, size_t len)
{
    static const char *const hung[] = {
        [SHOT_GENUINE] = "not sent: three genuine events before it were not answered in time",
        [SHOT_FORGED] = "not sent: three forged events before it were not answered in time",
    };
    static const char *const killed[] = {
        [SHOT_GENUINE] = "not sent: the endpoint died of twenty genuine events before it",
        [SHOT_FORGED] = "not sent: the endpoint died of twenty forged events before it",
    };
    size_t max = runner->options->max_requests;
    enum shot_kind kind = test->shots[test->next].genuine ? SHOT_GENUINE : SHOT_FORGED;
    if (runner->stop)
        return runner->stop;
    if (max && runner->num_sent + len > max) {
        runner->budget_spent = true;
        return "not sent: the budget of requests (--max-requests) was used up";
    }
    /* the canary always goes: without it nobody knows whether the endpoint is there */
    if (test == &runner->canary)
        return NULL;
    if (runner->deaths[kind] >= DEATHS_MAX)
        return killed[kind];
    return runner->hangs[kind] >= HANGS_MAX ? hung[kind] : NULL;
}

/* A run that was stopped waits for nothing. */
static bool is_ready(const struct runner *runner, const struct testcase *test, int64_t now_ns)
{
    return test->state < CASE_ENDED && test->in_flight == 0 &&
           (runner->stop || now_ns >= test->resume_ns);
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
    size_t len = group_len(test);
    const char *why = refusal(runner, test, len);
    if (why) {
        end_unsent(test, why, now_ns);
        testcase_close(test);
        return true;
    }
    bool harmful = test->one && test->one->harmful && runner->alone != test;
    if (runner->in_flight > 0 &&
        (harmful || runner->in_flight + len > runner->options->concurrency))
        return false;
    if (now_ns < runner->rate_free_ns)
        return false;
    if (harmful) {
        trouble_run_alone(runner, test);
        return false;
    }
    for (size_t i = 0; i < len; i++)
        launch_shot(runner, test, test->next + i);
    test->next += len;
    return true;
}

/* The first case goes first, then the controls, then what has the longest waits, then the rest in
 * order. */
void launch_ready(struct runner *runner, int64_t now_ns)
{
    struct plan *plan = runner->plan;
    bool room = launch_next(runner, &plan->cases[0], now_ns);
    for (size_t i = 0; room && i < plan->num_controls; i++)
        room = launch_next(runner, &plan->controls[i], now_ns);
    for (int waiting = 1; waiting >= 0; waiting--)
        for (size_t i = 0; room && i < plan->num_cases; i++)
            if ((plan->cases[i].wait_ns > 0) == (waiting == 1))
                room = launch_next(runner, &plan->cases[i], now_ns);
}
