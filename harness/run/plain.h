/*
 * The plain event whose data is an object, as Panora's documentation shows it. An endpoint that
 * refuses that one refuses every event with object data: its case says so once, and the others,
 * which ask what such data may hold, tell nothing more.
 */
#ifndef RUN_PLAIN_H
#define RUN_PLAIN_H

#include "run/testcase.h"

/* The case of the run whose plain event goes before what `test` asks; NULL when there is none:
 * `test` is judged for itself. */
const struct testcase *plain_of(const struct progress *progress, const struct testcase *test);

/* Leaves `out`, the verdict of `test`, undecided when the plain event was judged and met the same
 * answer. `judged` are the results of the run, in the places of its cases. */
void plain_weigh(const struct progress *progress, const struct case_result *judged,
                 const struct testcase *test, struct case_result *out);

#endif
