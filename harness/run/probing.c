/* Asks the endpoint what the diagnosis wants to know, one request at a time, within the budgets of
 * the run. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "diagnose/diagnose.h"
#include "run/run_internal.h"

/* Beyond these, what the endpoint does is not among the things that it likely does. */
#define PROBES_MAX 128

/* Nobody waits longer for a diagnosis than that; and whoever hangs on one question hangs on the
 * next. */
#define PROBING_NS (5 * NS_PER_S)

#define TICK_NS (100 * NS_PER_MS)

struct probing {
    struct runner *runner;
    size_t num_sent;
    int64_t begun_ns;
    bool ended;
    bool hung;
    struct observation *seen;
};

static void on_done(void *payload, struct observation *seen)
{
    struct probing *probing = payload;
    observation_clear(probing->seen);
    *probing->seen = *seen;
    probing->hung = seen->outcome == OUTCOME_TIMED_OUT;
    probing->ended = true;
}

static bool may_send(const struct probing *probing)
{
    const struct runner *runner = probing->runner;
    const struct run_options *options = runner->options;
    bool interrupted = options->interrupted && *options->interrupted;
    int64_t now_ns = clock_monotonic_ns();
    bool late =
        now_ns - runner->begun_ns > options->max_time_ns || now_ns - probing->begun_ns > PROBING_NS;
    bool used_up = options->max_requests && runner->num_sent >= options->max_requests;
    return probing->num_sent < PROBES_MAX && !probing->hung && !interrupted && !late && !used_up;
}

/* Waits until the rate allows another request. */
static void hold_rate(struct runner *runner)
{
    double rate = runner->options->rate;
    while (rate > 0 && clock_monotonic_ns() < runner->rate_free_ns)
        (void)engine_wait(runner->engine, runner->rate_free_ns - clock_monotonic_ns());
    if (rate > 0)
        runner->rate_free_ns = clock_monotonic_ns() + (int64_t)((double)NS_PER_S / rate);
}

static bool send_probe(void *payload, const struct request *request, struct observation *seen)
{
    struct probing *probing = payload;
    struct runner *runner = probing->runner;
    const struct headers *extra = runner->options->extra_headers;
    struct request whole = {0};
    observation_init(seen);
    if (!may_send(probing))
        return false;
    hold_rate(runner);
    request_copy(&whole, request);
    for (size_t i = 0; i < extra->count; i++)
        headers_add(&whole.headers, extra->items[i].name, extra->items[i].value);
    probing->seen = seen;
    probing->ended = false;
    const struct engine_send send = {.request = &whole,
                                     .timeout_ns = runner->options->deadline_ns,
                                     .on_done = on_done,
                                     .payload = probing};
    engine_send(runner->engine, &send);
    probing->num_sent++;
    runner->num_sent++;
    while (!probing->ended)
        (void)engine_wait(runner->engine, TICK_NS);
    request_clear(&whole);
    return true;
}

void probing_diagnose(struct runner *runner)
{
    const struct run_options *options = runner->options;
    const struct plan *plan = runner->plan;
    const struct exchange **controls =
        mem_alloc((plan->num_controls + 1) * sizeof(struct exchange *));
    struct probing probing = {
        .runner = runner,
        .begun_ns = clock_monotonic_ns(),
        .hung = runner->hangs[SHOT_GENUINE] > 0,
    };
    for (size_t i = 0; i < plan->num_controls; i++)
        controls[i] = &plan->controls[i].exchanges[0];
    const struct diagnose_input input = {
        .result = runner->result,
        .controls = controls,
        .num_controls = plan->num_controls,
        .catalogue = options->catalogue,
        .secret = secret_bytes(options->secret),
        .usual_type = plan->composer.usual_type,
        .seed = options->seed,
        .run_tag = plan->composer.run_tag,
        .wall_ms = RUN_WALL_MS,
        .object_only = options->dialects == DIALECTS_OBJECT,
        .is_unsigned = options->is_unsigned,
        .is_private = options->target->is_tls || options->target->is_loopback,
        .any_accepted = runner->any_accepted,
        .send = send_probe,
        .payload = &probing,
    };
    size_t troubles = runner->result->counts[VERDICT_FAIL] + runner->result->counts[VERDICT_WARN] +
                      runner->result->counts[VERDICT_INCONCLUSIVE];
    if (troubles > 0 && !options->judge_only) /* otherwise there is nothing to explain */
        diagnose(&input, &runner->result->diagnoses, &runner->result->num_diagnoses);
    runner->result->num_requests = runner->num_sent;
    free(controls);
}
