#include "load/capacity.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

/* --- the search --- */

int64_t capacity_next(const struct capacity *capacity, int64_t first)
{
    int64_t low = capacity->holds_at;
    int64_t high = capacity->missed_at;
    if (capacity->num_steps >= CAPACITY_STEPS_MAX)
        return 0;
    if (!capacity->num_steps)
        return first;
    if (!high)
        return low >= CAPACITY_RATE_MAX      ? 0
               : low * 2 < CAPACITY_RATE_MAX ? low * 2
                                             : CAPACITY_RATE_MAX;
    int64_t middle = low + (high - low) / 2;
    return (high - low) * 10 > high && middle > low ? middle : 0;
}

static void note_step(struct capacity *capacity, int64_t per_second, bool holds,
                      const struct load_result *result)
{
    const struct tally *tally = &result->tally;
    struct buf doubts = {0};
    uint64_t outcomes = tally_outcomes(tally);
    load_doubts(result, &doubts);
    capacity->steps = mem_resize(capacity->steps, capacity->num_steps + 1, sizeof *capacity->steps);
    capacity->steps[capacity->num_steps++] = (struct capacity_step){
        .per_second = per_second,
        .answered_per_second = result->seconds > 0 ? (double)tally->answered / result->seconds : 0,
        .p50_ns = histogram_percentile(&tally->latency, 50),
        .p99_ns = histogram_percentile(&tally->latency, 99),
        .errors = outcomes ? (double)tally_errors(tally) * 100 / (double)outcomes : 0,
        .holds = holds,
        .is_doubtful = doubts.len > 0,
    };
    buf_clear(&doubts);
}

/* A forgery accepted at any rate is no capacity. */
static void take_result(struct capacity *capacity, const struct slo *slo, int64_t per_second,
                        struct load_result *result)
{
    bool is_made = !tally_findings(&result->tally) && !result->tally.faults[LOAD_NO_SOCKET].count;
    bool holds = is_made && slo_holds(slo, &result->tally, result->seconds);
    bool is_kept = holds ? per_second > capacity->holds_at : !capacity->holds_at;
    note_step(capacity, per_second, holds, result);
    if (holds && per_second > capacity->holds_at)
        capacity->holds_at = per_second;
    if (!holds && (!capacity->missed_at || per_second < capacity->missed_at))
        capacity->missed_at = per_second;
    if (is_kept) {
        load_result_clear(&capacity->best);
        capacity->best = *result;
        *result = (struct load_result){0};
    }
}

bool capacity_find(const struct load_plan *plan, const struct slo *slo, struct capacity *out,
                   bool *out_unreached, struct error *err)
{
    *out = (struct capacity){0};
    bool ok = true;
    bool goes_on = true;
    for (int64_t rate; ok && goes_on && (rate = capacity_next(out, plan->per_second)) != 0;) {
        struct load_plan step = *plan;
        struct load_result result;
        step.per_second = rate;
        ok = load_run(&step, &result, out_unreached, err);
        goes_on = !result.was_interrupted;
        if (ok)
            take_result(out, slo, rate, &result);
        if (!goes_on)
            out->best.was_interrupted = true;
        load_result_clear(&result);
    }
    return ok;
}

void capacity_clear(struct capacity *capacity)
{
    load_result_clear(&capacity->best);
    free(capacity->steps);
    *capacity = (struct capacity){0};
}

/* --- in words --- */

static int by_rate(const void *a, const void *b)
{
    int64_t x = ((const struct capacity_step *)a)->per_second;
    int64_t y = ((const struct capacity_step *)b)->per_second;
    return (x > y) - (x < y);
}

/* The lowest rate whose p99 is more than twice that of the lowest rate. */
static void add_knee(const struct capacity_step *steps, size_t count, struct buf *out)
{
    for (size_t i = 1; i < count; i++)
        if (steps[i].p99_ns > 2 * steps[0].p99_ns) {
            buf_add_format(
                out, "knee: from %" PRId64 "/s on, p99 is more than twice that of %" PRId64 "/s\n",
                steps[i].per_second, steps[0].per_second);
            return;
        }
}

static void add_step(const struct capacity_step *step, struct buf *out)
{
    struct buf p50 = {0};
    struct buf p99 = {0};
    text_add_duration(&p50, step->p50_ns);
    text_add_duration(&p99, step->p99_ns);
    buf_add_format(out, "%8" PRId64 "/s  %8.0f/s  %10s  %10s  %7.3g%%  %s%s\n", step->per_second,
                   step->answered_per_second, buf_text(&p50), buf_text(&p99), step->errors,
                   step->holds ? "holds" : "missed",
                   step->is_doubtful ? " (the sender was late or busy)" : "");
    buf_clear(&p50);
    buf_clear(&p99);
}

void capacity_text(const struct capacity *capacity, struct buf *out)
{
    size_t count = capacity->num_steps;
    struct capacity_step *steps = mem_alloc((count + 1) * sizeof *steps);
    for (size_t i = 0; i < count; i++)
        steps[i] = capacity->steps[i];
    qsort(steps, count, sizeof *steps, by_rate);
    buf_add_format(out, "%10s  %10s  %10s  %10s  %8s  goals\n", "rate", "answered", "p50", "p99",
                   "errors");
    for (size_t i = 0; i < count; i++)
        add_step(&steps[i], out);
    add_knee(steps, count, out);
    if (capacity->holds_at)
        buf_add_format(out, "capacity: %" PRId64 "/s meets the goals", capacity->holds_at);
    else
        buf_add_text(out, "capacity: none of the tried rates meets the goals");
    if (capacity->holds_at && capacity->missed_at)
        buf_add_format(out, ", %" PRId64 "/s does not", capacity->missed_at);
    buf_add_text(out, "\n\n");
    free(steps);
}
