/*
 * One thread of a load: some connections and a loop over epoll that writes what is due and reads
 * what comes. Nothing outside load/ includes this.
 */
#ifndef LOAD_WORKER_H
#define LOAD_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "load/load.h"

/* What the threads of one load share. */
struct load_shared {
    const struct load_plan *plan;
    int64_t begun_ns;              /* monotonic; other times here count from it */
    atomic_uint_fast64_t taken;    /* requests begun, against max_requests */
    atomic_int_fast64_t paused_to; /* nobody sends before this */
    atomic_bool stop;              /* nothing more is begun */
    atomic_size_t running;         /* threads */
    pthread_mutex_t mutex;         /* of what follows */
    struct load_second second;     /* what the threads have told of the second that runs */
    struct histogram second_times;
};

struct worker;

/* Number `number` of the plan's threads. NULL with a sentence when it cannot send. */
struct worker *worker_new(struct load_shared *shared, size_t number, struct error *err);
void worker_free(struct worker *worker); /* NULL is fine */

/* Whether a connection can be made at all, to where it may go; a sentence when not. */
bool worker_try(struct worker *worker, bool *out_unreached, struct error *err);

/* The thread's function. */
void *worker_run(void *its_worker);

const struct tally *worker_tally(const struct worker *worker);
const struct ledger *worker_ledger(const struct worker *worker);

/* When its last request ended. */
int64_t worker_last_ns(const struct worker *worker);

#endif
