#include "report/load_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/html.h"
#include "report/load_charts.h"
#include "report/load_compare.h"

#define ROWS_MAX    600 /* of the table of seconds */
#define MESSAGE_MAX 4096

/* --- small pieces --- */

static json_int_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void add_ms_cell(double ms, struct buf *out)
{
    html_duration_cell((int64_t)(ms * (double)NS_PER_MS), out);
}

static void add_ms_fact(const char *label, double ms, struct buf *out)
{
    struct buf value = {0};
    load_add_ms(&value, ms);
    html_banner_fact(label, buf_text(&value), out);
    buf_clear(&value);
}

/* --- the top --- */

static void add_facts(const struct load_record *record, struct buf *out)
{
    const struct load_times *latency = &record->times[LOAD_LATENCY];
    char *rate = mem_format("%.0f/s", record->per_second);
    char *answered = mem_format("%" PRId64 " of %" PRId64, record->answered, record->sent);
    char *errors = mem_format("%" PRId64, record->failed);
    buf_add_text(out, "<ul class=\"facts\">\n");
    html_banner_fact("answered", rate, out);
    html_banner_fact("requests answered", answered, out);
    html_banner_fact("errors", errors, out);
    add_ms_fact("latency, p50", latency->p50, out);
    add_ms_fact("p99", latency->p99, out);
    add_ms_fact("highest", latency->max, out);
    buf_add_text(out, "</ul>\n");
    free(rate);
    free(answered);
    free(errors);
}

static void add_top(const struct load_record *record, struct buf *out)
{
    struct buf line = {0};
    buf_add_text(out, "<header class=\"top\">\n<h1>");
    html_add(record->target, out);
    buf_add_format(out, "</h1>\n<div class=\"banner %s\"><p>", record->passed ? "pass" : "fail");
    buf_add_format(out, "%s%s</p>", record->passed ? "passed" : "failed",
                   record->was_interrupted ? ", interrupted" : "");
    load_add_settings(record, &line);
    html_element("div", buf_text(&line), out);
    buf_add_text(out, "</div>\n");
    const char *caution = text_of(json_object_get(record->document, "sender"), "caution");
    if (caution) {
        buf_add_text(out, "<p><strong>Caution:</strong> ");
        html_add(caution, out);
        buf_add_text(out, "</p>\n");
    }
    add_facts(record, out);
    buf_add_text(out, "</header>\n");
    buf_clear(&line);
}

/* --- goals, errors, findings --- */

static void add_goals(const struct load_record *record, struct buf *out)
{
    static const char *const names[] = {"goal", "measured", "holds"};
    const json_t *goals = json_object_get(record->document, "goals");
    const json_t *goal = NULL;
    size_t i = 0;
    if (!json_array_size(goals))
        return;
    buf_add_text(out, "<h2>Goals</h2>\n");
    html_table_begin("Goals", names, ARRAY_LEN(names), out);
    json_array_foreach(goals, i, goal)
    {
        bool holds = json_is_true(json_object_get(goal, "holds"));
        buf_add_text(out, "<tr>");
        html_element("th scope=\"row\"", text_of(goal, "goal"), out);
        html_element("td class=\"n\"", text_of(goal, "measured"), out);
        buf_add_format(out, "<td class=\"n\"><span class=\"v %s\">%s</span></td></tr>\n",
                       holds ? "pass" : "fail", holds ? "holds" : "missed");
    }
    html_table_end(out);
}

