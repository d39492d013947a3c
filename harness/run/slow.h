/* An endpoint that takes its time: more in flight, fewer samples, and what is required first. */
#ifndef RUN_SLOW_H
#define RUN_SLOW_H

#include "run/runner.h"

bool slow_is_felt(const struct runner *runner);
bool slow_is_grave(const struct runner *runner); /* ... a second or more */

/* Learns from an answer how much may be in flight. */
void slow_note_answer(struct runner *runner, const struct testcase *test,
                      const struct exchange *exchange);

/* Whether a reset is not looked into, because the server may well have refused the size, and a look
 * would take too long: when the endpoint is gone indeed, the next request tells. */
bool slow_forgives(const struct runner *runner, const struct exchange *exchange);

/* Why the case is not sent because the endpoint is slow, or NULL. */
const char *slow_refusal(const struct runner *runner, const struct testcase *test, int64_t now_ns);

#endif
