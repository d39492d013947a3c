/*
 * The queue at work: five workers that take deliveries in turn and wait for each answer without
 * end, and one lane of its own for what Panora posts at once.
 */
#ifndef PLATFORM_DISPATCHER_H
#define PLATFORM_DISPATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deliver/engine.h"
#include "panora/catalogue.h"
#include "platform/store.h"

#define DISPATCHER_WORKERS 5

struct dispatcher_options {
    struct store *store;               /* outlives it */
    const struct catalogue *catalogue; /* likewise */
    const struct engine_options *engine;
    int64_t retry_ms; /* before the second attempt of a connection of ecommerce */
};

struct dispatcher;

/* Puts back into the queue what was under way when the process ended, and begins. */
struct dispatcher *dispatcher_start(const struct dispatcher_options *options, struct error *err);

/* What is under way ends and stays in the queue. */
void dispatcher_free(struct dispatcher *dispatcher);

/* There is something new in the queue. */
void dispatcher_wake(struct dispatcher *dispatcher);

struct worker_view {
    int number;       /* 1 to DISPATCHER_WORKERS; 0 = the inline lane */
    int64_t delivery; /* 0 = idle */
    int64_t since_ms;
    char url[256];
};

/* Who does what; `out` holds DISPATCHER_WORKERS + 1. */
void dispatcher_workers(struct dispatcher *dispatcher, struct worker_view *out);

/* The deliveries that changed since number `*after` (0 at first), at most `max`, the newest of
 * them; `*after` is moved on. Returns how many; `*out_missed` is how many were left out. */
size_t dispatcher_changes(struct dispatcher *dispatcher, uint64_t *after, int64_t *out_ids,
                          size_t max, uint64_t *out_missed);

/* A delivery has changed in another way: it was queued. */
void dispatcher_note(struct dispatcher *dispatcher, int64_t delivery);

#endif
