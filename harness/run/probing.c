/* Asks the endpoint what the diagnosis wants to know, within the budgets of the run. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "diagnose/diagnose.h"
#include "run/run_internal.h"

/* What a diagnosis may send, and how long it may take. */
#define REQUESTS_QUICK 100
#define REQUESTS_FULL  400
#define SHARE_OF_TIME  5

/* Whoever hangs on some questions hangs on the next. */
#define HUNG_MAX 4

#define TICK_NS (100 * NS_PER_MS)

struct probing {
    struct runner *runner;
    size_t num_sent;
    int64_t begun_ns;
    int64_t longest_ns; /* the whole of it */
    size_t num_hung;
};

/* One of a batch. */
struct sent {
    struct observation *seen;
    size_t *in_flight;
    struct request whole;
};

static void on_done(void *payload, struct observation *seen)
{
    struct sent *sent = payload;
    observation_clear(sent->seen);
    *sent->seen = *seen;
    --*sent->in_flight;
}

static bool may_send(const struct probing *probing)
{
    const struct runner *runner = probing->runner;
    const struct run_options *options = runner->options;
    bool interrupted = options->interrupted && *options->interrupted;
    int64_t now_ns = clock_monotonic_ns();
    bool late = now_ns - runner->begun_ns > options->max_time_ns ||
                now_ns - probing->begun_ns > probing->longest_ns;
    bool used_up = options->max_requests && runner->num_sent >= options->max_requests;
    return probing->num_hung < HUNG_MAX && !interrupted && !late && !used_up;
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

static void pause(struct runner *runner, int64_t gap_ns)
{
    int64_t until_ns = clock_monotonic_ns() + gap_ns;
    while (gap_ns > 0 && clock_monotonic_ns() < until_ns)
        (void)engine_wait(runner->engine, until_ns - clock_monotonic_ns());
}

static void begin(struct probing *probing, const struct request *request,
                  struct engine_connection *connection, struct sent *sent)
{
    struct runner *runner = probing->runner;
    const struct headers *extra = runner->options->extra_headers;
    hold_rate(runner);
    request_copy(&sent->whole, request);
    for (size_t i = 0; i < extra->count; i++)
        headers_add(&sent->whole.headers, extra->items[i].name, extra->items[i].value);
    const struct engine_send send = {.request = &sent->whole,
                                     .connection = connection,
                                     .timeout_ns = runner->options->deadline_ns,
                                     .linger = LINGER_SHORT,
                                     .on_done = on_done,
                                     .payload = sent};
    ++*sent->in_flight;
    engine_send(runner->engine, &send);
    probing->num_sent++;
    runner->num_sent++;
}

/* So many at once, then the next so many. */
static bool send_batch(void *payload, const struct diagnose_batch *batch, struct observation *seen)
{
    struct probing *probing = payload;
    struct runner *runner = probing->runner;
    size_t at_once = batch->at_once ? batch->at_once : 1;
    size_t in_flight = 0;
    size_t next = 0;
    struct sent *sents = mem_alloc((batch->count + 1) * sizeof *sents);
    struct engine_connection *connection =
        batch->one_connection ? engine_connection_new(runner->engine) : NULL;
    for (size_t i = 0; i < batch->count; i++)
        observation_init(&seen[i]);
    while (next < batch->count && may_send(probing)) {
        pause(runner, batch->gap_ns);
        for (size_t k = 0; k < at_once && next < batch->count; k++, next++) {
            sents[next] = (struct sent){.seen = &seen[next], .in_flight = &in_flight};
            begin(probing, &batch->requests[next], connection, &sents[next]);
        }
        while (in_flight)
            (void)engine_wait(runner->engine, TICK_NS);
        probing->num_hung += seen[next - 1].outcome == OUTCOME_TIMED_OUT;
    }
    engine_connection_free(connection);
    for (size_t i = 0; i < next; i++)
        request_clear(&sents[i].whole);
    free(sents);
    return next == batch->count;
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
        .longest_ns = options->max_time_ns / SHARE_OF_TIME,
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
        .max_requests = options->quick ? REQUESTS_QUICK : REQUESTS_FULL,
        .max_words = options->quick ? "--quick: 100 requests" : "400 requests",
        .send = send_batch,
        .payload = &probing,
    };
    size_t troubles = runner->result->counts[VERDICT_FAIL] + runner->result->counts[VERDICT_WARN] +
                      runner->result->counts[VERDICT_INCONCLUSIVE];
    if (troubles > 0 && !options->judge_only) /* otherwise there is nothing to explain */
        diagnose(&input, &runner->result->diagnoses, &runner->result->num_diagnoses);
    runner->result->num_requests = runner->num_sent;
    runner->result->num_experiments = probing.num_sent;
    free(controls);
}
