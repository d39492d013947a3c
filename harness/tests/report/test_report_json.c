#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "report/report.h"
#include "result/observation.h"
#include "tests/support/json_schema.h"
#include "tests/support/sample_result.h"

TestSuite(report_report_json, .timeout = 120);

static json_t *load_schema(void)
{
    static const char path[] = "reports/report.schema.json";
    struct error err = {0};
    struct buf text = {0};
    cr_assert(file_read(path, 1024 * 1024, &text, &err), "%s", err.message);
    json_t *schema = json_read(path, buf_bytes(&text), &err);
    cr_assert_not_null(schema, "%s", err.message);
    buf_clear(&text);
    return schema;
}

static json_t *render(const struct run_result *result)
{
    struct error err = {0};
    struct buf text = {0};
    report_format_find("json", NULL)->render(result, &text);
    json_t *report = json_read("report", buf_bytes(&text), &err);
    cr_assert_not_null(report, "%s", err.message);
    cr_expect_eq(text.data[text.len - 1], '\n');
    buf_clear(&text);
    return report;
}

static void expect_valid(const struct run_result *result)
{
    struct error err = {0};
    json_t *schema = load_schema();
    json_t *report = render(result);
    cr_expect(json_schema_check(schema, report, &err), "%s", err.message);
    json_decref(report);
    json_decref(schema);
}

Test(report_report_json, fits_its_schema)
{
    struct run_result result;
    sample_result(&result);
    expect_valid(&result);
    run_result_clear(&result);
}

Test(report_report_json, fits_its_schema_when_nothing_was_done)
{
    struct run_result result = {.exit_code = 130, .interrupted = true};
    char **texts[] = {&result.target,  &result.version,     &result.suites_hash, &result.stopped,
                      &result.loudest, &result.left_behind, &result.rerun,       &result.url};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = mem_text("x");
    expect_valid(&result);
    run_result_clear(&result);
}

/* Also names, details and expectations that hold what no JSON text may. */
Test(report_report_json, fits_its_schema_when_texts_are_not_utf8)
{
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++) {
        struct case_result *one = &result.cases[i];
        char **texts[] = {&one->title, &one->expected, &one->actual, &one->reason};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            free(*texts[k]);
            *texts[k] = mem_text("\xe9\x1b[2J");
        }
    }
    expect_valid(&result);
    run_result_clear(&result);
}

/* Walks the schema: each property says what it is, each object is closed. */
static void expect_described(const json_t *schema, const char *where)
{
    const char *key;
    json_t *inner;
    const json_t *properties = json_object_get(schema, "properties");
    if (properties)
        cr_expect(json_is_false(json_object_get(schema, "additionalProperties")),
                  "%s lets unknown members in", where);
    json_object_foreach((json_t *)properties, key, inner)
    {
        cr_expect(json_string_length(json_object_get(inner, "description")) > 5,
                  "%s.%s has no description", where, key);
        expect_described(inner, key);
    }
    json_object_foreach(json_object_get(schema, "$defs"), key, inner) expect_described(inner, key);
    if (json_object_get(schema, "items"))
        expect_described(json_object_get(schema, "items"), where);
}

Test(report_report_json, has_a_schema_that_describes_every_member_and_is_closed)
{
    json_t *schema = load_schema();
    expect_described(schema, "report");
    json_decref(schema);
}

static const json_t *words_of(const json_t *schema, const char *definition, const char *property)
{
    const json_t *object = json_object_get(json_object_get(schema, "$defs"), definition);
    return json_object_get(json_object_get(json_object_get(object, "properties"), property),
                           "enum");
}

Test(report_report_json, has_a_schema_that_knows_every_word_of_the_program)
{
    json_t *schema = load_schema();
    const json_t *outcomes = words_of(schema, "observation", "outcome");
    cr_assert_eq(json_array_size(outcomes), OUTCOME_COUNT);
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        cr_expect_str_eq(json_string_value(json_array_get(outcomes, i)),
                         outcome_name((enum outcome)i));
    cr_expect_eq(json_array_size(words_of(schema, "case", "verdict")), VERDICT_COUNT);
    cr_expect_eq(json_array_size(words_of(schema, "case", "level")), LEVEL_COUNT);
    json_decref(schema);
}

