#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "report/answer_times.h"
#include "report/compare.h"
#include "tests/support/sample_result.h"

TestSuite(report_compare, .timeout = 120);

static void compare(const struct run_result *before, const struct run_result *after,
                    struct buf *out, bool *broke)
{
    const struct text_options options = {.columns = 80};
    *broke = compare_text(before, after, &options, out);
}

Test(report_compare, says_nothing_of_two_equal_runs)
{
    struct run_result a;
    struct run_result b;
    struct buf out = {0};
    bool broke = true;
    sample_result(&a);
    sample_result(&b);
    compare(&a, &b, &out, &broke);
    cr_expect_not(broke);
    cr_expect_null(strstr(buf_text(&out), "Broke"));
    cr_expect_not_null(strstr(buf_text(&out), "hookcheck: 0 broke, 0 fixed, 0 other changes"));
    buf_clear(&out);
    run_result_clear(&a);
    run_result_clear(&b);
}

Test(report_compare, says_what_broke_and_what_was_mended)
{
    struct run_result a;
    struct run_result b;
    struct buf out = {0};
    bool broke = false;
    sample_result(&a);
    sample_result(&b);
    sample_case(&b, "panora/signature/refuses-truncated[32]")->verdict = VERDICT_PASS;
    sample_case(&b, "panora/delivery/accepts-an-event")->verdict = VERDICT_FAIL;
    b.num_diagnoses = 0;
    compare(&a, &b, &out, &broke);
    cr_expect(broke);
    cr_expect_not_null(strstr(buf_text(&out),
                              "\nBroke\n  ✖ fail  panora/delivery/accepts-an-event: "
                              "fail, was pass"));
    cr_expect_not_null(
        strstr(buf_text(&out), "\nFixed\n  ✔ pass  panora/signature/refuses-truncated[32]"));
    cr_expect_not_null(strstr(buf_text(&out), "\nCauses no longer found\n"));
    b.num_diagnoses = 1;
    buf_clear(&out);
    run_result_clear(&a);
    run_result_clear(&b);
}

