#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/repeat.h"
#include "report/standing.h"
#include "report/xml.h"

static void add_attribute(const char *name, const char *value, struct buf *out)
{
    buf_add_format(out, " %s=\"", name);
    xml_add(bytes_of(value), out);
    buf_add_char(out, '"');
}

static void add_seconds(int64_t ns, struct buf *out)
{
    buf_add_format(out, " time=\"%.3f\"", (double)(ns > 0 ? ns : 0) / (double)NS_PER_S);
}

static void add_line(const char *label, const char *text, struct buf *out)
{
    if (!text || !*text)
        return;
    buf_add_format(out, "%s: ", label);
    xml_add(bytes_of(text), out);
    buf_add_char(out, '\n');
}

static void add_repeat(const struct run_result *result, const struct case_result *one,
                       struct buf *out)
{
    struct buf line = {0};
    if (repeat_by_curl(result, one, &line))
        add_line("repeat with", buf_text(&line), out);
    buf_reset(&line);
    repeat_by_run(result, one, &line);
    add_line("repeat with", buf_text(&line), out);
    buf_clear(&line);
}

static void add_details(const struct run_result *result, const struct case_result *one,
                        struct buf *out)
{
    struct detail details[CASE_DETAILS_MAX];
    size_t count = case_details(one, details);
    add_line("case", one->id, out);
    for (size_t i = 0; i < count; i++)
        add_line(details[i].label, details[i].text, out);
    add_repeat(result, one, out);
}

/* <failure> or <error>: the message in one line, the details as text. */
static void add_problem(const struct run_result *result, const struct case_result *one,
                        enum standing standing, struct buf *out)
{
    bool failed = standing == STANDING_FAILED;
    const char *element = failed ? "failure" : "error";
    struct buf message = {0};
    if (failed)
        buf_add_format(&message, "expected %s, got %s", one->expected, one->actual);
    else
        buf_add_text(&message, case_standing_reason(result, one));
    buf_add_format(out, "      <%s", element);
    add_attribute("message", buf_text(&message), out);
    add_attribute("type", failed ? verdict_name(one->verdict) : "undecided", out);
    buf_add_char(out, '>');
    add_details(result, one, out);
    buf_add_format(out, "</%s>\n", element);
    buf_clear(&message);
}

static void add_case(const struct run_result *result, const struct case_result *one,
                     struct buf *out)
{
    enum standing standing = case_standing(result, one);
    struct buf classname = {0};
    buf_add_text(&classname, one->suite);
    for (size_t i = 0; i < classname.len; i++)
        if (classname.data[i] == '/')
            classname.data[i] = '.'; /* CI servers show the dots as a tree */
    buf_add_text(out, "    <testcase");
    add_attribute("name", one->name, out);
    add_attribute("classname", buf_text(&classname), out);
    add_seconds(one->duration_ns, out);
    buf_clear(&classname);
    if (standing == STANDING_PASSED) {
        buf_add_text(out, "/>\n");
        return;
    }
    buf_add_text(out, ">\n");
    if (standing == STANDING_SKIPPED) {
        buf_add_text(out, "      <skipped");
        add_attribute("message", case_reason(one), out);
        buf_add_text(out, "/>\n");
    } else {
        add_problem(result, one, standing, out);
    }
    buf_add_text(out, "    </testcase>\n");
}

static void add_property(const char *name, const char *value, struct buf *out)
{
    buf_add_text(out, "      <property");
    add_attribute("name", name, out);
    add_attribute("value", value ? value : "", out);
    buf_add_text(out, "/>\n");
}

/* The numbers of a suite, for whoever draws a curve of them. A testcase has no properties in the
 * strictest of the common schemas. */
static void add_numbers(const struct case_result *one, struct buf *out)
{
    for (size_t i = 0; i < one->num_measures; i++) {
        const struct measure *measure = &one->measures[i];
        struct buf value = {0};
        char *name = mem_format("measure %s %s (%s)", one->id, measure->name, measure->unit);
        measure_add_value(measure, &value);
        add_property(name, buf_text(&value), out);
        buf_clear(&value);
        free(name);
    }
    if (one->recovery_ns < 0)
        return;
    char *name = mem_format("measure %s recovery (ms)", one->id);
    char *value = mem_format("%.3f", (double)one->recovery_ns / (double)NS_PER_MS);
    add_property(name, value, out);
    free(name);
    free(value);
}

static bool is_of(const struct case_result *one, const char *suite)
{
    return strcmp(one->suite, suite) == 0;
}

