/* Asks the endpoint what the diagnosis wants to know, one request at a time, within the budgets of
 * the run. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "diagnose/diagnose.h"
#include "run/experiment.h"
#include "run/run_internal.h"

/* Beyond these, what the endpoint does is not among the things that it likely does. */
#define PROBES_MAX 128

/* Nobody waits longer for a diagnosis than that; and whoever hangs on one question hangs on the
 * next. */
#define PROBING_NS (5 * NS_PER_S)

struct probing {
    struct runner *runner;
    size_t num_sent;
    int64_t begun_ns;
    bool hung;
};

static bool may_send(const struct probing *probing)
{
    bool late = clock_monotonic_ns() - probing->begun_ns > PROBING_NS;
    return probing->num_sent < PROBES_MAX && !probing->hung && !late;
}

static bool send_probe(void *payload, const struct request *request, struct observation *seen)
{
    struct probing *probing = payload;
    struct runner *runner = probing->runner;
    const struct run_options *options = runner->options;
    const struct experiment experiment = {.requests = request, .count = 1};
    if (!may_send(probing)) {
        observation_init(seen);
        return false;
    }
    size_t num_sent = experiment_run(runner->gate, options->extra_headers, options->deadline_ns,
                                     &experiment, seen);
    probing->num_sent += num_sent;
    probing->hung = seen->outcome == OUTCOME_TIMED_OUT;
    return num_sent == experiment.count;
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
    runner->result->num_requests = runner_num_sent(runner);
    if (runner_was_interrupted(runner))
        finish_interrupted(runner);
    free(controls);
}
