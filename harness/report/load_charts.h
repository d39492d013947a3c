/* Curves of one or two loads over time, as SVG. */
#ifndef REPORT_LOAD_CHARTS_H
#define REPORT_LOAD_CHARTS_H

#include <stddef.h>

#include "base/buf.h"
#include "report/load_record.h"

/* One curve. */
struct load_curve {
    const struct load_record *record;
    const char *name;
    size_t value;  /* its offset in struct load_point */
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

/* The value of a second at this offset in it: offsetof(struct load_point, p99). */
double load_value(const struct load_point *point, size_t value);

/* Appends milliseconds as a person writes them. */
void load_add_ms(struct buf *out, double ms);

#endif
