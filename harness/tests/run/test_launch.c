/* When requests may leave. */
#include "run/launch.h"

#include <criterion/criterion.h>

#include "base/clock.h"
#include "run/gate.h"

TestSuite(run_launch, .timeout = 120);

static int64_t due_ns(const struct runner *runner, const struct step *step, size_t len)
{
    const struct suite_case one = {.steps = (struct step *)step, .num_steps = 1};
    const struct testcase test = {.one = &one};
    return launch_due_ns(runner, &test, len);
}

Test(run_launch, an_endpoint_that_had_too_much_to_do_gets_a_pause_for_each_request)
{
    const struct budget_limits limits = {0};
    const struct step plain = {0}, sampled = {.samples = true}, together = {.together = true};
    struct engine_options options = {0};
    struct target target;
    struct error err = {0};
    cr_assert(target_parse(&target, "http://127.0.0.1:9/", &err));
    struct runner runner = {.gate = gate_new(&limits, &target, &options, &err)};
    cr_assert_not_null(runner.gate);
    cr_expect_eq(due_ns(&runner, &together, 5), 0, "it has enough time");
    runner.health.gap_ns = NS_PER_MS;
    cr_expect_eq(due_ns(&runner, &plain, 1), NS_PER_MS);
    cr_expect_eq(due_ns(&runner, &together, 5), 5 * NS_PER_MS);
    cr_expect_eq(due_ns(&runner, &sampled, 1), 0, "how fast they come is its subject");
    gate_free(runner.gate);
    target_clear(&target);
}

Test(run_launch, the_connection_of_a_slow_endpoint_is_watched_shortly)
{
    struct run_options options = {0};
    struct runner runner = {.options = &options};
    struct step plain = {0}, sampled = {.samples = true};
    struct suite_case one = {.steps = &plain, .num_steps = 1};
    struct testcase test = {.one = &one};
    testcase_allocate(&test, 1);
    cr_expect_eq(launch_linger_for(&runner, &test, 0), LINGER_USUAL);
    runner.health.usual_ns = 200 * NS_PER_MS;
    cr_expect_eq(launch_linger_for(&runner, &test, 0), LINGER_SHORT);
    runner.health.usual_ns = 0;
    options.quick = true;
    cr_expect_eq(launch_linger_for(&runner, &test, 0), LINGER_SHORT);
    one.steps = &sampled;
    cr_expect_eq(launch_linger_for(&runner, &test, 0), LINGER_NONE);
    testcase_clear(&test);
}
