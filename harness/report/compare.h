/* Several saved results side by side: two runs of one endpoint compared, or many endpoints as one
 * grid of cases by endpoints. */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "report/report.h"
#include "result/result.h"

/* What broke from the first run to the second, what was mended, what got slower beyond noise, for
 * people. Returns whether anything broke. */
bool compare_text(const struct run_result *before, const struct run_result *after,
                  const struct text_options *options, struct buf *out);

/* A grid of cases by endpoints; `names` stand above the columns. Cases in which all are alike are
 * counted only, unless the options ask for all. */
void grid_text(const struct run_result *results, const char *const *names, size_t count,
               const struct text_options *options, struct buf *out);

/* The same as a page, with all cases, and for two runs what changed between them. */
void grid_html(const struct run_result *results, const char *const *names, size_t count,
               struct buf *out);

/* The ids of all cases of all results, each once, in the order in which they come; the caller frees
 * the array, the texts are borrowed. */
const char **grid_ids(const struct run_result *results, size_t count, size_t *out_count);

#endif
