/* How much is in flight, and what is asked, when the endpoint takes its time. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "run/slow.h"

TestSuite(run_slow, .timeout = 10);

static struct run_options options;
static struct runner runner;

static void set_up(void)
{
    options = (struct run_options){
        .concurrency_max = 20, .deadline_ns = 10 * NS_PER_S, .patience_ns = 40 * NS_PER_S};
    runner = (struct runner){.options = &options, .room = 5};
}

/* So many genuine events are accepted, each after `ms`. */
static void accept(size_t count, int64_t ms)
{
    const struct exchange exchange = {.accepted = true,
                                      .seen = {.outcome = OUTCOME_ANSWERED,
                                               .status = 200,
                                               .first_byte_ns = ms * NS_PER_MS,
                                               .total_ns = ms * NS_PER_MS}};
    const struct testcase test = {0};
    for (size_t i = 0; i < count; i++)
        slow_note_answer(&runner, &test, &exchange);
}

Test(run_slow, more_is_in_flight_while_answers_take_no_longer, .init = set_up)
{
    static const struct {
        int64_t ms;
        size_t answers, room;
    } rows[] = {{2, 100, 5}, {50, 10, 10}, {200, 5, 10}, {200, 100, 20}, {3000, 15, 20}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_up();
        accept(rows[i].answers, rows[i].ms);
        cr_expect_eq(runner.room, rows[i].room, "%zu of %lld ms: %zu", rows[i].answers,
                     (long long)rows[i].ms, runner.room);
    }
}

Test(run_slow, less_is_in_flight_when_one_waits_for_the_other, .init = set_up)
{
    accept(1, 2000);
    cr_expect_eq(runner.room, 6);
    accept(3, 6000);
    cr_expect_eq(runner.room, 3);
    accept(9, 8000);
    cr_expect_eq(runner.room, 1, "one at least");
}

Test(run_slow, a_rate_limit_lets_nothing_grow, .init = set_up)
{
    runner.gap_ns = NS_PER_MS;
    accept(100, 200);
    cr_expect_eq(runner.room, 5);
}

Test(run_slow, only_what_is_required_is_asked_for_long, .init = set_up)
{
    const struct suite_case must = {.level = LEVEL_MUST};
    const struct suite_case should = {.level = LEVEL_SHOULD};
    const struct testcase required = {.one = &must};
    const struct testcase other = {.one = &should};
    const struct testcase control = {0};
    cr_expect_null(slow_refusal(&runner, &other, 41 * NS_PER_S), "nothing is known of it");
    accept(1, 900);
    cr_expect_null(slow_refusal(&runner, &other, 41 * NS_PER_S), "not slow enough");
    set_up();
    accept(1, 1200);
    cr_expect_null(slow_refusal(&runner, &other, 39 * NS_PER_S), "there is time");
    cr_expect_not_null(slow_refusal(&runner, &other, 41 * NS_PER_S));
    cr_expect_null(slow_refusal(&runner, &required, 41 * NS_PER_S));
    cr_expect_null(slow_refusal(&runner, &control, 41 * NS_PER_S));
    options.strict = true;
    cr_expect_null(slow_refusal(&runner, &other, 41 * NS_PER_S), "required by --strict");
}

Test(run_slow, a_reset_of_something_large_is_looked_into_unless_that_takes_long, .init = set_up)
{
    static char digits[9000];
    struct exchange exchange = {.seen = {.outcome = OUTCOME_RESET}};
    for (size_t i = 0; i + 1 < sizeof digits; i++)
        digits[i] = '1';
    headers_add(&exchange.request.headers, "Panora-Signature", digits);
    accept(1, 200);
    cr_expect_not(slow_forgives(&runner, &exchange));
    set_up();
    accept(1, 2000);
    cr_expect(slow_forgives(&runner, &exchange));
    exchange.seen.outcome = OUTCOME_REFUSED;
    cr_expect_not(slow_forgives(&runner, &exchange), "nobody is there");
    exchange.seen.outcome = OUTCOME_RESET;
    headers_clear(&exchange.request.headers);
    cr_expect_not(slow_forgives(&runner, &exchange), "a small one is no reason to reset");
}
