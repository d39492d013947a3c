#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "result/result.h"

TestSuite(result_result, .timeout = 120);

Test(result_result, names_every_verdict)
{
    static const char *const names[] = {"pass", "warn", "fail", "info", "inconclusive", "skip"};
    cr_assert_eq(ARRAY_LEN(names), VERDICT_COUNT);
    for (int i = 0; i < VERDICT_COUNT; i++)
        cr_expect_str_eq(verdict_name((enum verdict)i), names[i]);
}

Test(result_result, counts_a_warning_only_when_strict)
{
    cr_expect(verdict_counts(VERDICT_FAIL, false));
    cr_expect(verdict_counts(VERDICT_FAIL, true));
    cr_expect(verdict_counts(VERDICT_WARN, true));
    cr_expect_not(verdict_counts(VERDICT_WARN, false));
    cr_expect_not(verdict_counts(VERDICT_INFO, true));
    cr_expect_not(verdict_counts(VERDICT_INCONCLUSIVE, true));
}

Test(result_result, sums_a_run_up_in_one_word)
{
    static const struct {
        const char *what;
        size_t failed, warned;
        bool strict, interrupted;
        int exit_code;
        const char *expected;
    } rows[] = {
        {"all passed", 0, 0, false, false, 0, "ready"},
        {"a warning", 0, 1, false, false, 0, "ready"},
        {"a warning, strict", 0, 1, true, false, 1, "not-ready"},
        {"a failure", 1, 0, false, false, 1, "not-ready"},
        {"never reached", 0, 0, false, false, 3, "not-ready"},
        {"undecided", 0, 0, false, false, 4, "undecided"},
        {"interrupted", 0, 0, false, true, 130, "undecided"},
        {"interrupted after a failure", 1, 0, false, true, 130, "not-ready"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct run_result result = {.strict = rows[i].strict,
                                    .interrupted = rows[i].interrupted,
                                    .exit_code = rows[i].exit_code};
        result.counts[VERDICT_FAIL] = rows[i].failed;
        result.counts[VERDICT_WARN] = rows[i].warned;
        cr_expect_str_eq(run_summary_name(run_result_summary(&result)), rows[i].expected, "%s",
                         rows[i].what);
    }
}

Test(result_result, hides_everything_that_is_to_be_hidden)
{
    struct redactor *redactor = redactor_new();
    struct run_result result = {.redactor = redactor};
    redactor_hide(redactor, bytes_of("whsec_12345"), "$HOOKCHECK_SECRET");
    redactor_hide(redactor, bytes_of("Bearer abcdef"), "$HOOKCHECK_HEADER");
    struct buf out = {0};
    result_redact(&result, bytes_of("Bearer abcdef / whsec_12345 / 77687365635f3132333435"), &out);
    cr_expect_str_eq(buf_text(&out), "$HOOKCHECK_HEADER / $HOOKCHECK_SECRET / $HOOKCHECK_SECRET");
    buf_clear(&out);
    run_result_clear(&result);
    redactor_free(redactor);
}

Test(result_result, passes_a_text_through_when_nothing_is_hidden)
{
    struct run_result result = {.strict = false};
    struct buf out = {0};
    result_redact(&result, bytes_of("as it is"), &out);
    cr_expect_str_eq(buf_text(&out), "as it is");
    buf_clear(&out);
}

/* What decides is told first; by harm besides, as the diagnosis ordered them. */
Test(result_result, causes_behind_failures_come_before_those_behind_warnings)
{
    struct case_result cases[] = {{.id = (char *)"a/warned", .verdict = VERDICT_WARN},
                                  {.id = (char *)"a/failed", .verdict = VERDICT_FAIL}};
    char *warned[] = {cases[0].id};
    char *failed[] = {cases[1].id};
    struct diagnosis all[] = {
        {.id = (char *)"own", .role = DIAGNOSIS_OWN_INPUT},
        {.id = (char *)"w1", .role = DIAGNOSIS_CAUSE, .cases = warned, .num_cases = 1},
        {.id = (char *)"f1", .role = DIAGNOSIS_CAUSE, .cases = failed, .num_cases = 1},
        {.id = (char *)"w2", .role = DIAGNOSIS_CAUSE, .cases = warned, .num_cases = 1},
        {.id = (char *)"f2", .role = DIAGNOSIS_CAUSE, .cases = failed, .num_cases = 1},
    };
    static const char *const usual[] = {"own", "f1", "f2", "w1", "w2"};
    struct run_result result = {
        .cases = cases, .num_cases = 2, .diagnoses = all, .num_diagnoses = ARRAY_LEN(all)};
    run_result_rank_causes(&result);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        cr_expect_str_eq(all[i].id, usual[i]);
    cr_expect_not(diagnosis_is_decisive(&result, &all[3]));
    result.strict = true;
    cr_expect(diagnosis_is_decisive(&result, &all[3]), "a warning counts then");
}
