/*
 * Load: distinct signed events at a rate (open loop) or from a number of clients (closed loop), on
 * connections that stay open, every response judged while it runs.
 *
 * Open loop: a request has a time at which it is due, and its latency counts from there, so a
 * stall of the endpoint shows in every request that it held up. Closed loop: a client sends its
 * next request when the last one was answered, so a slow endpoint is asked less.
 */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include <signal.h>

#include "compose/compose.h"
#include "deliver/engine.h"
#include "load/ledger.h"
#include "load/tally.h"

struct load_type {
    const char *name; /* as it arrives */
    int64_t weight;   /* at least 1 */
};

/* One second of a load. */
struct load_second {
    int64_t number; /* from 1 */
    uint64_t sent;
    uint64_t answered;
    uint64_t errors;
    int64_t p50_ns;
    int64_t p90_ns;
    int64_t p99_ns;
    int64_t max_ns;
};

typedef void load_on_second(void *payload, const struct load_second *second);

/* What is wanted. Borrowed members outlive the load. */
struct load_plan {
    const struct target *target;
    const struct engine_options *engine;
    const struct composer *composer;
    const struct step *step; /* data and size of the events */
    const struct load_type *types;
    size_t num_types;
    int64_t per_second; /* open loop; 0 = closed loop */
    size_t connections; /* at most so many; in a closed loop each is a client */
    size_t threads;     /* at most as many as connections */
    int64_t warmup_ns;  /* sent and judged, but not in the figures */
    int64_t duration_ns;
    int64_t ramp_ns;
    int64_t deadline_ns;   /* of one request, from when it is written */
    uint64_t max_requests; /* 0 = no limit */
    double forged;         /* the share of requests, 0 to 1 */
    double duplicates;
    uint64_t seed;
    bool keeps_ledger;  /* of which events were sent */
    bool may_be_public; /* otherwise only loopback and private addresses are loaded */
    const volatile sig_atomic_t *interrupted; /* by a signal; NULL = never */
    load_on_second *on_second;                /* called from load_run's own thread; NULL = nobody */
    void *payload;
};

struct load_result {
    struct tally tally; /* after the warmup */
    double seconds;     /* how long was measured */
    struct load_second *timeline;
    size_t num_seconds;
    bool was_interrupted;
    struct ledger ledger; /* after the warmup; empty unless the plan wants one */
};

/* Runs to its end. False with a sentence when nothing could be sent: the first connection failed
 * (then `out_unreached` is set), or the plan cannot be composed. Clear the result in any case. */
bool load_run(const struct load_plan *plan, struct load_result *out, bool *out_unreached,
              struct error *err);
void load_result_clear(struct load_result *result);

/* Why the figures say more of this machine than of the endpoint; appends a sentence for each
 * reason, nothing when there is none. */
void load_doubts(const struct load_result *result, struct buf *out);

#endif
