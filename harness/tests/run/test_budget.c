#include "run/budget.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"

TestSuite(run_budget, .timeout = 120);

#define BEGIN_NS (100 * NS_PER_S)

static struct budget budget_of(struct budget_limits limits)
{
    struct budget budget;
    budget_init(&budget, &limits);
    budget_begin(&budget, BEGIN_NS);
    return budget;
}

/* Sends at every moment at which it may, for `seconds`; groups of `lens` in turn. Returns the most
 * that any one second saw. */
static size_t most_in_a_second(double rate, const size_t *lens, size_t num_lens, int seconds)
{
    static int64_t left_ns[100000];
    struct budget budget = budget_of((struct budget_limits){.rate = rate});
    size_t count = 0;
    size_t turn = 0;
    int64_t now_ns = BEGIN_NS;
    while (now_ns < BEGIN_NS + seconds * NS_PER_S) {
        size_t len = lens[turn % num_lens];
        int64_t due_ns = budget_due_ns(&budget, len);
        now_ns = due_ns > now_ns ? due_ns : now_ns;
        budget_spend(&budget, (enum purpose)(turn++ % PURPOSE_COUNT), len, now_ns);
        for (size_t i = 0; i < len; i++)
            left_ns[count++] = now_ns;
    }
    size_t most = 0;
    for (size_t i = 0, from = 0; i < count; i++) {
        while (left_ns[i] - left_ns[from] > NS_PER_S)
            from++;
        most = i - from + 1 > most ? i - from + 1 : most;
    }
    return most;
}

Test(run_budget, no_second_sees_more_than_the_rate)
{
    static const size_t single[] = {1};
    static const size_t mixed[] = {1, 5, 1, 1, 20, 5, 5, 1};
    static const double rates[] = {2, 20, 50, 1000};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        cr_expect_leq(most_in_a_second(rates[i], single, 1, 20), (size_t)rates[i]);
        if (rates[i] >= 20)
            cr_expect_leq(most_in_a_second(rates[i], mixed, 8, 20), (size_t)rates[i],
                          "groups at %g/s", rates[i]);
    }
}

Test(run_budget, the_rate_is_nearly_used)
{
    struct budget budget = budget_of((struct budget_limits){.rate = 100});
    budget_spend(&budget, PURPOSE_CASE, 1, BEGIN_NS);
    cr_expect_leq(budget_due_ns(&budget, 1), BEGIN_NS + 11 * NS_PER_MS);
    cr_expect_geq(budget_due_ns(&budget, 1), BEGIN_NS + 10 * NS_PER_MS);
}

Test(run_budget, a_rate_that_is_less_than_one_a_second_is_kept)
{
    struct budget budget = budget_of((struct budget_limits){.rate = 0.5});
    budget_spend(&budget, PURPOSE_WAIT, 1, BEGIN_NS);
    cr_expect_geq(budget_due_ns(&budget, 1), BEGIN_NS + 2 * NS_PER_S);
}

Test(run_budget, every_kind_of_request_counts_and_is_held_to_the_rate)
{
    for (enum purpose purpose = 0; purpose < PURPOSE_COUNT; purpose++) {
        const char *name = purpose_name(purpose);
        struct budget budget = budget_of((struct budget_limits){.rate = 2, .max_requests = 2});
        cr_expect_null(budget_refusal(&budget, 2, BEGIN_NS), "%s", name);
        cr_expect_not_null(budget_refusal(&budget, 3, BEGIN_NS), "%s", name);
        budget_spend(&budget, purpose, 1, BEGIN_NS);
        cr_expect_eq(budget.num_sent, 1, "%s", name);
        cr_expect_geq(budget_due_ns(&budget, 1), BEGIN_NS + NS_PER_S / 2, "%s", name);
        cr_expect_null(budget_refusal(&budget, 1, BEGIN_NS), "%s", name);
        budget_spend(&budget, purpose, 1, BEGIN_NS);
        const char *why = budget_refusal(&budget, 1, BEGIN_NS);
        cr_assert_not_null(why, "%s", name);
        cr_expect_not_null(strstr(why, "--max-requests"), "%s: %s", name, why);
        cr_expect_null(budget_over(&budget, BEGIN_NS), "%s: others may be smaller", name);
    }
}

Test(run_budget, the_time_of_the_run_ends_everything)
{
    struct budget budget;
    budget_init(&budget, &(struct budget_limits){.max_time_ns = NS_PER_S});
    cr_expect_null(budget_over(&budget, BEGIN_NS), "it has not begun");
    budget_begin(&budget, BEGIN_NS);
    cr_expect_null(budget_over(&budget, BEGIN_NS + NS_PER_S - 1));
    const char *why = budget_refusal(&budget, 1, BEGIN_NS + NS_PER_S);
    cr_assert_not_null(why);
    cr_expect_not_null(strstr(why, "--max-time"), "%s", why);
}

Test(run_budget, an_interruption_ends_everything)
{
    static volatile sig_atomic_t interrupted;
    struct budget budget = budget_of((struct budget_limits){.interrupted = &interrupted});
    cr_expect_null(budget_over(&budget, BEGIN_NS));
    interrupted = 1;
    const char *why = budget_refusal(&budget, 1, BEGIN_NS);
    cr_assert_not_null(why);
    cr_expect_not_null(strstr(why, "interrupted"), "%s", why);
}

Test(run_budget, what_reached_nobody_is_not_counted_but_keeps_the_rate)
{
    struct budget budget = budget_of((struct budget_limits){.rate = 1, .max_requests = 1});
    budget_spend(&budget, PURPOSE_WAIT, 1, BEGIN_NS);
    budget_give_back(&budget, PURPOSE_WAIT);
    budget_give_back(&budget, PURPOSE_WAIT);
    cr_expect_eq(budget.num_sent, 0);
    cr_expect_null(budget_refusal(&budget, 1, BEGIN_NS));
    cr_expect_geq(budget_due_ns(&budget, 1), BEGIN_NS + NS_PER_S);
}

Test(run_budget, without_limits_nothing_is_held)
{
    struct budget budget = budget_of((struct budget_limits){0});
    for (int i = 0; i < 1000; i++)
        budget_spend(&budget, PURPOSE_CASE, 50, BEGIN_NS);
    cr_expect_eq(budget_due_ns(&budget, 50), 0);
    cr_expect_null(budget_refusal(&budget, 50, BEGIN_NS + 1000 * NS_PER_S));
}

Test(run_budget, a_group_fits_when_a_second_has_room_for_it)
{
    cr_expect(budget_fits(0, 50));
    cr_expect(budget_fits(20, 20));
    cr_expect(budget_fits(0.5, 1));
    cr_expect_not(budget_fits(20, 21));
    cr_expect_not(budget_fits(2, 5));
}
