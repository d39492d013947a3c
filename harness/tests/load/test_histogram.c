#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "load/histogram.h"

TestSuite(load_histogram, .timeout = 120);

Test(load_histogram, is_never_off_by_more_than_one_in_a_thousand)
{
    struct histogram histogram;
    histogram_init(&histogram);
    for (int64_t ns = 1; ns < HISTOGRAM_MAX_NS; ns = ns * 5 / 4 + 1) {
        histogram_reset(&histogram);
        histogram_record(&histogram, ns);
        histogram_record(&histogram, HISTOGRAM_MAX_NS); /* so that the maximum does not help */
        int64_t got = histogram_percentile(&histogram, 50);
        cr_expect(got >= ns && (double)(got - ns) <= (double)ns / 1000, "%lld for %lld",
                  (long long)got, (long long)ns);
    }
    histogram_clear(&histogram);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

Test(load_histogram, agrees_with_sorting)
{
    enum { COUNT = 20000 };
    static const double percents[] = {0, 1, 50, 90, 99, 99.9, 99.99, 100};
    static int64_t values[COUNT];
    struct rng rng = rng_for(1, "histogram");
    struct histogram histogram;
    histogram_init(&histogram);
    for (size_t i = 0; i < COUNT; i++) {
        values[i] = (int64_t)rng_below(&rng, UINT64_C(1) << (10 + rng_below(&rng, 22)));
        histogram_record(&histogram, values[i]);
    }
    qsort(values, COUNT, sizeof *values, compare);
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        double rank = ceil(percents[i] / 100 * COUNT - 1e-9);
        int64_t right = values[rank < 1 ? 0 : (size_t)rank - 1];
        int64_t got = histogram_percentile(&histogram, percents[i]);
        cr_expect(fabs((double)(got - right)) <= (double)right / 1000, "p%g: %lld for %lld",
                  percents[i], (long long)got, (long long)right);
    }
    cr_expect_eq(histogram.max_ns, values[COUNT - 1]);
    cr_expect_eq(histogram.min_ns, values[0]);
    histogram_clear(&histogram);
}

Test(load_histogram, adds_up_as_if_one_had_counted_all)
{
    struct histogram one;
    struct histogram two;
    struct histogram all;
    histogram_init(&one);
    histogram_init(&two);
    histogram_init(&all);
    for (int64_t i = 0; i < 1000; i++) {
        histogram_record(i % 3 ? &one : &two, i * i * 1000);
        histogram_record(&all, i * i * 1000);
    }
    histogram_merge(&one, &two);
    cr_expect_eq(one.count, 1000);
    cr_expect_eq(one.max_ns, all.max_ns);
    cr_expect_float_eq(histogram_mean(&one), histogram_mean(&all), 1);
    for (double percent = 0; percent <= 100; percent += 2.5)
        cr_expect_eq(histogram_percentile(&one, percent), histogram_percentile(&all, percent));
    histogram_clear(&one);
    histogram_clear(&two);
    histogram_clear(&all);
}

Test(load_histogram, counts_what_is_out_of_range_at_the_ends)
{
    struct histogram histogram;
    histogram_init(&histogram);
    histogram_record(&histogram, -5);
    histogram_record(&histogram, INT64_MAX);
    cr_expect_eq(histogram_percentile(&histogram, 50), 0);
    cr_expect_eq(histogram_percentile(&histogram, 100), HISTOGRAM_MAX_NS);
    histogram_clear(&histogram);
}

Test(load_histogram, writes_the_distribution_as_hdrhistogram_does)
{
    struct histogram histogram;
    struct buf out = {0};
    histogram_init(&histogram);
    for (int64_t ms = 1; ms <= 4; ms++)
        histogram_record(&histogram, ms * 1000000);
    histogram_write_hgrm(&histogram, &out);
    cr_expect(strstr(buf_text(&out), "Value     Percentile TotalCount 1/(1-Percentile)\n\n"));
    cr_expect(strstr(buf_text(&out), "\n       1.000 0.000000000000          1           1.00\n"),
              "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "\n       4.000 1.000000000000          4\n#[Mean    =        "
                                     "2.500, StdDeviation   =        1.118]\n"),
              "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "#[Max     =        4.000, Total count    =            4]\n"));
    buf_clear(&out);
    histogram_clear(&histogram);
}
