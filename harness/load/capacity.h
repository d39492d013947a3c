/* The highest rate at which an endpoint holds its goals: doubled until it does not, then halved in
 * between. */
#ifndef LOAD_CAPACITY_H
#define LOAD_CAPACITY_H

#include "load/load.h"
#include "load/slo.h"

struct capacity_step {
    int64_t per_second;
    double answered_per_second;
    int64_t p50_ns;
    int64_t p99_ns;
    double errors; /* a percentage */
    bool holds;
    bool is_doubtful; /* the sender was at its own limit */
};

struct capacity {
    int64_t holds_at;  /* the highest rate that held; 0 = none */
    int64_t missed_at; /* the lowest that did not; 0 = none */
    struct capacity_step *steps;
    size_t num_steps;
    struct load_result best; /* of the rate `holds_at`; otherwise of the lowest that was tried */
};

/* One step's bounds: rates in steps of less than a tenth are not told apart. */
#define CAPACITY_STEPS_MAX 20
#define CAPACITY_RATE_MAX  1000000

/* Which rate to try next; 0 = the search is over. Pure. */
int64_t capacity_next(const struct capacity *capacity, int64_t first);

/* Runs one load of the plan's warmup and duration for each step, beginning at its rate. False as
 * load_run. Clear it in any case. */
bool capacity_find(const struct load_plan *plan, const struct slo *slo, struct capacity *out,
                   bool *out_unreached, struct error *err);
void capacity_clear(struct capacity *capacity);

void capacity_text(const struct capacity *capacity, struct buf *out);

#endif
