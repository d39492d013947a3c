#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "report/report.h"
#include "tests/support/sample_result.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(report_report_tap, .timeout = 120);

static void render(const struct run_result *result, struct buf *out)
{
    report_format_find("tap", NULL)->render(result, out);
}

/* Perl's own consumer reads the report; `summary` must stand in what it says. */
static void expect_prove(const struct run_result *result, int code, const char *summary)
{
    NEED_TOOL("prove", "TAP reports");
    struct buf report = {0};
    struct buf said = {0};
    render(result, &report);
    char *path = shell_temporary(buf_bytes(&report));
    cr_assert_not_null(path);
    char *command = mem_format("prove --nocolor -e cat %s 2>&1", path);
    cr_expect_eq(shell_run(command, &said), code, "%s", buf_text(&said));
    cr_expect_not_null(strstr(buf_text(&said), summary), "%s", buf_text(&said));
    cr_expect_null(strstr(buf_text(&said), "Parse errors"), "%s", buf_text(&said));
    (void)unlink(path);
    free(path);
    free(command);
    buf_clear(&report);
    buf_clear(&said);
}

Test(report_report_tap, is_read_by_prove)
{
    struct run_result result;
    sample_result(&result);
    expect_prove(&result, 1, "Failed tests:  8-9, 11-12");
    run_result_clear(&result);
}

Test(report_report_tap, is_green_for_prove_when_nothing_failed)
{
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        if (result.cases[i].verdict == VERDICT_FAIL ||
            result.cases[i].verdict == VERDICT_INCONCLUSIVE)
            result.cases[i].verdict = VERDICT_PASS;
    expect_prove(&result, 0, "Result: PASS");
    run_result_clear(&result);
}

Test(report_report_tap, is_read_by_prove_whatever_the_endpoint_said)
{
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++) {
        struct case_result *one = &result.cases[i];
        char **texts[] = {&one->title, &one->actual, &one->reason};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            free(*texts[k]);
            *texts[k] = mem_text("\nnot ok 99 # TODO \\ \"x\" \xff\x1b ...\n---");
        }
    }
    expect_prove(&result, 1, "Failed tests:  8-9, 11-12");
    run_result_clear(&result);
}

Test(report_report_tap, has_a_plan_also_without_cases)
{
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        case_result_clear(&result.cases[i]);
    result.num_cases = 0;
    render(&result, &report);
    cr_expect_eq(strncmp(buf_text(&report), "TAP version 13\n1..0 # SKIP no case was run\n", 43),
                 0);
    buf_clear(&report);
    run_result_clear(&result);
}

Test(report_report_tap, makes_warnings_fail_when_strict)
{
    struct run_result result;
    sample_result(&result);
    result.strict = true;
    expect_prove(&result, 1, "Failed tests:  5, 8-13");
    run_result_clear(&result);
}

Test(report_report_tap, lets_no_name_begin_a_directive)
{
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    free(result.cases[0].id);
    result.cases[0].id = mem_text("a/b[# SKIP \\]");
    render(&result, &report);
    cr_expect_not_null(strstr(buf_text(&report), "ok 1 - a/b[\\# SKIP \\\\]\n"));
    buf_clear(&report);
    run_result_clear(&result);
}

Test(report_report_tap, holds_the_numbers)
{
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    struct case_result *one = sample_case(&result, "panora/signature/refuses-missing");
    case_result_add_measure(one, "body-limit", 10485760, "bytes", mem_text("takes \"10 MiB\""));
    render(&result, &report);
    cr_expect_not_null(strstr(buf_text(&report), "refuses-missing\n"
                                                 "  ---\n"
                                                 "  measures:\n"
                                                 "    - name: \"body-limit\"\n"
                                                 "      value: 10485760\n"
                                                 "      unit: \"bytes\"\n"
                                                 "      sentence: \"takes \\\"10 MiB\\\"\"\n"
                                                 "  ...\n"),
                       "%s", buf_text(&report));
    cr_expect_not_null(strstr(buf_text(&report), "  recovery_ms: 2100.000\n"));
    buf_clear(&report);
    expect_prove(&result, 1, "Failed tests:  8-9, 11-12");
    run_result_clear(&result);
}
