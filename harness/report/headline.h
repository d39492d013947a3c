/* The result of a run in a sentence: "Not ready: Panora's events are refused, because ...". */
#ifndef REPORT_HEADLINE_H
#define REPORT_HEADLINE_H

#include "base/buf.h"
#include "result/result.h"

void headline_add(const struct run_result *result, struct buf *out);

/* Appends what the whole run comes to, as the last line of the text report has it: "not ready: 5
 * passed, 2 failed, ...; 10 requests in 1.83 s; exit 1". */
void headline_add_counts(const struct run_result *result, struct buf *out);

#endif