static void add_accounting(const struct load_record *record, struct buf *out)
{
    static const struct {
        const char *key, *words, *example;
    } rows[] = {{"sent", "sent, each counted once", NULL},
                {"accepted", "accepted", NULL},
                {"processed", "processed of the accepted", NULL},
                {"lost", "lost: accepted and never processed", "first_lost"},
                {"doubled", "processed more than once", "first_doubled"},
                {"forged_processed", "forged but processed", "first_forged"},
                {"unknown", "unknown: no answer about them", "why_unknown"}};
    static const char *const names[] = {"events", "count", "the first"};
    const json_t *found = json_object_get(record->document, "accounting");
    if (!json_is_object(found))
        return;
    buf_add_text(out, "<h2>What happened to the events</h2>\n<p class=\"dim\">By ");
    html_add(text_of(found, "source"), out);
    buf_add_format(out, ", asked about %" JSON_INTEGER_FORMAT " accepted and forged events.</p>\n",
                   number_of(found, "asked"));
    html_table_begin("What happened to the events", names, ARRAY_LEN(names), out);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *example = rows[i].example ? text_of(found, rows[i].example) : NULL;
        buf_add_format(out,
                       "<tr><th scope=\"row\">%s</th><td class=\"n\">%" JSON_INTEGER_FORMAT
                       "</td><td class=\"n\">",
                       rows[i].words, number_of(found, rows[i].key));
        html_add(example, out);
        buf_add_text(out, "</td></tr>\n");
    }
    html_table_end(out);
}

static void add_errors(const struct load_record *record, struct buf *out)
{
    static const char *const names[] = {"error", "count", "first after", "first"};
    const json_t *errors = json_object_get(record->document, "errors");
    const json_t *error = NULL;
    size_t i = 0;
    if (!json_array_size(errors))
        return;
    buf_add_text(out, "<h2>Errors</h2>\n");
    html_table_begin("Errors by kind", names, ARRAY_LEN(names), out);
    json_array_foreach(errors, i, error)
    {
        buf_add_text(out, "<tr>");
        html_element("th scope=\"row\"", load_error_sentence(text_of(error, "kind")), out);
        buf_add_format(out, "<td class=\"n\">%" JSON_INTEGER_FORMAT "</td>",
                       number_of(error, "count"));
        add_ms_cell(json_number_value(json_object_get(error, "first_ms")), out);
        buf_add_text(out, "<td>");
        html_add(text_of(error, "first"), out);
        buf_add_text(out, "</td></tr>\n");
    }
    html_table_end(out);
}

static void add_message(const char *label, const char *text, struct buf *out)
{
    if (!text || !*text)
        return;
    struct buf shown = {0};
    for (const char *c = text; *c; c++)
        if (c[0] != '\r' || c[1] != '\n')
            buf_add_char(&shown, *c);
    buf_add_format(out, "<dt>%s</dt><dd><pre>", label);
    html_bytes(buf_bytes(&shown), MESSAGE_MAX, shown.len, out);
    buf_add_text(out, "</pre></dd>\n");
    buf_clear(&shown);
}

static void add_offender(const json_t *one, struct buf *out)
{
    const char *mutation = text_of(one, "mutation");
    buf_add_text(out, "<article class=\"card\">\n<h3>");
    html_add(load_error_sentence(text_of(one, "kind")), out);
    buf_add_text(out, ": ");
    html_add(text_of(one, "sent"), out);
    buf_add_text(out, " event");
    if (mutation) {
        buf_add_text(out, " (");
        html_add(mutation, out);
        buf_add_text(out, ")");
    }
    buf_add_text(out, ", ");
    load_add_ms(out, json_number_value(json_object_get(one, "at_ms")));
    buf_add_text(out, " into the load</h3>\n<dl>\n");
    html_fact("problem", text_of(one, "problem"), out);
    buf_add_format(out,
                   "<dt>in flight</dt><dd>%" JSON_INTEGER_FORMAT
                   " on its thread, %" JSON_INTEGER_FORMAT " of them forged</dd>\n",
                   number_of(one, "in_flight"), number_of(one, "in_flight_forged"));
    add_message("request", text_of(one, "request"), out);
    add_message("response", text_of(one, "response"), out);
    buf_add_text(out, "</dl>\n</article>\n");
}

static void add_offenders(const struct load_record *record, struct buf *out)
{
    const json_t *offenders = json_object_get(record->document, "offenders");
    const json_t *one = NULL;
    size_t i = 0;
    if (json_array_size(offenders))
        buf_add_text(out, "<h2>The first of each error, in full</h2>\n");
    json_array_foreach(offenders, i, one)
    {
        add_offender(one, out);
    }
}

