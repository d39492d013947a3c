#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/repeat.h"
#include "report/standing.h"

/* In a description a '#' would begin a directive. */
static void add_description(const char *text, struct buf *out)
{
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text), SIZE_MAX);
    for (size_t i = 0; i < visible.len; i++) {
        if (visible.data[i] == '#' || visible.data[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, visible.data[i]);
    }
    buf_clear(&visible);
}

/* A YAML double-quoted scalar. What would need more than \" and \\ has been made visible before. */
static void add_field(const char *key, const char *text, struct buf *out)
{
    if (!text || !*text)
        return;
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text), SIZE_MAX);
    buf_add_format(out, "  %s: \"", key);
    for (size_t i = 0; i < visible.len; i++) {
        if (visible.data[i] == '"' || visible.data[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, visible.data[i]);
    }
    buf_add_text(out, "\"\n");
    buf_clear(&visible);
}

static void add_comment(const char *label, const char *text, struct buf *out)
{
    if (!text || !*text)
        return;
    buf_add_format(out, "# %s", label);
    text_add_visible(out, bytes_of(text), SIZE_MAX);
    buf_add_char(out, '\n');
}

static void add_repeat(const struct run_result *result, const struct case_result *one,
                       struct buf *out)
{
    struct buf line = {0};
    if (repeat_by_curl(result, one, &line))
        add_field("repeat_curl", buf_text(&line), out);
    buf_reset(&line);
    repeat_by_run(result, one, &line);
    add_field("repeat_run", buf_text(&line), out);
    buf_clear(&line);
}

/* As a list under the key, for programs; the sentence is for people. */
static void add_measures(const struct case_result *one, struct buf *out)
{
    if (one->num_measures)
        buf_add_text(out, "  measures:\n");
    for (size_t i = 0; i < one->num_measures; i++) {
        const struct measure *measure = &one->measures[i];
        buf_add_text(out, "    - name: \"");
        text_add_visible(out, bytes_of(measure->name), SIZE_MAX);
        buf_add_text(out, "\"\n      value: ");
        measure_add_value(measure, out);
        buf_add_char(out, '\n');
        buf_add_text(out, "    ");
        add_field("unit", measure->unit, out);
        buf_add_text(out, "    ");
        add_field("sentence", measure->sentence, out);
    }
    if (one->recovery_ns >= 0)
        buf_add_format(out, "  recovery_ms: %.3f\n", (double)one->recovery_ns / (double)NS_PER_MS);
}

/* Passed, and a number came to light. */
static void add_number_block(const struct case_result *one, struct buf *out)
{
    if (one->num_measures == 0 && one->recovery_ns < 0)
        return;
    buf_add_text(out, "  ---\n");
    add_measures(one, out);
    buf_add_text(out, "  ...\n");
}

static void add_block(const struct run_result *result, const struct case_result *one,
                      const char *severity, struct buf *out)
{
    struct detail details[CASE_DETAILS_MAX];
    size_t count = case_details(one, details);
    buf_add_text(out, "  ---\n");
    add_field("severity", severity, out);
    for (size_t i = 0; i < count; i++)
        add_field(details[i].key, details[i].text, out);
    add_measures(one, out);
    add_repeat(result, one, out);
    buf_add_text(out, "  ...\n");
}

static void add_case(const struct run_result *result, const struct case_result *one, size_t number,
                     struct buf *out)
{
    enum standing standing = case_standing(result, one);
    bool ok = standing == STANDING_PASSED || standing == STANDING_SKIPPED;
    buf_add_format(out, "%sok %zu - ", ok ? "" : "not ", number);
    add_description(one->id, out);
    if (standing == STANDING_SKIPPED) {
        buf_add_text(out, " # SKIP ");
        add_description(case_reason(one), out);
    }
    buf_add_char(out, '\n');
    if (!ok)
        add_block(result, one, standing == STANDING_FAILED ? "fail" : "undecided", out);
    else
        add_number_block(one, out);
    if (ok && (one->verdict == VERDICT_WARN || one->verdict == VERDICT_INFO))
        add_comment(one->verdict == VERDICT_WARN ? "warn: " : "info: ", one->actual, out);
}

static void add_diagnosis(const struct diagnosis *diagnosis, struct buf *out)
{
    buf_add_format(out, "# diagnosis %s (%s)\n", diagnosis->id,
                   confidence_name(diagnosis->confidence));
    add_comment("  ", diagnosis->sentence, out);
    add_comment("  remedy: ", diagnosis->remedy, out);
}

static void render(const struct run_result *result, struct buf *out)
{
    buf_add_text(out, "TAP version 13\n");
    buf_add_format(out, "1..%zu%s\n", result->num_cases,
                   result->num_cases ? "" : " # SKIP no case was run");
    add_comment("target: ", result->target, out);
    buf_add_format(out, "# hookcheck %s, seed %" PRIu64 "\n", result->version, result->seed);
    add_comment("", result->loudest, out);
    add_comment("stopped: ", result->stopped, out);
    for (size_t i = 0; i < result->num_notes; i++)
        add_comment("note: ", result->notes[i], out);
    for (size_t i = 0; i < result->num_cases; i++)
        add_case(result, &result->cases[i], i + 1, out);
    for (size_t i = 0; i < result->num_diagnoses; i++)
        add_diagnosis(&result->diagnoses[i], out);
    buf_add_format(out, "# %s\n", run_summary_name(run_result_summary(result)));
}

const struct report_format report_format_tap = {
    "tap", "Test Anything Protocol, version 13, with YAML blocks", ".tap", render};