static const json_t *observation_of(const json_t *report, const char *id)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(report, "cases"), i,
                       one) if (strcmp(json_string_value(json_object_get(one, "id")), id) ==
                                0) return json_array_get(json_object_get(one, "observations"), 0);
    return NULL;
}

Test(report_report_json, counts_each_verdict_and_names_the_sum)
{
    struct run_result result;
    sample_result(&result);
    json_t *report = render(&result);
    const json_t *summary = json_object_get(report, "summary");
    cr_expect_str_eq(json_string_value(json_object_get(summary, "verdict")), "not-ready");
    for (int i = 0; i < VERDICT_COUNT; i++)
        cr_expect_eq(json_integer_value(json_object_get(summary, verdict_name((enum verdict)i))),
                     (json_int_t)result.counts[i]);
    cr_expect_eq(json_array_size(json_object_get(report, "cases")), result.num_cases);
    json_decref(report);
    run_result_clear(&result);
}

Test(report_report_json, gives_times_in_milliseconds_and_null_for_what_was_not_reached)
{
    struct run_result result;
    sample_result(&result);
    json_t *report = render(&result);
    const json_t *timings =
        json_object_get(observation_of(report, "panora/signature/refuses-non-ascii"), "timings");
    cr_expect_float_eq(json_real_value(json_object_get(timings, "total_ms")), 2.1, 1e-9);
    cr_expect_float_eq(json_real_value(json_object_get(timings, "dns_ms")), 0.02, 1e-9);
    cr_expect(json_is_null(json_object_get(timings, "first_byte_ms")));
    cr_expect(json_is_null(json_object_get(timings, "tls_ms")));
    json_decref(report);
    run_result_clear(&result);
}

Test(report_report_json, shows_two_kib_of_a_body_and_never_half_a_character)
{
    struct run_result result;
    sample_result(&result);
    struct observation *seen =
        &sample_case(&result, "panora/delivery/answers-plainly")->exchanges[0].seen;
    buf_reset(&seen->body);
    buf_add_text(&seen->body, "x");
    for (int i = 0; i < 3000; i++)
        buf_add_text(&seen->body, "\xc3\xab");
    seen->body_len = seen->body.len;
    json_t *report = render(&result);
    const json_t *response =
        json_object_get(observation_of(report, "panora/delivery/answers-plainly"), "response");
    cr_expect_eq(json_string_length(json_object_get(response, "body")), 2047);
    cr_expect(json_is_true(json_object_get(response, "body_cut")));
    cr_expect_eq(json_integer_value(json_object_get(response, "body_len")), 6001);
    json_decref(report);
    run_result_clear(&result);
}

/* A cut in the middle of the secret must not let its beginning through. */
Test(report_report_json, hides_a_secret_that_lies_across_the_cut)
{
    struct run_result result;
    sample_result(&result);
    struct observation *seen =
        &sample_case(&result, "panora/delivery/answers-plainly")->exchanges[0].seen;
    buf_reset(&seen->body);
    buf_add_repeated(&seen->body, 'x', 2040);
    buf_add_text(&seen->body, SAMPLE_SECRET);
    seen->body_len = seen->body.len;
    struct buf text = {0};
    report_format_find("json", NULL)->render(&result, &text);
    cr_expect_null(strstr(buf_text(&text), "xwhsec_"));
    buf_clear(&text);
    run_result_clear(&result);
}

Test(report_report_json, gives_header_bytes_as_latin1_characters)
{
    struct run_result result;
    sample_result(&result);
    json_t *report = render(&result);
    const json_t *request =
        json_object_get(observation_of(report, "panora/signature/refuses-non-ascii"), "request");
    const json_t *pair = json_array_get(json_object_get(request, "headers"), 2);
    cr_expect_str_eq(json_string_value(json_array_get(pair, 0)), "Panora-Signature");
    cr_expect_eq(strncmp(json_string_value(json_array_get(pair, 1)),
                         "\xc3\xa9"
                         "53",
                         4),
                 0);
    json_decref(report);
    run_result_clear(&result);
}
