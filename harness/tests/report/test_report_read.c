#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "report/report.h"
#include "report/report_read.h"
#include "tests/support/sample_result.h"

TestSuite(report_report_read, .timeout = 120);

static void render(const struct run_result *result, const char *format, struct buf *out)
{
    report_format_find(format, NULL)->render(result, out);
}

/* A saved report says the same again, in every format. */
Test(report_report_read, gives_back_what_was_written)
{
    static const char *const same[] = {"text", "markdown", "github", "sarif", "badge", "junit"};
    struct error err = {0};
    struct run_result result;
    struct run_result back;
    struct buf json = {0};
    sample_result(&result);
    render(&result, "json", &json);
    cr_assert(report_read("run.json", buf_bytes(&json), &back, &err), "%s", err.message);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        struct buf before = {0};
        struct buf after = {0};
        render(&result, same[i], &before);
        render(&back, same[i], &after);
        cr_expect_str_eq(buf_text(&after), buf_text(&before), "%s", same[i]);
        buf_clear(&before);
        buf_clear(&after);
    }
    buf_clear(&json);
    run_result_clear(&result);
    run_result_clear(&back);
}

Test(report_report_read, says_what_is_wrong_and_where)
{
    static const struct {
        const char *text;
        const char *complaint;
    } rows[] = {
        {"{", "run.json: line 1"},
        {"", "run.json: line 1"},
        {"[]", "run.json: "},
        {"{}", "this is not a JSON report"},
        {"{\"schema_version\": 2}", "run.json: /schema_version: "},
        {"{\"schema_version\": 1, \"target\": 5}", "run.json: /target: "},
        {"{\"schema_version\": 1, \"target\": \"x\"}", "run.json: /version: "},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        struct run_result result;
        struct bytes text = bytes_of(rows[i].text);
        if (!text.len)
            text.data = NULL; /* as an empty file is read */
        cr_expect_not(report_read("run.json", text, &result, &err));
        cr_expect_not_null(strstr(err.message, rows[i].complaint), "%s: %s", rows[i].text,
                           err.message);
        run_result_clear(&result);
    }
}
