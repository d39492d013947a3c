/* Sending: what may leave now does, within concurrency, rate, budgets and waits. */
#ifndef RUN_LAUNCH_H
#define RUN_LAUNCH_H

#include "run/runner.h"

/* When so many requests of the case may leave, as far as the rate, and an endpoint that had too
 * much to do, are concerned. */
int64_t launch_due_ns(const struct runner *runner, const struct testcase *test, size_t len);

/* How long the connection is watched after the answer to a request of the case: shortly with
 * --quick and where each answer takes its time, unless what follows an answer is what the case is
 * about. */
enum engine_linger launch_linger_for(const struct runner *runner, const struct testcase *test,
                                     size_t index);

/* Launches the next group of `test` if it is due and there is room for it. False: there is none,
 * and nothing behind it may go first, or a group that needs all of it would never go. */
bool launch_next(struct runner *runner, struct testcase *test, int64_t now_ns);

/* What may be sent now is sent, in rounds; */
void launch_ready(struct runner *runner, int64_t now_ns);

/* ... and while nothing else may leave, the first request. */
void launch_first(struct runner *runner, int64_t now_ns);

#endif
