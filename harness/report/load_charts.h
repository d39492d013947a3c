/* Curves of one or two loads over time, as SVG. */
#ifndef REPORT_LOAD_CHARTS_H
#define REPORT_LOAD_CHARTS_H

#include "report/load_record.h"

#include "base/buf.h"

/* One curve. */
struct load_curve {
    const struct load_record *record;
    const char *name;
    double (*value)(const struct load_point *point);
    unsigned look; /* .k0 to .k3 of the page's style */
};

struct load_chart {
    const char *title;
    const char *unit; /* "/s", or NULL: the values are milliseconds, and the scale is in powers */
    const struct load_curve *curves;
    size_t num_curves;
};

/* Appends the chart with its legend under a heading of its own; every value of a long load counts,
 * since the highest and the lowest of those that share a column are drawn. Nothing when there is no
 * second. */
void load_chart_add(const struct load_chart *chart, struct buf *out);

/* Values of a second. */
double load_sent(const struct load_point *point);
double load_answered(const struct load_point *point);
double load_errors(const struct load_point *point);
double load_p50(const struct load_point *point);
double load_p90(const struct load_point *point);
double load_p99(const struct load_point *point);
double load_max(const struct load_point *point);

/* Appends milliseconds as a person writes them. */
void load_add_ms(struct buf *out, double ms);

#endif