static void add_properties(const struct run_result *result, const char *suite, struct buf *out)
{
    struct buf seed = {0};
    buf_add_format(&seed, "%" PRIu64, result->seed);
    buf_add_text(out, "    <properties>\n");
    add_property("target", result->target, out);
    add_property("hookcheck.version", result->version, out);
    add_property("hookcheck.suites", result->suites_hash, out);
    add_property("seed", buf_text(&seed), out);
    add_property("strict", result->strict ? "true" : "false", out);
    add_property("summary", run_summary_name(run_result_summary(result)), out);
    add_property("rerun", result->rerun, out);
    for (size_t i = 0; i < result->num_cases; i++)
        if (is_of(&result->cases[i], suite))
            add_numbers(&result->cases[i], out);
    buf_add_text(out, "    </properties>\n");
    buf_clear(&seed);
}

struct tally {
    size_t counts[STANDING_COUNT];
    size_t total;
    int64_t time_ns;
};

static struct tally tally_suite(const struct run_result *result, const char *suite)
{
    struct tally tally = {.total = 0};
    for (size_t i = 0; i < result->num_cases; i++) {
        if (!is_of(&result->cases[i], suite))
            continue;
        tally.counts[case_standing(result, &result->cases[i])]++;
        tally.total++;
        tally.time_ns += result->cases[i].duration_ns;
    }
    return tally;
}

/* The schema wants seconds and no zone: "2024-07-01T12:00:00". */
static void add_timestamp(const struct run_result *result, struct buf *out)
{
    char seconds[20];
    const char *started = strlen(result->started) >= 19 ? result->started : "1970-01-01T00:00:00";
    memcpy(seconds, started, 19);
    seconds[19] = '\0';
    add_attribute("timestamp", seconds, out);
}

static void add_suite_start(const struct run_result *result, const char *suite, size_t number,
                            struct buf *out)
{
    struct tally tally = tally_suite(result, suite);
    buf_add_format(out, "  <testsuite id=\"%zu\"", number);
    add_attribute("name", suite, out);
    add_attribute("package", "hookcheck", out);
    add_timestamp(result, out);
    buf_add_format(
        out,
        " hostname=\"localhost\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
        tally.total, tally.counts[STANDING_FAILED], tally.counts[STANDING_UNDECIDED],
        tally.counts[STANDING_SKIPPED]);
    add_seconds(tally.time_ns, out);
    buf_add_text(out, ">\n");
    add_properties(result, suite, out);
}

static void add_measured(const struct case_result *one, struct buf *out)
{
    for (size_t i = 0; i < one->num_measures; i++) {
        if (one->measures[i].is_detail)
            continue;
        buf_add_text(out, "measured: ");
        xml_add(bytes_of(one->id), out);
        buf_add_text(out, ": ");
        xml_add(bytes_of(one->measures[i].sentence), out);
        buf_add_char(out, '\n');
    }
}

/* The strictest of the common schemas has no output below a testcase, so notes on passed cases
 * stand here. */
static void add_notes(const struct run_result *result, const char *suite, struct buf *out)
{
    buf_add_text(out, "    <system-out>");
    add_line("loudest", result->loudest, out);
    add_line("stopped", result->stopped, out);
    for (size_t i = 0; i < result->num_notes; i++)
        add_line("note", result->notes[i], out);
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        bool noted = one->verdict == VERDICT_WARN || one->verdict == VERDICT_INFO;
        if (!is_of(one, suite))
            continue;
        add_measured(one, out);
        if (!noted)
            continue;
        buf_add_format(out, "%s: ", verdict_name(one->verdict));
        xml_add(bytes_of(one->id), out);
        buf_add_char(out, '\n');
        add_line("  expected", one->expected, out);
        add_line("  actual", one->actual, out);
        add_line("  reason", one->reason, out);
    }
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        add_line("diagnosis", result->diagnoses[i].sentence, out);
        add_line("  remedy", result->diagnoses[i].remedy, out);
    }
    buf_add_text(out, "</system-out>\n    <system-err></system-err>\n");
}

static void render(const struct run_result *result, struct buf *out)
{
    size_t number = 0;
    buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (size_t i = 0; i < result->num_cases; i++) {
        if (suite_came_before(result, i))
            continue;
        const char *suite = result->cases[i].suite;
        add_suite_start(result, suite, number++, out);
        for (size_t k = i; k < result->num_cases; k++)
            if (is_of(&result->cases[k], suite))
                add_case(result, &result->cases[k], out);
        add_notes(result, suite, out);
        buf_add_text(out, "  </testsuite>\n");
    }
    buf_add_text(out, "</testsuites>\n");
}

const struct report_format report_format_junit = {
    "junit", "JUnit XML, one testsuite per suite, for CI servers", ".xml", render};
