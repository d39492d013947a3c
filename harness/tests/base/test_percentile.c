#include "base/percentile.h"

#include <criterion/criterion.h>

TestSuite(base_percentile, .timeout = 120);

Test(base_percentile, is_the_nearest_rank)
{
    int64_t ns[] = {5, 1, 4, 2, 3};
    times_sort(ns, 5);
    cr_expect_eq(times_percentile(ns, 5, 0), 1);
    cr_expect_eq(times_percentile(ns, 5, 50), 3);
    cr_expect_eq(times_percentile(ns, 5, 60), 3);
    cr_expect_eq(times_percentile(ns, 5, 61), 4);
    cr_expect_eq(times_percentile(ns, 5, 100), 5);
    cr_expect_eq(times_percentile(ns, 1, 95), 1);
}
