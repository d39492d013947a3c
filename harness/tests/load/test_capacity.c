#include <criterion/criterion.h>

#include <stdlib.h>

#include "load/capacity.h"

TestSuite(load_capacity, .timeout = 120);

/* Searches an endpoint that holds up to `limit`; returns how many loads that took. */
static size_t search(struct capacity *capacity, int64_t first, int64_t limit)
{
    *capacity = (struct capacity){0};
    for (int64_t rate; (rate = capacity_next(capacity, first)) != 0; capacity->num_steps++) {
        cr_assert(rate > 0 && rate <= CAPACITY_RATE_MAX);
        if (rate <= limit && rate > capacity->holds_at)
            capacity->holds_at = rate;
        if (rate > limit && (!capacity->missed_at || rate < capacity->missed_at))
            capacity->missed_at = rate;
    }
    return capacity->num_steps;
}

Test(load_capacity, is_found_to_a_tenth)
{
    for (int64_t limit = 1; limit < CAPACITY_RATE_MAX; limit = limit * 3 / 2 + 1) {
        struct capacity capacity;
        size_t num_steps = search(&capacity, 50, limit);
        cr_expect(num_steps <= CAPACITY_STEPS_MAX);
        cr_expect(capacity.holds_at <= limit && capacity.missed_at > limit, "%d", (int)limit);
        cr_expect((capacity.missed_at - capacity.holds_at) * 10 <= capacity.missed_at ||
                      capacity.missed_at - capacity.holds_at <= 1,
                  "%d: %d to %d", (int)limit, (int)capacity.holds_at, (int)capacity.missed_at);
    }
}

Test(load_capacity, ends_at_the_highest_rate_there_is)
{
    struct capacity capacity;
    (void)search(&capacity, 700000, INT64_MAX);
    cr_expect_eq(capacity.holds_at, CAPACITY_RATE_MAX);
    cr_expect_eq(capacity.missed_at, 0);
}
