/* The render functions behind the rows of report_formats. */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include "base/buf.h"
#include "result/result.h"

void report_text_render(const struct run_result *result, struct buf *out);
void report_json_render(const struct run_result *result, struct buf *out);
void report_junit_render(const struct run_result *result, struct buf *out);
void report_tap_render(const struct run_result *result, struct buf *out);
void report_html_render(const struct run_result *result, struct buf *out);
void report_markdown_render(const struct run_result *result, struct buf *out);
void report_github_render(const struct run_result *result, struct buf *out);
void report_sarif_render(const struct run_result *result, struct buf *out);
void report_har_render(const struct run_result *result, struct buf *out);
void report_badge_render(const struct run_result *result, struct buf *out);
void report_shields_render(const struct run_result *result, struct buf *out);

#endif
