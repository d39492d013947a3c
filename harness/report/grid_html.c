/* Several results as one page: Autobahn's table of cases by endpoints. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/answer_times.h"
#include "report/compare.h"
#include "report/headline.h"
#include "report/html.h"
#include "report/tally.h"

static void add_tops(const struct run_result *results, const char *const *names, size_t count,
                     struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        struct buf line = {0};
        headline_add(&results[i], &line);
        buf_add_format(out, "<div class=\"banner %s\"><h2 class=\"plain\">%zu. ",
                       html_summary_class(&results[i]), i + 1);
        html_add(names[i], out);
        buf_add_text(out, "</h2>");
        html_element("div", results[i].target, out);
        html_element("p", buf_text(&line), out);
        buf_reset(&line);
        headline_add_counts(&results[i], &line);
        html_element("div", buf_text(&line), out);
        buf_add_text(out, "</div>\n");
        buf_clear(&line);
    }
}

static void add_time_rows(const struct run_result *results, size_t count, struct buf *out)
{
    for (size_t kind = 0; kind < NUM_ANSWER_KINDS; kind++)
        for (size_t i = 0; i < count; i++) {
            struct answer_times times;
            answer_times_take(&results[i], kind, &times);
            if (times.count) {
                buf_add_format(out,
                               "<tr><th scope=\"row\">%s</th><td>%zu</td><td class=\"n\">%zu</td>",
                               answer_kind_name(kind), i + 1, times.count);
                static const size_t percents[] = {50, 95, 99};
                for (size_t k = 0; k < ARRAY_LEN(percents); k++)
                    html_duration_cell(answer_times_percentile(&times, percents[k]), out);
                buf_add_text(out, "</tr>\n");
            }
            answer_times_clear(&times);
        }
}

static void add_times(const struct run_result *results, size_t count, struct buf *out)
{
    buf_add_text(out,
                 "<h2>Response times</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                 "aria-label=\"Response times\"><table><tr><th scope=\"col\">kind</th><th "
                 "scope=\"col\">run</th><th class=\"n\" scope=\"col\">responses</th><th "
                 "class=\"n\" scope=\"col\">p50</th><th class=\"n\" scope=\"col\">p95</th><th "
                 "class=\"n\" scope=\"col\">p99</th></tr>\n");
    add_time_rows(results, count, out);
    buf_add_text(out, "</table></div>\n");
}

static void add_row(const struct run_result *results, size_t count, const char *id, struct buf *out)
{
    const struct case_result *any = NULL;
    const struct case_result *first = result_case(&results[0], id);
    bool differs = first == NULL;
    for (size_t i = 0; i < count; i++) {
        const struct case_result *one = result_case(&results[i], id);
        any = any ? any : one;
        differs = differs || !one || one->verdict != first->verdict;
    }
    buf_add_format(out, "<tr%s><th scope=\"row\"><code>", differs ? " class=\"differs\"" : "");
    html_add(any->name, out);
    buf_add_format(out, "</code>%s</th>", differs ? " <strong>differs</strong>" : "");
    for (size_t i = 0; i < count; i++) {
        const struct case_result *one = result_case(&results[i], id);
        buf_add_text(out, "<td>");
        if (one) {
            html_verdict(one->verdict, out);
            if (differs) {
                buf_add_text(out, "<br>");
                html_element("span class=\"dim\"", one->actual, out);
            }
        }
        buf_add_text(out, "</td>");
    }
    buf_add_text(out, "</tr>\n");
}

static void add_suite_head(const char *suite, const char *const *names, size_t count,
                           struct buf *out)
{
    html_element("h3", suite, out);
    buf_add_text(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html_add(suite, out);
    buf_add_text(out, "\"><table><tr><th scope=\"col\">case</th>");
    for (size_t i = 0; i < count; i++) {
        buf_add_format(out, "<th scope=\"col\">%zu. ", i + 1);
        html_add(names[i], out);
        buf_add_text(out, "</th>");
    }
    buf_add_text(out, "</tr>\n");
}

static const char *suite_of(const struct run_result *results, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        const struct case_result *one = result_case(&results[i], id);
        if (one)
            return one->suite;
    }
    return "";
}

static void add_suites(const struct run_result *results, const char *const *names, size_t count,
                       struct buf *out)
{
    size_t num_ids = 0;
    const char **ids = grid_ids(results, count, &num_ids);
    for (size_t i = 0; i < num_ids; i++) {
        if (!ids[i])
            continue;
        const char *suite = suite_of(results, count, ids[i]);
        add_suite_head(suite, names, count, out);
        for (size_t k = i; k < num_ids; k++) {
            if (!ids[k] || strcmp(suite_of(results, count, ids[k]), suite) != 0)
                continue;
            add_row(results, count, ids[k], out);
            ids[k] = NULL;
        }
        buf_add_text(out, "</table></div>\n");
    }
    free(ids);
}

void grid_html(const struct run_result *results, const char *const *names, size_t count,
               struct buf *out)
{
    html_begin("hookcheck: several runs side by side", out);
    buf_add_format(out, "<main id=\"main\">\n<h1>%zu runs side by side</h1>\n", count);
    add_tops(results, names, count, out);
    if (count == 2) {
        static const struct text_options options = {.detail = TEXT_TREE, .columns = 100};
        struct buf text = {0};
        (void)compare_text(&results[0], &results[1], &options, &text);
        buf_add_text(out, "<h2>What changed from 1 to 2</h2>\n<pre>");
        html_bytes(buf_bytes(&text), 100000, text.len, out);
        buf_add_text(out, "</pre>\n");
        buf_clear(&text);
    }
    add_times(results, count, out);
    buf_add_text(out, "<h2>Cases</h2>\n");
    add_suites(results, names, count, out);
    buf_add_text(out, "</main>\n");
    html_end(out);
}
