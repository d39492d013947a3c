#include "load/load.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "load/worker.h"

#define NAP_NS       (20 * NS_PER_MS)
#define PUBLISH_NS   (60 * NS_PER_MS) /* after a second's end every thread has told of it */
#define LATE_NS      NS_PER_MS
#define CPU_TOO_BUSY 0.9

struct crew {
    struct load_shared shared;
    struct worker **workers;
    pthread_t *threads;
    size_t count;   /* of workers */
    size_t started; /* of threads */
};

static void crew_clear(struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++)
        worker_free(crew->workers[i]);
    free(crew->workers);
    free(crew->threads);
    histogram_clear(&crew->shared.second_times);
    (void)pthread_mutex_destroy(&crew->shared.mutex);
}

static bool crew_init(struct crew *crew, const struct load_plan *plan, struct error *err)
{
    *crew = (struct crew){.shared = {.plan = plan}};
    (void)pthread_mutex_init(&crew->shared.mutex, NULL);
    histogram_init(&crew->shared.second_times);
    crew->workers = mem_alloc(plan->threads * sizeof(struct worker *));
    crew->threads = mem_alloc(plan->threads * sizeof *crew->threads);
    for (; crew->count < plan->threads; crew->count++) {
        crew->workers[crew->count] = worker_new(&crew->shared, crew->count, err);
        if (!crew->workers[crew->count])
            return false;
    }
    return true;
}

/* --- while it runs --- */

static void end_second(struct crew *crew, struct load_result *result)
{
    struct load_shared *shared = &crew->shared;
    (void)pthread_mutex_lock(&shared->mutex);
    struct load_second second = shared->second;
    second.number = (int64_t)result->num_seconds + 1;
    second.p50_ns = histogram_percentile(&shared->second_times, 50);
    second.p90_ns = histogram_percentile(&shared->second_times, 90);
    second.p99_ns = histogram_percentile(&shared->second_times, 99);
    second.max_ns = shared->second_times.max_ns;
    shared->second = (struct load_second){0};
    histogram_reset(&shared->second_times);
    (void)pthread_mutex_unlock(&shared->mutex);
    result->timeline =
        mem_resize(result->timeline, result->num_seconds + 1, sizeof *result->timeline);
    result->timeline[result->num_seconds++] = second;
    if (shared->plan->on_second)
        shared->plan->on_second(shared->plan->payload, &second);
}

static void watch(struct crew *crew, struct load_result *result)
{
    const struct timespec nap = {0, NAP_NS};
    while (atomic_load(&crew->shared.running)) {
        int64_t now = clock_monotonic_ns() - crew->shared.begun_ns;
        if (now > ((int64_t)result->num_seconds + 1) * NS_PER_S + PUBLISH_NS)
            end_second(crew, result);
        (void)nanosleep(&nap, NULL);
    }
    if (crew->shared.second.sent || crew->shared.second_times.count)
        end_second(crew, result);
}

static void start(struct crew *crew)
{
    crew->shared.begun_ns = clock_monotonic_ns();
    atomic_store(&crew->shared.running, crew->count);
    for (; crew->started < crew->count; crew->started++)
        if (pthread_create(&crew->threads[crew->started], NULL, worker_run,
                           crew->workers[crew->started]) != 0)
            mem_library_failed();
}

static void finish(struct crew *crew, struct load_result *result)
{
    const struct load_plan *plan = crew->shared.plan;
    int64_t last_ns = 0;
    for (size_t i = 0; i < crew->started; i++)
        (void)pthread_join(crew->threads[i], NULL);
    int64_t over_ns = clock_monotonic_ns() - crew->shared.begun_ns;
    for (size_t i = 0; i < crew->count; i++) {
        tally_add(&result->tally, worker_tally(crew->workers[i]));
        if (worker_last_ns(crew->workers[i]) > last_ns)
            last_ns = worker_last_ns(crew->workers[i]);
    }
    for (size_t i = 0; i < crew->count; i++) {
        result->ledger.max = LEDGER_MAX;
        ledger_merge(&result->ledger, worker_ledger(crew->workers[i]));
    }
    int64_t end_ns = plan->warmup_ns + plan->duration_ns;
    if (over_ns < end_ns)
        end_ns = over_ns; /* it was stopped */
    else if (last_ns > end_ns)
        end_ns = last_ns; /* what was answered then was sent before */
    result->seconds = (double)(end_ns - plan->warmup_ns) / (double)NS_PER_S;
    if (result->seconds < 0)
        result->seconds = 0;
    result->was_interrupted = plan->interrupted && *plan->interrupted;
}

bool load_run(const struct load_plan *plan, struct load_result *out, bool *out_unreached,
              struct error *err)
{
    struct crew crew;
    *out = (struct load_result){0};
    tally_init(&out->tally);
    *out_unreached = false;
    bool ok = crew_init(&crew, plan, err);
    ok = ok && worker_try(crew.workers[0], out_unreached, err);
    if (ok) {
        start(&crew);
        watch(&crew, out);
        finish(&crew, out);
    }
    crew_clear(&crew);
    return ok;
}

void load_result_clear(struct load_result *result)
{
    tally_clear(&result->tally);
    ledger_clear(&result->ledger);
    free(result->timeline);
    *result = (struct load_result){0};
}

/* --- how far the figures can be trusted --- */

void load_doubts(const struct load_result *result, struct buf *out)
{
    const struct tally *tally = &result->tally;
    int64_t late_ns = histogram_percentile(&tally->late, 99);
    if (late_ns > LATE_NS) {
        buf_add_text(out, "1% of the requests left this machine at least ");
        text_add_duration(out, late_ns);
        buf_add_text(out, " late, because it was busy: the slowest latencies measure the sender. ");
    }
    if (tally->busiest > CPU_TOO_BUSY)
        buf_add_format(out,
                       "A sending thread used %.0f%% of a core: the rate may be the sender's "
                       "limit; try more --threads. ",
                       tally->busiest * 100);
    if (tally->faults[LOAD_NO_SOCKET].count)
        buf_add_format(
            out,
            "This machine could not make all connections (%s): this load is smaller than "
            "what was asked for, and the latencies measure the sender. ",
            tally->faults[LOAD_NO_SOCKET].first);
}
