/* In which order the cases leave. */
#ifndef RUN_ORDER_H
#define RUN_ORDER_H

#include "run/runner.h"

/* In which round a case may leave. What is timed alone comes before the many, so that a slow
 * endpoint is timed before the time for the run is up, and within the deliberate waits of others;
 * what may do harm comes last: who goes down and stays away can be asked nothing more. */
enum round {
    ROUND_TLS,
    ROUND_WAITS,
    ROUND_ALONE,
    ROUND_TOGETHER, /* needs all the room at once, which a chain beside it would not leave */
    ROUND_CHAINS,   /* many requests, one after another: begun late, such a case ends last */
    ROUND_REQUIRED,
    ROUND_USUAL,
    ROUND_PAUSES, /* needs quiet for a while: late, for by then it is known how slow it is */
    ROUND_ODD,    /* what Panora does not send, and what ends a careless endpoint */
    ROUND_HARMFUL,
    NUM_ROUNDS
};
enum round order_round_of(const struct runner *runner, const struct testcase *test);

/* Whether nothing else may be in flight beside the case. */
bool order_needs_solitude(const struct runner *runner, const struct testcase *test);

/* Genuine events are refused, it is known why, and requests have to wait for each other (--rate, or
 * the endpoint limits it): only what can be decided all the same is sent. */
bool order_spares(const struct runner *runner);

/* Genuine events are refused, nothing opens, and a limit on the rate leaves nothing to be asked. */
bool order_is_shut(const struct runner *runner);

/* Why the case is not sent because the endpoint is slow, or refuses genuine events; or NULL. */
const char *order_refusal(const struct runner *runner, const struct testcase *test, int64_t now_ns);

/* The case whose first request is waited for before anything else leaves; NULL = none is fit for
 * that. */
struct testcase *order_first(struct runner *runner);

#endif
