/* What holds for every report format. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "deliver/engine.h"
#include "report/report.h"
#include "tests/support/sample_result.h"

TestSuite(report_report, .timeout = 120);

Test(report_report, each_format_is_found_and_says_what_it_is)
{
    for (size_t i = 0; i < num_report_formats; i++) {
        cr_expect(strlen(report_formats[i]->sentence) > 10);
        cr_expect_eq(report_format_find(report_formats[i]->name, NULL), report_formats[i]);
    }
}

Test(report_report, an_unknown_format_is_refused_with_the_nearest)
{
    struct error err = {0};
    cr_expect_null(report_format_find("jsn", &err));
    cr_expect_str_eq(err.message, "no report format \"jsn\"; did you mean \"json\"?");
}

Test(report_report, no_format_shows_the_secret_or_a_control_character)
{
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < num_report_formats; i++) {
        struct buf out = {0};
        report_formats[i]->render(&result, &out);
        cr_expect_null(strstr(buf_text(&out), SAMPLE_SECRET), "%s", report_formats[i]->name);
        cr_expect_null(strstr(buf_text(&out), SAMPLE_SECRET_BASE64), "%s", report_formats[i]->name);
        for (size_t k = 0; k < out.len; k++)
            cr_expect((unsigned char)out.data[k] >= 0x20 || out.data[k] == '\n', "%s at %zu",
                      report_formats[i]->name, k);
        buf_clear(&out);
    }
    run_result_clear(&result);
}

static bool shows_requests(const char *format)
{
    static const char *const formats[] = {"json", "junit", "tap", "html", "har"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i], format) == 0)
            return true;
    return false;
}

/* The sample has the secret in a header and in answers; here it is everywhere in the request, and
 * in the name of a header of the answer. */
Test(report_report, no_format_shows_a_secret_of_any_part_of_the_request)
{
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++) {
        if (result.cases[i].num_exchanges == 0)
            continue;
        struct request *request = &result.cases[i].exchanges[0].request;
        request->query = mem_text("signature=" SAMPLE_SECRET);
        headers_add(&request->headers, SAMPLE_SECRET, "Basic " SAMPLE_SECRET_BASE64);
        buf_add_text(&request->body, SAMPLE_SECRET);
        headers_add(&result.cases[i].exchanges[0].seen.headers, SAMPLE_SECRET, "in the name");
    }
    for (size_t i = 0; i < num_report_formats; i++) {
        struct buf out = {0};
        report_formats[i]->render(&result, &out);
        if (shows_requests(report_formats[i]->name))
            cr_expect_not_null(strstr(buf_text(&out), "$HOOKCHECK_SECRET"));
        cr_expect_null(strstr(buf_text(&out), SAMPLE_SECRET), "%s", report_formats[i]->name);
        cr_expect_null(strstr(buf_text(&out), SAMPLE_SECRET_BASE64), "%s", report_formats[i]->name);
        buf_clear(&out);
    }
    run_result_clear(&result);
}

/* A case that failed, with so many exchanges, in each of which many cookies were set. */
static void fill_with_cookies(struct case_result *one, size_t count)
{
    struct exchange *exchanges = mem_alloc(count * sizeof *exchanges);
    for (size_t i = 0; i < count; i++) {
        exchange_copy(&exchanges[i], &one->exchanges[0]);
        exchanges[i].seen.status = 401;
        exchanges[i].seen.outcome = OUTCOME_ANSWERED;
        for (int k = 0; k < 400; k++)
            headers_add(&exchanges[i].seen.headers, "Set-Cookie",
                        "name=value-of-some-length-0123456789; Path=/; HttpOnly; Secure");
    }
    for (size_t i = 0; i < one->num_exchanges; i++)
        exchange_clear(&one->exchanges[i]);
    free(one->exchanges);
    one->exchanges = exchanges;
    one->num_exchanges = count;
    one->decisive = 0;
}

/* Of the 10 MB of headers only what a report shows is looked through, a few times. */
Test(report_report, no_format_looks_through_what_it_does_not_show)
{
    const size_t work_max = (size_t)5 * 1000 * 1000;
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        if (result.cases[i].verdict == VERDICT_FAIL && result.cases[i].num_exchanges) {
            fill_with_cookies(&result.cases[i], 300);
            break;
        }
    for (size_t i = 0; i < num_report_formats; i++) {
        struct buf out = {0};
        size_t before = redactor_searched(result.redactor);
        report_formats[i]->render(&result, &out);
        size_t work = redactor_searched(result.redactor) - before;
        cr_expect_leq(work, work_max, "%s: %zu bytes", report_formats[i]->name, work);
        buf_clear(&out);
    }
    run_result_clear(&result);
}

Test(report_report, every_format_renders_the_same_twice)
{
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < num_report_formats; i++) {
        struct buf once = {0};
        struct buf twice = {0};
        report_formats[i]->render(&result, &once);
        report_formats[i]->render(&result, &twice);
        cr_expect(bytes_equal(buf_bytes(&once), buf_bytes(&twice)), "%s", report_formats[i]->name);
        buf_clear(&once);
        buf_clear(&twice);
    }
    run_result_clear(&result);
}

/* A badge has room for nothing but the verdict. */
Test(report_report, every_other_format_says_what_happened_beside_the_cases)
{
    struct run_result result;
    sample_result(&result);
    run_result_add_note(&result, mem_text("a note of one line"));
    for (size_t i = 0; i < num_report_formats; i++) {
        struct buf out = {0};
        report_formats[i]->render(&result, &out);
        bool is_badge = strcmp(report_formats[i]->name, "badge") == 0 ||
                        strcmp(report_formats[i]->name, "shields") == 0;
        cr_expect(is_badge || strstr(buf_text(&out), "a note of one line"), "%s",
                  report_formats[i]->name);
        buf_clear(&out);
    }
    run_result_clear(&result);
}

/* "Ready" is too much where anybody could have answered. */
Test(report_report, a_badge_says_that_the_certificate_was_not_checked)
{
    static const char *const names[] = {"badge", "shields"};
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        result.cases[i].verdict = VERDICT_PASS;
    sample_count(&result);
    result.exit_code = 0;
    run_result_add_note(&result, mem_text(ENGINE_INSECURE));
    for (size_t i = 0; i < 2; i++) {
        struct buf out = {0};
        report_format_find(names[i], NULL)->render(&result, &out);
        cr_expect(strstr(buf_text(&out), "\"ready, certificate not checked\"") ||
                      strstr(buf_text(&out), ">ready, certificate not checked<"),
                  "%s", buf_text(&out));
        buf_clear(&out);
    }
    run_result_clear(&result);
}

/* Code scanning refuses a file whose locations have another scheme than file: has. */
Test(report_report, sarif_names_the_endpoint_without_a_scheme)
{
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    report_format_find("sarif", NULL)->render(&result, &out);
    cr_expect_not_null(strstr(buf_text(&out), "\"uri\": \"127.0.0.1_8080/webhook\""), "%s",
                       buf_text(&out));
    cr_expect_null(strstr(buf_text(&out), "\"uri\": \"http"));
    buf_clear(&out);
    run_result_clear(&result);
}
