/*
 * Counts of times in constant memory, with an error of at most 1 part in 1,000: HdrHistogram's
 * layout with three significant digits, in nanoseconds, from 1 ns to an hour. Longer times count as
 * an hour.
 */
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H

#include <stdint.h>

#include "base/buf.h"

#define HISTOGRAM_MAX_NS INT64_C(3600000000000)

struct histogram {
    int64_t count;
    int64_t max_ns; /* exact */
    int64_t min_ns; /* exact; of no meaning without values */
    double sum_ns;
    uint64_t *counts;
};

void histogram_init(struct histogram *histogram);
void histogram_clear(struct histogram *histogram); /* a zeroed one is fine */
void histogram_reset(struct histogram *histogram);

/* Negative times count as 0. */
void histogram_record(struct histogram *histogram, int64_t ns);
void histogram_merge(struct histogram *to, const struct histogram *from);

/* The time that `percent` (0 to 100, fractions allowed) of the values did not pass; 0 without
 * values. Never more than max_ns. */
int64_t histogram_percentile(const struct histogram *histogram, double percent);
double histogram_mean(const struct histogram *histogram);

/* Appends the percentile distribution as HdrHistogram's tools write and plot it (.hgrm), values in
 * milliseconds. */
void histogram_write_hgrm(const struct histogram *histogram, struct buf *out);

#endif
