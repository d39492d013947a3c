#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "report/report.h"
#include "result/exit.h"
#include "tests/support/sample_result.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(report_report_junit, .timeout = 120);

static void render(const struct run_result *result, struct buf *out)
{
    report_format_find("junit", NULL)->render(result, out);
}

static void expect_valid(const struct run_result *result)
{
    NEED_TOOL("xmllint", "JUnit reports by their schema");
    struct buf report = {0};
    struct buf said = {0};
    render(result, &report);
    char *path = shell_temporary(buf_bytes(&report));
    cr_assert_not_null(path);
    char *command =
        mem_format("xmllint --noout --nonet --schema fixtures/junit/junit.xsd %s 2>&1", path);
    cr_expect_eq(shell_run(command, &said), 0, "%s", buf_text(&said));
    (void)unlink(path);
    free(path);
    free(command);
    buf_clear(&report);
    buf_clear(&said);
}

static void set_all(struct run_result *result, const char *text)
{
    for (size_t i = 0; i < result->num_cases; i++) {
        struct case_result *one = &result->cases[i];
        char **texts[] = {&one->title, &one->name, &one->expected, &one->actual, &one->reason};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            free(*texts[k]);
            *texts[k] = mem_text(text);
        }
    }
}

Test(report_report_junit, is_valid)
{
    struct run_result result;
    sample_result(&result);
    expect_valid(&result);
    result.strict = true;
    expect_valid(&result);
    run_result_clear(&result);
}

/* Skipped cases alone are green for whoever reads JUnit; a run that asked nothing is not. */
Test(report_report_junit, has_errors_when_nothing_was_asked)
{
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        result.cases[i].verdict = VERDICT_SKIP;
    render(&result, &report);
    cr_expect_null(strstr(buf_text(&report), "<error"), "%s", buf_text(&report));
    result.exit_code = EXIT_WRONG_USAGE;
    buf_reset(&report);
    render(&result, &report);
    cr_expect_not_null(strstr(buf_text(&report), "<error"), "%s", buf_text(&report));
    cr_expect_null(strstr(buf_text(&report), "<skipped"), "%s", buf_text(&report));
    expect_valid(&result);
    buf_clear(&report);
    run_result_clear(&result);
}

Test(report_report_junit, is_valid_whatever_the_endpoint_said)
{
    struct run_result result;
    sample_result(&result);
    set_all(&result, "<![CDATA[ ]]> & \" ' \x1b[2J \xff\xfe \xef\xbf\xbe \xed\xa0\x80 \r\n\t \x01");
    expect_valid(&result);
    run_result_clear(&result);
}

Test(report_report_junit, is_valid_without_cases)
{
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        case_result_clear(&result.cases[i]);
    result.num_cases = 0;
    expect_valid(&result);
    run_result_clear(&result);
}

Test(report_report_junit, tells_failures_errors_and_skipped_apart)
{
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    render(&result, &report);
    cr_expect_not_null(
        strstr(buf_text(&report), "tests=\"9\" failures=\"2\" errors=\"2\" skipped=\"2\""));
    cr_expect_not_null(strstr(buf_text(&report), "<failure message=\"expected any 4xx, got 204 "
                                                 "in 1.3 ms\" type=\"fail\">"));
    cr_expect_not_null(strstr(
        buf_text(&report),
        "<error message=\"the endpoint went down after refuses-non-ascii\" type=\"undecided\">"));
    cr_expect_not_null(strstr(buf_text(&report), "<skipped message=\"too few refusals"));
    cr_expect_not_null(strstr(buf_text(&report), "warn: panora/signature/refuses-secret-itself\n"));
    buf_clear(&report);
    run_result_clear(&result);
}

Test(report_report_junit, makes_warnings_failures_and_should_required_when_strict)
{
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    result.strict = true;
    render(&result, &report);
    cr_expect_not_null(
        strstr(buf_text(&report), "tests=\"9\" failures=\"3\" errors=\"3\" skipped=\"1\""));
    cr_expect_not_null(strstr(buf_text(&report), "type=\"warn\">"));
    buf_clear(&report);
    run_result_clear(&result);
}

/* The numbers stand as properties of the suite, and what they mean in its output. */
Test(report_report_junit, holds_the_numbers)
{
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    struct case_result *one = sample_case(&result, "panora/signature/refuses-missing");
    case_result_add_measure(one, "body-limit", 10485760, "bytes", mem_text("takes <10 MiB>"));
    case_result_add_measure(one, "p50", 0.25, "ms", mem_text("half came"))->is_detail = true;
    render(&result, &report);
    const char *text = buf_text(&report);
    cr_expect_not_null(strstr(text, "<property name=\"measure panora/delivery/answers-promptly "
                                    "acknowledgement (ms)\" value=\"1620\"/>"));
    cr_expect_not_null(strstr(text, "refuses-missing body-limit (bytes)\" value=\"10485760\"/>"));
    cr_expect_not_null(strstr(text, "refuses-missing p50 (ms)\" value=\"0.25\"/>"));
    cr_expect_not_null(strstr(text, "refuses-non-ascii recovery (ms)\" value=\"2100.000\"/>"));
    cr_expect_not_null(
        strstr(text, "measured: panora/signature/refuses-missing: takes &lt;10 MiB&gt;\n"));
    cr_expect_null(strstr(text, "half came"), "a detail is a number only");
    buf_clear(&report);
    expect_valid(&result);
    run_result_clear(&result);
}
