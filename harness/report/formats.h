/* The render functions behind the rows of report_formats. */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include "base/buf.h"
#include "result/result.h"

void report_text_render(const struct run_result *result, struct buf *out);
void report_json_render(const struct run_result *result, struct buf *out);
void report_junit_render(const struct run_result *result, struct buf *out);
void report_tap_render(const struct run_result *result, struct buf *out);

#endif
