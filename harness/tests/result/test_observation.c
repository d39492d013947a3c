#include "result/observation.h"

#include <criterion/criterion.h>

TestSuite(result_observation, .timeout = 120);

Test(result_observation, every_outcome_has_a_name_of_its_own)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        cr_assert(outcome_name((enum outcome)i), "%d", i);
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(outcome_name((enum outcome)i), outcome_name((enum outcome)j));
    }
}

Test(result_observation, only_what_reached_the_endpoint_had_a_session)
{
    cr_expect(outcome_had_session(OUTCOME_ANSWERED));
    cr_expect(outcome_had_session(OUTCOME_RESET));
    cr_expect(outcome_had_session(OUTCOME_TIMED_OUT));
    cr_expect_not(outcome_had_session(OUTCOME_NOT_SENT));
    cr_expect_not(outcome_had_session(OUTCOME_UNRESOLVED));
    cr_expect_not(outcome_had_session(OUTCOME_REFUSED));
    cr_expect_not(outcome_had_session(OUTCOME_UNREACHABLE));
    cr_expect_not(outcome_had_session(OUTCOME_TLS_FAILED));
}

Test(result_observation, a_cleared_one_can_be_used_again)
{
    struct observation seen;
    observation_init(&seen);
    headers_add(&seen.headers, "A", "b");
    buf_add_text(&seen.body, "text");
    seen.total_ns = 5;
    observation_clear(&seen);
    cr_expect_eq(seen.total_ns, -1);
    cr_expect_eq(seen.headers.count, 0);
    cr_expect_eq(seen.body.len, 0);
    cr_expect_eq(seen.body.max, OBSERVED_BODY_MAX);
}