/* --- over time --- */

static void add_curves(const struct load_record *record, struct buf *out)
{
    const struct load_curve rates[] = {
        {record, "sent", offsetof(struct load_point, sent), 2},
        {record, "answered", offsetof(struct load_point, answered), 0}};
    const struct load_curve times[] = {{record, "p50", offsetof(struct load_point, p50), 0},
                                       {record, "p90", offsetof(struct load_point, p90), 2},
                                       {record, "p99", offsetof(struct load_point, p99), 3},
                                       {record, "highest", offsetof(struct load_point, max), 1}};
    const struct load_curve errors[] = {{record, "errors", offsetof(struct load_point, errors), 1}};
    const struct load_chart charts[] = {{"Rate", "/s", rates, ARRAY_LEN(rates)},
                                        {"Latency", NULL, times, ARRAY_LEN(times)},
                                        {"Errors", "/s", errors, ARRAY_LEN(errors)}};
    buf_add_text(out, "<h2 id=\"time\">Over time</h2>\n");
    for (size_t i = 0; i < ARRAY_LEN(charts); i++)
        load_chart_add(&charts[i], out);
}

static void add_seconds(const struct load_record *record, const char *label, struct buf *out)
{
    static const char *const names[] = {"second", "sent", "answered", "errors",
                                        "p50",    "p90",  "p99",      "highest"};
    size_t shown = record->num_points < ROWS_MAX ? record->num_points : ROWS_MAX;
    if (!shown)
        return;
    buf_add_text(out, "<details><summary>Every second as a table</summary>\n");
    html_table_begin(label, names, ARRAY_LEN(names), out);
    for (size_t i = 0; i < shown; i++) {
        const struct load_point *point = &record->points[i];
        buf_add_format(out,
                       "<tr><th scope=\"row\">%.0f</th><td class=\"n\">%.0f</td><td "
                       "class=\"n\">%.0f</td><td class=\"n\">%.0f</td>",
                       point->second, point->sent, point->answered, point->errors);
        add_ms_cell(point->p50, out);
        add_ms_cell(point->p90, out);
        add_ms_cell(point->p99, out);
        add_ms_cell(point->max, out);
        buf_add_text(out, "</tr>\n");
    }
    html_table_end(out);
    if (shown < record->num_points)
        buf_add_format(out, "<p class=\"dim\">The first %zu of %zu; the JSON report has all.</p>\n",
                       shown, record->num_points);
    buf_add_text(out, "</details>\n");
}

static void add_phases(const struct load_record *record, const char *label, struct buf *out)
{
    static const char *const names[] = {"phase", "requests", "p50",    "p90",
                                        "p99",   "p99.9",    "p99.99", "highest"};
    static const char *const words[LOAD_NUM_TIMES] = {"from due (or wanted) to the last byte",
                                                      "until it was sent", "until the first byte",
                                                      "until the last byte", "connecting"};
    buf_add_text(out, "<h2>Latency</h2>\n");
    html_table_begin(label, names, ARRAY_LEN(names), out);
    for (size_t i = 0; i < LOAD_NUM_TIMES; i++) {
        const struct load_times *times = &record->times[i];
        const double shown[] = {times->p50,  times->p90,   times->p99,
                                times->p999, times->p9999, times->max};
        buf_add_format(out, "<tr><th scope=\"row\">%s</th><td class=\"n\">%" PRId64 "</td>",
                       words[i], times->count);
        for (size_t k = 0; k < ARRAY_LEN(shown); k++)
            add_ms_cell(shown[k], out);
        buf_add_text(out, "</tr>\n");
    }
    html_table_end(out);
}

