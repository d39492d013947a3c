#include "run/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "run/diagnosing.h"
#include "run/effect_asking.h"
#include "run/finish.h"
#include "run/launch.h"
#include "run/order.h"
#include "run/pace.h"
#include "run/port.h"
#include "run/resign.h"
#include "run/trouble.h"

/* How long one look at the clock may be put off: interruptions and deadlines are seen after this at
 * the latest. */
#define TICK_NS (100 * NS_PER_MS)

static bool all_ended(const struct testcase *tests, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tests[i].state < CASE_ENDED)
            return false;
    return true;
}

static bool everything_ended(const struct runner *runner)
{
    return runner->trouble.state == TROUBLE_NONE && runner->in_flight == 0 &&
           all_ended(runner->progress.cases, runner->progress.num_cases) &&
           all_ended(runner->progress.controls, runner->progress.num_controls);
}

static void earlier(int64_t *next_ns, int64_t candidate_ns)
{
    if (candidate_ns < *next_ns)
        *next_ns = candidate_ns;
}

/* Answers are heard of at once; this is for what has to leave without one. */
static int64_t due_in_trouble(struct runner *runner, int64_t next_ns)
{
    const struct testcase *test = trouble_looks_at(runner);
    bool waits = test && test->state < CASE_ENDED && (test->in_flight == 0 || pace_is_open(test));
    if (!waits)
        return next_ns;
    size_t len = test->next < test->count ? pace_group_len(test) : 1;
    int64_t rate_ns = launch_due_ns(runner, test, len);
    int64_t due_ns = test->resume_ns > rate_ns ? test->resume_ns : rate_ns;
    return due_ns < next_ns ? due_ns : next_ns;
}

/* How long nothing can be due. */
static int64_t idle_ns(struct runner *runner, int64_t now_ns)
{
    int64_t next_ns = now_ns + TICK_NS;
    if (runner->trouble.state != TROUBLE_NONE) {
        next_ns = due_in_trouble(runner, next_ns);
        return next_ns > now_ns ? next_ns - now_ns : 0;
    }
    for (size_t i = 0; i < runner->progress.num_cases; i++) {
        const struct testcase *test = &runner->progress.cases[i];
        bool waits = test->state == CASE_RUNNING && (test->in_flight == 0 || pace_is_open(test));
        if (waits &&
            test->resume_ns > now_ns) /* what is due already waits for room, not for time */
            earlier(&next_ns, test->resume_ns);
    }
    int64_t rate_ns = launch_due_ns(runner, &runner->canary.test, 1);
    if (rate_ns > now_ns)
        earlier(&next_ns, rate_ns);
    return next_ns > now_ns ? next_ns - now_ns : 0;
}

static void stop(struct runner *runner, const char *why)
{
    runner->stop = why;
    gate_cancel_all(runner->gate);
    trouble_stop(runner, clock_monotonic_ns());
}

/* What looks at the TLS session alone is sent also when there can be none. */
static bool tls_is_to_come(const struct runner *runner)
{
    for (size_t i = 0; i < runner->progress.num_cases; i++) {
        const struct testcase *test = &runner->progress.cases[i];
        if (test->one->tls && !test->skip && test->state == CASE_WAITING)
            return true;
    }
    return false;
}

/* What went wrong so far is worth the last part of the time: it is for the diagnosis. */
static bool diagnosis_is_due(const struct runner *runner, int64_t now_ns)
{
    const struct run_options *options = runner->options;
    const size_t *counts = runner->result->counts;
    int64_t most_ns = options->max_time_ns - options->max_time_ns / DIAGNOSING_SHARE_OF_TIME;
    bool troubled = counts[VERDICT_FAIL] > 0 || counts[VERDICT_INCONCLUSIVE] > 0;
    return most_ns && troubled && runner->early != EARLY_DONE &&
           options->diagnose != DIAGNOSE_OFF && now_ns - runner->begun_ns >= most_ns;
}

/* The reasons to end a run before everything was sent. */
static void check_stop(struct runner *runner, int64_t now_ns)
{
    const char *over = budget_over(gate_budget(runner->gate), now_ns);
    if (runner->stop)
        return;
    if (over) {
        runner->result->interrupted = runner_was_interrupted(runner);
        stop(runner, over);
    } else if (diagnosis_is_due(runner, now_ns)) {
        stop(runner, "not sent: the time for the cases ran out (four fifths of --max-time; the "
                     "rest is for the diagnosis)");
    } else if (runner->options->fail_fast && runner->result->counts[VERDICT_FAIL] > 0) {
        stop(runner, "not sent: a required case failed (--fail-fast)");
    } else if (runner->first_is_over && !runner->health.reached && runner_num_sent(runner) > 0 &&
               runner->in_flight == 0 && !tls_is_to_come(runner)) {
        stop(runner, "not sent: no connection could be opened");
    }
}

/* --- the first request --- */

/* There is no HTTP/1.1 at this port: what the first case met is not the endpoint's answer. */
static void give_up_port(struct runner *runner, struct testcase *first)
{
    runner->health.reached = false;
    testcase_reset(first);
    first->exchanges[0].repeated = false;
    stop(runner, "not sent: this port does not serve HTTP/1.1");
}

/* Nothing else leaves until the first request has come to its end; where that leaves it open what
 * listens there, it is asked. */
