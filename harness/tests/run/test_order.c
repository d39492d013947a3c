/* Which cases leave when, and which are left out where the endpoint takes its time. */
#include "run/order.h"

#include <criterion/criterion.h>

#include "base/array.h"
#include "base/clock.h"

TestSuite(run_order, .timeout = 120);

static struct run_options options;
static struct runner runner;

static void set_up(void)
{
    options = (struct run_options){.patience_ns = 40 * NS_PER_S};
    runner = (struct runner){.options = &options};
}

Test(run_order, only_what_is_required_is_asked_for_long, .init = set_up)
{
    const struct suite_case must = {.level = LEVEL_MUST};
    const struct suite_case should = {.level = LEVEL_SHOULD};
    const struct testcase required = {.one = &must};
    const struct testcase other = {.one = &should};
    const struct testcase control = {0};
    cr_expect_null(order_refusal(&runner, &other, 41 * NS_PER_S), "nothing is known of it");
    runner.health.usual_ns = 900 * NS_PER_MS;
    cr_expect_null(order_refusal(&runner, &other, 41 * NS_PER_S), "not slow enough");
    runner.health.usual_ns = 1200 * NS_PER_MS;
    cr_expect_null(order_refusal(&runner, &other, 39 * NS_PER_S), "there is time");
    cr_expect_not_null(order_refusal(&runner, &other, 41 * NS_PER_S));
    cr_expect_null(order_refusal(&runner, &required, 41 * NS_PER_S));
    cr_expect_null(order_refusal(&runner, &control, 41 * NS_PER_S));
    options.strict = true;
    cr_expect_null(order_refusal(&runner, &other, 41 * NS_PER_S), "required by --strict");
}

Test(run_order, what_takes_long_leaves_early_and_what_may_do_harm_last, .init = set_up)
{
    static struct step plain, together = {.together = true};
    static const struct {
        struct suite_case one;
        int64_t wait_ns;
        enum round round;
        size_t count;
    } rows[] = {
        {{.level = LEVEL_MUST}, 0, ROUND_REQUIRED, 1},
        {{.level = LEVEL_SHOULD}, 0, ROUND_USUAL, 1},
        {{.level = LEVEL_MUST, .tls = true}, 0, ROUND_TLS, 1},
        {{.level = LEVEL_SHOULD}, NS_PER_S, ROUND_WAITS, 1},
        {{.level = LEVEL_SHOULD, .alone = true}, 0, ROUND_ALONE, 1},
        {{.level = LEVEL_SHOULD, .alone = true}, NS_PER_S, ROUND_PAUSES, 1},
        {{.level = LEVEL_SHOULD, .one_connection = true}, 0, ROUND_CHAINS, 1},
        {{.level = LEVEL_SHOULD, .steps = &plain, .num_steps = 1}, 0, ROUND_USUAL, 7},
        {{.level = LEVEL_SHOULD, .steps = &plain, .num_steps = 1}, 0, ROUND_CHAINS, 8},
        {{.level = LEVEL_SHOULD, .steps = &together, .num_steps = 1}, 0, ROUND_TOGETHER, 8},
        {{.level = LEVEL_MUST, .harmful = true, .alone = true}, 0, ROUND_HARMFUL, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct testcase test = {
            .one = &rows[i].one, .wait_ns = rows[i].wait_ns, .count = rows[i].count};
        cr_expect_eq(order_round_of(&runner, &test), rows[i].round, "row %zu", i);
    }
}

Test(run_order, where_each_answer_takes_long_a_few_in_a_row_leave_early, .init = set_up)
{
    static struct step plain;
    const struct suite_case must = {.level = LEVEL_MUST, .steps = &plain, .num_steps = 1};
    struct shot shots[4] = {{.genuine = true}, {.genuine = true}, {.genuine = true}};
    const struct testcase few = {.one = &must, .count = 4, .shots = shots};
    const struct testcase pair = {.one = &must, .count = 2, .shots = shots};
    cr_expect_eq(order_round_of(&runner, &few), ROUND_REQUIRED);
    runner.health.usual_ns = 3 * NS_PER_S;
    cr_expect_eq(order_round_of(&runner, &few), ROUND_CHAINS);
    cr_expect_eq(order_round_of(&runner, &pair), ROUND_REQUIRED);
}

Test(run_order, where_each_answer_takes_long_what_costs_one_event_for_many_is_first, .init = set_up)
{
    const struct suite_case must = {.level = LEVEL_MUST};
    struct testcase controls[2] = {{.num_users = 30}, {.num_users = 1}};
    struct shot shared = {.control = 0};
    struct shot own = {.control = 1};
    const struct testcase cheap = {.one = &must, .count = 1, .shots = &shared};
    const struct testcase dear = {.one = &must, .count = 1, .shots = &own};
    runner.progress.controls = controls;
    runner.progress.num_controls = 2;
    cr_expect_eq(order_round_of(&runner, &cheap), ROUND_REQUIRED);
    runner.health.usual_ns = 3 * NS_PER_S;
    cr_expect_eq(order_round_of(&runner, &cheap), ROUND_TLS);
    cr_expect_eq(order_round_of(&runner, &dear), ROUND_REQUIRED);
}

Test(run_order, a_slow_endpoint_is_asked_beside_other_requests, .init = set_up)
{
    static struct step together = {.together = true};
    const struct suite_case alone = {.alone = true};
    const struct suite_case harmful = {.harmful = true};
    const struct suite_case timed = {.harmful = true, .steps = &together, .num_steps = 1};
    const struct testcase tests[] = {{.one = &alone}, {.one = &harmful}, {.one = &timed}};
    static const struct {
        int64_t ms;
        bool needs[3];
    } rows[] = {{50, {true, true, true}}, {200, {true, false, true}}, {2000, {false, false, true}}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        runner.health.usual_ns = rows[i].ms * NS_PER_MS;
        for (size_t k = 0; k < ARRAY_LEN(tests); k++)
            cr_expect_eq(order_needs_solitude(&runner, &tests[k]), rows[i].needs[k],
                         "case %zu at %lld ms", k, (long long)rows[i].ms);
    }
}

Test(run_order, the_first_case_that_can_be_sent_is_the_first, .init = set_up)
{
    static struct suite_case tls = {.tls = true}, plain, harmful = {.harmful = true};
    struct testcase cases[] = {{.one = &plain, .skip = "why", .count = 1},
                               {.one = &tls, .count = 1},
                               {.one = &plain, .count = 1}};
    runner.progress = (struct progress){.cases = cases, .num_cases = ARRAY_LEN(cases)};
    cr_expect_eq(order_first(&runner), &cases[2]);
    cases[2].one = &harmful;
    cr_expect_null(order_first(&runner), "nothing harmful goes first");
}