void load_page(const struct load_record *record, struct buf *out)
{
    char *title =
        mem_format("hookcheck load: %s: %s", record->passed ? "passed" : "failed", record->target);
    html_begin(title, out);
    add_top(record, out);
    buf_add_text(out, "<main id=\"main\">\n");
    add_goals(record, out);
    add_errors(record, out);
    add_accounting(record, out);
    add_curves(record, out);
    add_seconds(record, "Every second", out);
    add_phases(record, "Percentiles of latency", out);
    add_offenders(record, out);
    buf_add_text(out, "</main>\n<footer><p class=\"dim\">Secrets are replaced by names such as "
                      "$HOOKCHECK_SECRET. The JSON report of the same load has every "
                      "figure.</p></footer>\n");
    html_end(out);
    free(title);
}

/* --- two loads --- */

static void add_pair(const char *title, const char *unit, const struct load_record *before,
                     const struct load_record *after, size_t value, struct buf *out)
{
    const struct load_curve curves[] = {{before, "first", value, 2}, {after, "second", value, 3}};
    load_chart_add(&(struct load_chart){title, unit, curves, ARRAY_LEN(curves)}, out);
}

static void add_changes(const struct load_record *before, const struct load_record *after,
                        struct buf *out)
{
    static const char *const names[] = {"measure", "first", "second", "change"};
    struct load_change changes[LOAD_CHANGES_MAX];
    size_t count = load_changes(before, after, changes);
    buf_add_text(out, "<h2>What changed</h2>\n");
    html_table_begin("Measures of both loads", names, ARRAY_LEN(names), out);
    for (size_t i = 0; i < count; i++) {
        const struct load_change *one = &changes[i];
        buf_add_text(out, "<tr>");
        html_element("th scope=\"row\"", one->name, out);
        html_element("td class=\"n\"", one->before, out);
        html_element("td class=\"n\"", one->after, out);
        buf_add_format(out, "<td class=\"n\"><span class=\"v %s\">",
                       one->kind == LOAD_WORSE    ? "fail"
                       : one->kind == LOAD_BETTER ? "pass"
                                                  : "skip");
        html_add(one->words, out);
        buf_add_text(out, "</span></td></tr>\n");
    }
    html_table_end(out);
}

static void add_compared_top(const struct load_record *before, const struct load_record *after,
                             struct buf *out)
{
    struct buf line = {0};
    bool broke = load_compare_broke(before, after);
    buf_add_text(out, "<header class=\"top\">\n<h1>");
    html_add(after->target, out);
    buf_add_format(out, "</h1>\n<div class=\"banner %s\"><p>", broke ? "fail" : "pass");
    load_add_last_line(before, after, &line);
    html_add(buf_text(&line), out);
    buf_add_text(out, "</p></div>\n");
    const struct load_record *const both[] = {before, after};
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        buf_reset(&line);
        buf_add_format(&line, "%s: ", i ? "Second" : "First");
        if (strcmp(before->target, after->target) != 0)
            buf_add_format(&line, "%s, ", both[i]->target);
        load_add_settings(both[i], &line);
        html_element("p", buf_text(&line), out);
    }
    buf_add_text(out, "</header>\n");
    buf_clear(&line);
}

void load_compare_page(const struct load_record *before, const struct load_record *after,
                       struct buf *out)
{
    html_begin("hookcheck: two loads compared", out);
    add_compared_top(before, after, out);
    buf_add_text(out, "<main id=\"main\">\n");
    add_changes(before, after, out);
    buf_add_text(out, "<h2 id=\"time\">Over time</h2>\n");
    add_pair("Answered", "/s", before, after, offsetof(struct load_point, answered), out);
    add_pair("Latency, p50", NULL, before, after, offsetof(struct load_point, p50), out);
    add_pair("Latency, p99", NULL, before, after, offsetof(struct load_point, p99), out);
    add_pair("Errors", "/s", before, after, offsetof(struct load_point, errors), out);
    buf_add_text(out, "<h2>Latency of the first</h2>\n");
    add_seconds(before, "Every second of the first", out);
    add_phases(before, "Percentiles of the first", out);
    buf_add_text(out, "<h2>Latency of the second</h2>\n");
    add_seconds(after, "Every second of the second", out);
    add_phases(after, "Percentiles of the second", out);
    buf_add_text(out, "</main>\n<footer></footer>\n");
    html_end(out);
}