/* Against values of R's wilcox.test(exact = FALSE). */
Test(report_compare, tells_noise_from_a_difference)
{
    int64_t low[] = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
    int64_t high[] = {20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
    int64_t mixed[] = {10, 12, 12, 13, 15, 15, 16, 18, 18, 20};
    const struct answer_times a = {low, 10};
    const struct answer_times b = {high, 10};
    const struct answer_times c = {mixed, 10};
    const struct answer_times few = {low, 7};
    cr_expect_float_eq(answer_times_p_value(&a, &b), 0.0001827, 0.000001);
    cr_expect_float_eq(answer_times_p_value(&b, &a), 0.0001827, 0.000001);
    cr_expect_float_eq(answer_times_p_value(&a, &a), 1, 0.05);
    cr_expect_gt(answer_times_p_value(&a, &c), 0.5);
    cr_expect_float_eq(answer_times_p_value(&few, &b), 1, 0.000001);
    cr_expect_eq(answer_times_percentile(&a, 50), 14);
    cr_expect_eq(answer_times_percentile(&a, 100), 19);
}

Test(report_compare, a_grid_shows_the_cases_that_differ)
{
    const struct text_options options = {.columns = 80};
    static const char *const names[] = {"staging", "production"};
    struct run_result both[2];
    struct buf out = {0};
    sample_result(&both[0]);
    sample_result(&both[1]);
    sample_case(&both[1], "panora/signature/refuses-empty")->verdict = VERDICT_PASS;
    grid_text(both, names, 2, &options, &out);
    cr_expect_not_null(
        strstr(buf_text(&out), "  ? open  ✔ pass  panora/signature/refuses-empty\n"));
    cr_expect_null(strstr(buf_text(&out), "accepts-an-event"));
    cr_expect_not_null(strstr(buf_text(&out), "2 endpoints, 14 cases: 13 alike"));
    buf_reset(&out);
    grid_html(both, names, 2, &out);
    cr_expect_not_null(strstr(buf_text(&out), "<tr class=\"differs\"><th scope=\"row\"><code>"
                                              "refuses-empty</code>"));
    buf_clear(&out);
    run_result_clear(&both[0]);
    run_result_clear(&both[1]);
}

/* Two of thirty answers, or of so many, and the others. */
struct pace {
    int64_t quickest_ns;
    int64_t others_ns;
    size_t count;
};

static bool gets_slower(struct pace before, struct pace after)
{
    struct run_result results[2];
    struct buf out = {0};
    bool broke = false;
    const struct pace paces[] = {before, after};
    for (size_t i = 0; i < 2; i++) {
        struct case_result *one = NULL;
        sample_result(&results[i]);
        one = sample_case(&results[i], "panora/delivery/accepts-an-event");
        size_t count = paces[i].count ? paces[i].count : 30;
        one->exchanges = mem_resize(one->exchanges, count, sizeof *one->exchanges);
        for (size_t k = one->num_exchanges; k < count; k++) {
            one->exchanges[k] = (struct exchange){.genuine = true, .accepted = true};
            one->exchanges[k].seen.outcome = OUTCOME_ANSWERED;
            one->exchanges[k].seen.status = 204;
            one->exchanges[k].seen.total_ns =
                (k < one->num_exchanges + 2 ? paces[i].quickest_ns : paces[i].others_ns) +
                (int64_t)k;
        }
        one->num_exchanges = count;
    }
    compare(&results[0], &results[1], &out, &broke);
    bool slower = strstr(buf_text(&out), "responses got slower") != NULL;
    buf_clear(&out);
    run_result_clear(&results[0]);
    run_result_clear(&results[1]);
    return slower;
}

static struct pace ms(int64_t quickest, int64_t others)
{
    return (struct pace){.quickest_ns = quickest * NS_PER_MS, .others_ns = others * NS_PER_MS};
}

Test(report_compare, a_little_is_noise)
{
    const struct pace before = {500 * NS_PER_MS / 1000, 500 * NS_PER_MS / 1000, 0};
    const struct pace after = {900 * NS_PER_MS / 1000, 900 * NS_PER_MS / 1000, 0};
    cr_expect_not(gets_slower(before, after));
    cr_expect_not(gets_slower(ms(50, 50), ms(55, 55)));
    cr_expect(gets_slower(ms(5, 5), ms(50, 50)));
    const struct pace few = {5 * NS_PER_MS, 5 * NS_PER_MS, 18};
    const struct pace few_slow = {50 * NS_PER_MS, 50 * NS_PER_MS, 18};
    cr_expect_not(gets_slower(few, few_slow), "too few to tell");
}

Test(report_compare, a_busy_machine_leaves_some_answers_as_quick_as_before)
{
    cr_expect_not(gets_slower(ms(1, 3), ms(1, 40)));
    cr_expect_not(gets_slower(ms(1, 3), ms(2, 40)));
    cr_expect(gets_slower(ms(1, 3), ms(21, 40)));
    cr_expect(gets_slower(ms(1, 3), ms(1, 150)), "some are refused before they are looked at");
    cr_expect_not(gets_slower(ms(21, 40), ms(1, 3)), "faster");
}

Test(report_compare, a_grid_folds_values_with_the_same_verdicts)
{
    const struct text_options options = {.columns = 80};
    const struct text_options whole = {.columns = 80, .detail = TEXT_TREE};
    static const char *const names[] = {"staging", "production"};
    struct run_result both[2];
    struct buf out = {0};
    sample_result(&both[0]);
    sample_result(&both[1]);
    for (size_t i = 0; i < both[1].num_cases; i++)
        if (strchr(both[1].cases[i].id, '['))
            both[1].cases[i].verdict = VERDICT_INFO;
    grid_text(both, names, 2, &options, &out);
    cr_expect_not_null(strstr(buf_text(&out), " values)\n"), "%s", buf_text(&out));
    buf_reset(&out);
    grid_text(both, names, 2, &whole, &out);
    cr_expect_null(strstr(buf_text(&out), " values)\n"));
    buf_clear(&out);
    run_result_clear(&both[0]);
    run_result_clear(&both[1]);
}