static void see_first(struct runner *runner, int64_t now_ns)
{
    struct testcase *first = order_first(runner);
    if (!first || runner->stop || first->state >= CASE_ENDED || first->shots[0].done) {
        runner->first_is_over = true;
    } else {
        launch_first(runner, now_ns);
        return;
    }
    const struct run_options *options = runner->options;
    if (!first || runner->stop)
        return;
    const struct observation *seen = &first->exchanges[0].seen;
    if (seen->outcome == OUTCOME_TLS_FAILED && seen->cert_wanted) {
        runner->health.reached = true; /* it is there, and turns Panora's client away */
        stop(runner, "not sent: the endpoint requires a client certificate (--cert)");
        return;
    }
    if (!port_is_doubtful(seen, options->target->is_tls)) {
        diagnosing_first_refusal(runner, first);
        if (runner->refusal.scheme)
            resign_cases(runner, &runner->refusal);
        return;
    }
    if (port_look(runner->gate, options->target, options->deadline_ns, &runner->result->wrong_port))
        give_up_port(runner, first);
}

static void loop(struct runner *runner)
{
    for (;;) {
        int64_t now_ns = clock_monotonic_ns();
        int64_t paused_ns = gate_take_pause(runner->gate);
        check_stop(runner, now_ns);
        if (paused_ns)
            trouble_note_pause(runner, paused_ns);
        bool was_first = !runner->first_is_over;
        if (was_first)
            see_first(runner, now_ns);
        else if (runner->trouble.state == TROUBLE_NONE)
            launch_ready(runner, now_ns);
        struct testcase *looked_at = trouble_looks_at(runner);
        if (looked_at)
            (void)launch_next(runner, looked_at, now_ns);
        enum trouble_state before = runner->trouble.state;
        trouble_step(runner, now_ns);
        /* what comes next may leave at once */
        bool changed = runner->trouble.state != before || (was_first && runner->first_is_over);
        finish_judge(runner);
        if (everything_ended(runner)) {
            if (runner->trouble.looked_after_all)
                return;
            trouble_look_after_all(runner, now_ns);
            continue;
        }
        (void)gate_wait(runner->gate, changed ? 0 : idle_ns(runner, now_ns));
    }
}

/* --- --wait: until it first answers --- */

/* A HEAD request carries no event, so that waiting leaves nothing behind. The one that is answered
 * counts as a request of the run. */
static void wait_for_answer(struct runner *runner)
{
    int64_t until_ns = clock_monotonic_ns() + runner->options->wait_ns;
    struct request request = {.method = mem_text("HEAD")};
    const struct gate_question question = {
        .purpose = PURPOSE_WAIT, .request = &request, .timeout_ns = NS_PER_S};
    headers_add(&request.headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&request.headers, "User-Agent", "hookcheck");
    while (!runner->health.reached && clock_monotonic_ns() < until_ns &&
           !runner_was_interrupted(runner)) {
        struct observation seen;
        bool sent = gate_ask(runner->gate, &question, &seen);
        runner->health.reached = seen.status != 0;
        observation_clear(&seen);
        if (sent && !runner->health.reached) {
            gate_give_back(runner->gate, PURPOSE_WAIT);
            (void)gate_wait(runner->gate, TICK_NS);
        }
    }
    request_clear(&request);
    if (!runner->health.reached)
        runner->result->waited_ns = runner->options->wait_ns;
}

static void start(struct runner *runner)
{
    const struct run_options *options = runner->options;
    struct run_result *result = runner->result;
    runner->facts = (struct run_facts){
        .deadline_ns = options->deadline_ns,
        .target_ns = options->target_ns,
        .is_tls = options->target->is_tls,
        .is_private = options->target->is_private,
        .wall_ms = clock_wall_ms(),
        .secret = secret_bytes(options->secret),
    };
    result->kept = kept_new();
    runner_gather(runner);
    clock_iso(clock_wall_ms(), result->started);
    result->seed = options->seed;
    result->strict = options->strict;
    result->num_cases = runner->progress.num_cases;
    result->cases = mem_alloc((result->num_cases + 1) * sizeof *result->cases);
    runner->begun_ns = clock_monotonic_ns();
    gate_begin(runner->gate);
}

static struct budget_limits limits_of(const struct run_options *options)
{
    return (struct budget_limits){.rate = options->rate,
                                  .max_requests = options->max_requests,
                                  .max_time_ns = options->max_time_ns,
                                  .interrupted = options->interrupted};
}

static struct health_limits bearable_to(const struct run_options *options)
{
    return (struct health_limits){.recovery_ns = options->recovery_ns,
                                  .max_time_ns = options->max_time_ns,
                                  .deadline_ns = options->deadline_ns,
                                  .room_max = options->concurrency_max,
                                  .insecure = options->engine->insecure};
}

bool run_plan(const struct plan *plan, const struct run_listener *listener,
              struct run_result *result, struct error *err)
{
    struct runner runner = {
        .plan = plan, .options = plan->options, .listener = listener, .result = result};
    if (!canary_init(&runner.canary, plan, err))
        return false;
    const struct budget_limits limits = limits_of(plan->options);
    runner.gate = gate_new(&limits, plan->options->target, plan->options->engine, err);
    if (!runner.gate) {
        canary_clear(&runner.canary);
        return false;
    }
    const struct health_limits bearable = bearable_to(plan->options);
    health_init(&runner.health, &bearable, plan->options->concurrency);
    progress_init(&runner.progress, plan);
    wait_for_answer(&runner);
    start(&runner);
    loop(&runner);
    effect_ask(&runner);
    finish_result(&runner);
    diagnosing_cases(&runner);
    finish_redact(&runner);
    gate_free(runner.gate);
    canary_clear(&runner.canary);
    progress_clear(&runner.progress);
    free(runner.all);
    first_refusal_clear(&runner.refusal);
    diagnose_memory_clear(&runner.memory);
    plan_free(runner.resigned);
    return true;
}
