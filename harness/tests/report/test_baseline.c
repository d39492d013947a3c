#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "report/baseline.h"
#include "report/headline.h"
#include "result/exit.h"
#include "tests/support/sample_result.h"

TestSuite(report_baseline, .timeout = 120);

#define FAILED_1 "panora/signature/refuses-truncated[32]"
#define FAILED_2 "panora/signature/refuses-non-ascii"

static int apply(const char *text, bool strict, struct run_result *result)
{
    struct error err = {0};
    struct baseline baseline;
    sample_result(result);
    result->exit_code = EXIT_FELL_SHORT;
    result->strict = strict;
    cr_assert(baseline_read("base.json", bytes_of(text), &baseline, &err), "%s", err.message);
    baseline_apply(&baseline, "2026-11-26", true, result);
    baseline_clear(&baseline);
    return result->exit_code;
}

Test(report_baseline, fails_only_for_what_it_does_not_know)
{
    static const struct {
        const char *text;
        int code;
    } rows[] = {
        {"{\"baseline\": 1, \"known\": []}", EXIT_FELL_SHORT},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"" FAILED_1 "\", \"reason\": \"r\"}]}",
         EXIT_FELL_SHORT},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"" FAILED_1 "\", \"reason\": \"r\"}, "
         "{\"case\": \"" FAILED_2 "\", \"reason\": \"r\", \"until\": \"2026-11-26\"}]}",
         EXIT_BASELINE},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"" FAILED_1 "\", \"reason\": \"r\"}, "
         "{\"case\": \"" FAILED_2 "\", \"reason\": \"r\", \"until\": \"2026-11-25\"}]}",
         EXIT_FELL_SHORT},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"panora/signature/*\", \"reason\": \"r\"}]}",
         EXIT_BASELINE},
        {"{\"baseline\": 1, \"known\": [{\"cause\": \"compares-a-prefix\", \"reason\": \"r\"}, "
         "{\"case\": \"" FAILED_2 "\", \"reason\": \"r\"}]}",
         EXIT_BASELINE},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct run_result result;
        cr_expect_eq(apply(rows[i].text, false, &result), rows[i].code, "%s", rows[i].text);
        run_result_clear(&result);
    }
}

Test(report_baseline, tells_of_entries_that_are_of_no_use_any_more)
{
    static const char text[] =
        "{\"baseline\": 1, \"known\": [{\"case\": \"panora/*\", \"reason\": \"r\"}, "
        "{\"case\": \"panora/delivery/accepts-an-event\", \"reason\": \"r\"}]}";
    struct run_result result;
    cr_expect_eq(apply(text, false, &result), EXIT_BASELINE);
    cr_assert_eq(result.num_notes, 2);
    cr_expect_str_eq(result.notes[0], "baseline: panora/delivery/accepts-an-event no longer "
                                      "fails; remove it");
    run_result_clear(&result);
    cr_expect_eq(apply(text, true, &result), EXIT_FELL_SHORT, "it counts when strict");
    run_result_clear(&result);
}

/* What was not asked, or not decided, may fail as before. */
Test(report_baseline, tells_nothing_of_what_a_run_did_not_show)
{
    static const char text[] =
        "{\"baseline\": 1, \"known\": [{\"cause\": \"other-secret\", \"reason\": \"r\"}, "
        "{\"case\": \"panora/signature/refuses-empty\", \"reason\": \"r\"}, "
        "{\"case\": \"panora/payload/not-in-this-run\", \"reason\": \"r\"}]}";
    struct run_result result;
    cr_expect_eq(apply(text, false, &result), EXIT_FELL_SHORT);
    cr_expect_eq(result.num_notes, 1, "%s", result.notes[0]);
    cr_expect_str_eq(result.notes[0], "baseline: 0 known failures, 2 new");
    run_result_clear(&result);
}

/* A case that does not exist is told by every run, and excuses nothing. */
Test(report_baseline, tells_of_an_entry_that_names_no_case)
{
    struct baseline_entry entry = {.case_id = mem_text("panora/delivery/acepts-an-event"),
                                   .reason = mem_text("r"),
                                   .mistake = mem_text("no case matches \"x\"")};
    const struct baseline baseline = {&entry, 1};
    for (int strict = 0; strict < 2; strict++) {
        struct run_result result = {.exit_code = EXIT_OK, .strict = strict};
        baseline_apply(&baseline, "2026-11-26", false, &result);
        cr_assert_eq(result.num_notes, 2);
        cr_expect_str_eq(result.notes[0], "baseline: no case matches \"x\"");
        cr_expect_eq(result.exit_code, strict ? EXIT_FELL_SHORT : EXIT_OK);
        run_result_clear(&result);
    }
    free(entry.case_id);
    free(entry.reason);
    free(entry.mistake);
}

Test(report_baseline, the_headline_says_that_it_is_out_of_date)
{
    static const char text[] =
        "{\"baseline\": 1, \"known\": [{\"case\": \"panora/signature/*\", \"reason\": \"r\"}, "
        "{\"case\": \"panora/delivery/accepts-an-event\", \"reason\": \"r\"}]}";
    struct run_result result;
    struct buf line = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        result.cases[i].verdict = VERDICT_PASS;
    result.strict = true;
    result.exit_code = EXIT_OK;
    struct error err = {0};
    struct baseline baseline;
    cr_assert(baseline_read("base.json", bytes_of(text), &baseline, &err), "%s", err.message);
    baseline_apply(&baseline, "2026-11-26", true, &result);
    headline_add(&result, &line);
    cr_expect_str_eq(
        buf_text(&line),
        "Not ready: The baseline is out of date: 2 entries no longer hold (--strict).");
    baseline_clear(&baseline);
    buf_clear(&line);
    run_result_clear(&result);
}

Test(report_baseline, what_it_writes_knows_all_that_failed)
{
    struct run_result result;
    struct buf text = {0};
    sample_result(&result);
    baseline_write(&result, &text);
    run_result_clear(&result);
    cr_expect_eq(apply(buf_text(&text), false, &result), EXIT_BASELINE, "%s", buf_text(&text));
    run_result_clear(&result);
    buf_clear(&text);
}

Test(report_baseline, says_what_is_wrong_with_a_file)
{
    static const struct {
        const char *text;
        const char *complaint;
    } rows[] = {
        {"{}", "base.json: /baseline"},
        {"{\"baseline\": 1, \"known\": [{\"reason\": \"r\"}]}", "/known/0"},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"x\"}]}", "\"reason\" is missing"},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"x\", \"reason\": \"r\", \"until\": "
         "\"soon\"}]}",
         "\"soon\" is not a day"},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"x\", \"reason\": \"r\", \"until\": "
         "\"2026-13-01\"}]}",
         "\"2026-13-01\" is not a day"},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"x\", \"reason\": \"r\", \"until\": "
         "\"2027-02-29\"}]}",
         "\"2027-02-29\" is not a day"},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"x\", \"reason\": \" \"}]}",
         "\"reason\" is missing"},
        {"{\"baseline\": 1, \"known\": [{\"case\": \"x\", \"cause\": \"y\", \"reason\": \"r\"}]}",
         "either \"case\" or \"cause\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        struct baseline baseline;
        cr_expect_not(baseline_read("base.json", bytes_of(rows[i].text), &baseline, &err));
        cr_expect_not_null(strstr(err.message, rows[i].complaint), "%s", err.message);
        baseline_clear(&baseline);
    }
}
