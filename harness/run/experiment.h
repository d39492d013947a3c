/*
 * Experiments: some requests that are sent in a given way, to see what each gets. They leave
 * through the gate, like everything else.
 */
#ifndef RUN_EXPERIMENT_H
#define RUN_EXPERIMENT_H

#include "run/gate.h"

/* Everything but `requests` and `count` zero: one after another, each on its own connection. */
struct experiment {
    const struct request *requests; /* borrowed */
    size_t count;
    size_t at_once;      /* so many in flight; 0 = 1 */
    int64_t gap_ns;      /* nothing is in flight for so long before each request, or before each
                            group of `at_once`; 0 = the next leaves as soon as there is room */
    bool one_connection; /* one after another on one connection that is kept */
};

/* Sends it and fills `seen`, one for each request in their order: all are initialised here and
 * cleared by the caller. `extra` are added to every request. A group leaves at once where the rate
 * allows it, else one by one. Returns when everything has ended: how many have left; the others
 * are OUTCOME_NOT_SENT and their detail says why. What is in flight when the run is over is
 * cancelled. */
size_t experiment_run(struct gate *gate, const struct headers *extra, int64_t timeout_ns,
                      const struct experiment *experiment, struct observation *seen);

#endif
