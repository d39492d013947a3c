#include "load/histogram.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* Values below SUB_BUCKETS each have a count of their own; from there on the width of a count
 * doubles with each power of two. */
#define SUB_BITS    11
#define SUB_BUCKETS (1U << SUB_BITS)
#define SUB_HALF    (SUB_BUCKETS / 2)
#define BUCKETS     32U /* SUB_BUCKETS << (BUCKETS - 1) is more than HISTOGRAM_MAX_NS */
#define NUM_COUNTS  ((size_t)(BUCKETS + 1) * SUB_HALF)

/* Steps of the percentile distribution for each halving of what is left. */
#define HGRM_TICKS 5

void histogram_init(struct histogram *histogram)
{
    *histogram = (struct histogram){.min_ns = INT64_MAX};
    histogram->counts = mem_alloc(NUM_COUNTS * sizeof *histogram->counts);
}

void histogram_clear(struct histogram *histogram)
{
    free(histogram->counts);
    *histogram = (struct histogram){0};
}

void histogram_reset(struct histogram *histogram)
{
    if (histogram->count)
        memset(histogram->counts, 0, NUM_COUNTS * sizeof *histogram->counts);
    histogram->count = 0;
    histogram->max_ns = 0;
    histogram->min_ns = INT64_MAX;
    histogram->sum_ns = 0;
}

/* --- the layout --- */

static unsigned bucket_of(uint64_t value)
{
    unsigned top = 63U - (unsigned)__builtin_clzll(value | (SUB_BUCKETS - 1));
    return top - (SUB_BITS - 1);
}

static size_t index_of(uint64_t value)
{
    unsigned bucket = bucket_of(value);
    size_t sub = (size_t)(value >> bucket);
    return ((size_t)(bucket + 1) << (SUB_BITS - 1)) + sub - SUB_HALF;
}

/* The highest value that is counted there. */
static int64_t highest_at(size_t index)
{
    size_t bucket = index >> (SUB_BITS - 1);
    uint64_t sub = (index & (SUB_HALF - 1)) + SUB_HALF;
    if (bucket == 0)
        return (int64_t)(sub - SUB_HALF);
    bucket--;
    return (int64_t)(((sub + 1) << bucket) - 1);
}

/* --- values --- */

void histogram_record(struct histogram *histogram, int64_t ns)
{
    int64_t value = ns < 0 ? 0 : ns > HISTOGRAM_MAX_NS ? HISTOGRAM_MAX_NS : ns;
    histogram->counts[index_of((uint64_t)value)]++;
    histogram->count++;
    histogram->sum_ns += (double)value;
    if (value > histogram->max_ns)
        histogram->max_ns = value;
    if (value < histogram->min_ns)
        histogram->min_ns = value;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
    if (!from->count)
        return;
    for (size_t i = 0; i < NUM_COUNTS; i++)
        to->counts[i] += from->counts[i];
    to->count += from->count;
    to->sum_ns += from->sum_ns;
    if (from->max_ns > to->max_ns)
        to->max_ns = from->max_ns;
    if (from->min_ns < to->min_ns)
        to->min_ns = from->min_ns;
}

/* The value of number `rank` (from 1) in order, and how many are not above it. */
static int64_t value_at_rank(const struct histogram *histogram, uint64_t rank, uint64_t *out_below)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < NUM_COUNTS; i++) {
        seen += histogram->counts[i];
        if (seen < rank)
            continue;
        int64_t value = highest_at(i);
        *out_below = seen;
        return value < histogram->max_ns ? value : histogram->max_ns;
    }
    *out_below = seen;
    return histogram->max_ns;
}

static uint64_t rank_of(const struct histogram *histogram, double percent)
{
    double rank = ceil(percent / 100 * (double)histogram->count - 1e-9);
    return rank < 1 ? 1 : (uint64_t)rank;
}

int64_t histogram_percentile(const struct histogram *histogram, double percent)
{
    uint64_t below = 0;
    if (!histogram->count)
        return 0;
    return value_at_rank(histogram, rank_of(histogram, percent), &below);
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->count ? histogram->sum_ns / (double)histogram->count : 0;
}

/* --- export --- */

static double deviation(const struct histogram *histogram)
{
    double mean = histogram_mean(histogram);
    double sum = 0;
    for (size_t i = 0; i < NUM_COUNTS; i++) {
        double off = (double)highest_at(i) - mean;
        if (histogram->counts[i])
            sum += off * off * (double)histogram->counts[i];
    }
    return histogram->count ? sqrt(sum / (double)histogram->count) : 0;
}

static double next_percent(double percent)
{
    double halvings = floor(log2(100 / (100 - percent))) + 1;
    return percent + 100 / (HGRM_TICKS * exp2(halvings));
}

static void write_row(int64_t ns, double share, uint64_t below, struct buf *out)
{
    buf_add_format(out, "%12.3f %14.12f %10" PRIu64, (double)ns / (double)NS_PER_MS, share, below);
    if (share < 1)
        buf_add_format(out, " %14.2f", 1 / (1 - share));
    buf_add_char(out, '\n');
}

void histogram_write_hgrm(const struct histogram *histogram, struct buf *out)
{
    uint64_t below = 0;
    buf_add_format(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
                   "1/(1-Percentile)");
    double percent = 0;
    while (histogram->count) {
        int64_t ns = value_at_rank(histogram, rank_of(histogram, percent), &below);
        if (below == (uint64_t)histogram->count)
            break;
        write_row(ns, percent / 100, below, out);
        percent = next_percent(percent);
    }
    if (histogram->count)
        write_row(histogram->max_ns, 1, (uint64_t)histogram->count, out);
    buf_add_format(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n",
                   histogram_mean(histogram) / (double)NS_PER_MS,
                   deviation(histogram) / (double)NS_PER_MS);
    buf_add_format(out, "#[Max     = %12.3f, Total count    = %12" PRId64 "]\n",
                   (double)histogram->max_ns / (double)NS_PER_MS, histogram->count);
    buf_add_format(out, "#[Buckets = %12u, SubBuckets     = %12u]\n", BUCKETS, SUB_BUCKETS);
}
