/* A probe as it goes on: each answer decides what is sent next. */
#ifndef RUN_PROBE_CASE_H
#define RUN_PROBE_CASE_H

#include "run/testcase.h"

/* Composes the next request of the search; false when it is over, or with a sentence when the
 * request cannot be composed. */
bool probe_case_extend(struct testcase *test, struct error *err);

/* Adds what the search found to the result. */
void probe_case_measure(const struct testcase *test, struct case_result *out);

#endif
