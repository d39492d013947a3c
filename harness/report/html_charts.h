/* Charts of a run as SVG and HTML: answer times per kind, the timeline, the phases of a request. */
#ifndef REPORT_HTML_CHARTS_H
#define REPORT_HTML_CHARTS_H

#include "base/buf.h"
#include "result/result.h"

/* The distribution (ECDF) and percentiles of answer times, for genuine events and forgeries,
 * accepted and refused. Nothing when nothing was answered. */
void html_add_times(const struct run_result *result, struct buf *out);

/* How many requests were in flight over the run, with deaths and recoveries. */
void html_add_timeline(const struct run_result *result, struct buf *out);

/* The phases of one attempt as a bar and in words. */
void html_add_waterfall(const struct observation *seen, struct buf *out);

#endif
