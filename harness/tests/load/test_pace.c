#include <criterion/criterion.h>

#include "base/clock.h"
#include "load/pace.h"

TestSuite(load_pace, .timeout = 120);

Test(load_pace, is_even_at_a_rate)
{
    const struct pace pace = {.per_second = 500};
    cr_expect_eq(pace_due_ns(&pace, 0), 0);
    cr_expect_eq(pace_due_ns(&pace, 1), 2 * NS_PER_MS);
    cr_expect_eq(pace_due_ns(&pace, 5000), 10 * NS_PER_S);
    cr_expect_eq(pace_count(&pace, 10 * NS_PER_S), 5000);
    cr_expect_eq(pace_count(&pace, 0), 0);
    cr_expect_eq(pace_count(&pace, -1), 0);
}

Test(load_pace, does_not_drift_over_an_hour)
{
    const struct pace pace = {.per_second = 700001};
    cr_expect_eq(pace_due_ns(&pace, UINT64_C(700001) * 3600), 3600 * NS_PER_S);
}

Test(load_pace, reaches_the_rate_evenly)
{
    const struct pace pace = {.per_second = 1000, .ramp_ns = 4 * NS_PER_S};
    cr_expect_eq(pace_count(&pace, 4 * NS_PER_S), 2000); /* half of what the full rate sends */
    cr_expect_eq(pace_count(&pace, 2 * NS_PER_S), 500);
    cr_expect_eq(pace_due_ns(&pace, 2000), 4 * NS_PER_S);
    cr_expect_eq(pace_due_ns(&pace, 3000), 5 * NS_PER_S);
    for (uint64_t i = 1; i < 5000; i++)
        cr_assert(pace_due_ns(&pace, i) > pace_due_ns(&pace, i - 1), "%d", (int)i);
}

Test(load_pace, counts_what_is_due)
{
    const struct pace pace = {.per_second = 130, .ramp_ns = NS_PER_S / 3};
    for (uint64_t i = 0; i < 500; i++) {
        cr_expect_eq(pace_count(&pace, pace_due_ns(&pace, i) + 1000), i + 1, "%d", (int)i);
    }
}
