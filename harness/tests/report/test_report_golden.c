#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/file.h"
#include "report/report.h"
#include "tests/support/sample_result.h"

TestSuite(report_golden, .timeout = 120);

/* The examples in reports/examples are rendered from one fixed result. `make golden` rewrites them:
 * review the diff. */
static void compare(const char *format_name, const char *path)
{
    struct error err = {0};
    struct run_result result;
    struct buf rendered = {0};
    struct buf golden = {0};
    const struct report_format *format = report_format_find(format_name, &err);
    cr_assert_not_null(format);
    sample_result(&result);
    format->render(&result, &rendered);
    if (getenv("HOOKCHECK_WRITE_GOLDEN"))
        cr_expect(file_write(path, buf_bytes(&rendered), 0644, &err), "%s", err.message);
    cr_expect(file_read(path, 1024 * 1024, &golden, &err), "%s", err.message);
    cr_expect(bytes_equal(buf_bytes(&rendered), buf_bytes(&golden)),
              "%s is not what `%s` renders; if the change is meant: make golden", path,
              format_name);
    buf_clear(&rendered);
    buf_clear(&golden);
    run_result_clear(&result);
}

Test(report_golden, text_is_the_example)
{
    compare("text", "reports/examples/report.txt");
}

Test(report_golden, json_is_the_example)
{
    compare("json", "reports/examples/report.json");
}

Test(report_golden, junit_is_the_example)
{
    compare("junit", "reports/examples/report.junit.xml");
}

Test(report_golden, tap_is_the_example)
{
    compare("tap", "reports/examples/report.tap");
}

Test(report_golden, html_is_the_example)
{
    compare("html", "reports/examples/report.html");
}

Test(report_golden, markdown_is_the_example)
{
    compare("markdown", "reports/examples/report.md");
}

Test(report_golden, github_is_the_example)
{
    compare("github", "reports/examples/report.github.txt");
}

Test(report_golden, sarif_is_the_example)
{
    compare("sarif", "reports/examples/report.sarif");
}

Test(report_golden, har_is_the_example)
{
    compare("har", "reports/examples/report.har");
}

Test(report_golden, badge_is_the_example)
{
    compare("badge", "reports/examples/badge.svg");
}

Test(report_golden, shields_is_the_example)
{
    compare("shields", "reports/examples/badge.json");
}
