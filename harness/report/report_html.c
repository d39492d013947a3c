/* The report as one page: everything is in it and readable without JavaScript. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/framework.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/headline.h"
#include "report/html.h"
#include "report/html_cases.h"
#include "report/html_charts.h"
#include "report/repeat.h"
#include "report/standing.h"
#include "report/tally.h"

/* --- the top --- */

static void add_level(const struct run_result *result, enum level level, const char *label,
                      struct buf *out)
{
    size_t passed = 0;
    size_t total = 0;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->level != level || one->verdict == VERDICT_SKIP)
            continue;
        total++;
        passed += one->verdict == VERDICT_PASS;
    }
    char *text = mem_format("%zu of %zu", passed, total);
    html_banner_fact(label, text, out);
    free(text);
}

static void add_facts(const struct run_result *result, struct buf *out)
{
    struct buf text = {0};
    buf_add_text(out, "<ul class=\"facts\">\n");
    add_level(result, LEVEL_MUST, "must, passed", out);
    add_level(result, LEVEL_SHOULD, "should, passed", out);
    buf_add_format(&text, "%zu", result->num_requests);
    html_banner_fact("requests", buf_text(&text), out);
    buf_reset(&text);
    text_add_duration(&text, result->duration_ns);
    html_banner_fact("duration", buf_text(&text), out);
    buf_add_text(out, "</ul>\n");
    buf_clear(&text);
}

static void add_notice(const char *label, const char *text, struct buf *out)
{
    if (!text || !*text)
        return;
    buf_add_format(out, "<p><strong>%s</strong> ", label);
    html_add(text, out);
    buf_add_text(out, "</p>\n");
}

/* Made before the top, which links to those that there are. */
struct charts {
    struct buf times;
    struct buf timeline;
};

static void add_top(const struct run_result *result, const struct charts *charts, struct buf *out)
{
    struct buf line = {0};
    headline_add(result, &line);
    buf_add_text(out, "<header class=\"top\">\n<h1>");
    html_add(result->target, out);
    buf_add_format(out, "</h1>\n<div class=\"banner %s\"><p>", html_summary_class(result));
    html_add(buf_text(&line), out);
    buf_add_text(out, "</p>");
    buf_reset(&line);
    headline_add_counts(result, &line);
    html_element("div", buf_text(&line), out);
    buf_add_text(out, "</div>\n");
    add_notice("Stopped early:", result->stopped, out);
    for (size_t i = 0; i < result->num_notes; i++)
        add_notice("Note:", result->notes[i], out);
    add_facts(result, out);
    buf_add_format(out,
                   "<nav aria-label=\"Parts of the report\"><a href=\"#causes\">Causes</a> · <a "
                   "href=\"#grid\">Grid</a>%s%s · <a href=\"#cases\">Cases</a> · <a "
                   "href=\"#about\">About</a></nav>\n</header>\n",
                   charts->times.len ? " · <a href=\"#times\">Response times</a>" : "",
                   charts->timeline.len ? " · <a href=\"#timeline\">Timeline</a>" : "");
    buf_clear(&line);
}

/* --- causes --- */

/* What `text` has between its common beginning and end with `other`, to be marked. */
static void add_marked(const char *text, const char *other, const char *difference, struct buf *out)
{
    size_t len = strlen(text);
    size_t start = 0;
    size_t end = 0;
    const char *known = difference && *difference ? strstr(text, difference) : NULL;
    if (known) {
        start = (size_t)(known - text);
        end = len - start - strlen(difference);
    } else {
        size_t other_len = strlen(other);
        while (start < len && start < other_len && text[start] == other[start])
            start++;
        while (end + start < len && end + start < other_len &&
               text[len - 1 - end] == other[other_len - 1 - end])
            end++;
        while (start && ((unsigned char)text[start] & 0xc0) == 0x80)
            start--;
        while (end && ((unsigned char)text[len - end] & 0xc0) == 0x80)
            end--;
    }
    if ((start + end) * 4 < len) /* hardly anything is common, so that a mark would say nothing */
        start = len - end;
    char *pieces[] = {mem_copy(text, start), mem_copy(text + start, len - start - end),
                      mem_copy(text + len - end, end)};
    html_add(pieces[0], out);
    html_element("mark", pieces[1], out);
    html_add(pieces[2], out);
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        free(pieces[i]);
}

static void add_label(bool is_good, bool is_neutral, const char *word, struct buf *out)
{
    buf_add_format(out, "<span class=\"v %s\">", is_neutral ? "skip" : is_good ? "pass" : "fail");
    if (!is_neutral)
        buf_add_format(out, "<span aria-hidden=\"true\">%s</span> ", is_good ? "✔" : "✖");
    buf_add_format(out, "%s</span><code>", word);
}

/* A forgery that is accepted is not what ought to be: then no colour says so. */
static void add_pair(const struct diagnosis *diagnosis, struct buf *out)
{
    const struct minimal_pair *pair = &diagnosis->pair;
    bool is_neutral = diagnosis->harm_rank == HARM_FORGED;
    if (!pair->accepted || !*pair->accepted || !pair->refused || !*pair->refused)
        return;
    const struct pair_labels labels = pair_labels(pair);
    buf_add_text(out, "<div class=\"pair\">");
    add_label(true, is_neutral, labels.accepted, out);
    add_marked(pair->accepted, pair->refused, NULL, out);
    buf_add_text(out, "</code>");
    add_label(false, is_neutral, labels.refused, out);
    add_marked(pair->refused, pair->accepted, pair->difference, out);
    buf_add_text(out, "</code></div>\n");
}

static void add_cause_cases(const struct run_result *result, const struct diagnosis *diagnosis,
                            struct buf *out)
{
    struct buf text = {0};
    tally_add_explained(result, diagnosis, &text);
    if (diagnosis->num_cases == 0)
        return;
    buf_add_format(out, "<dt>cases</dt><dd><details><summary>%s</summary>", buf_text(&text));
    for (size_t i = 0; i < diagnosis->num_cases; i++) {
        const struct case_result *one = result_case(result, diagnosis->cases[i]);
        if (!one)
            continue;
        buf_add_format(out, "%s<a href=\"#c%zu\">", i ? ", " : "", (size_t)(one - result->cases));
        html_add(one->id, out);
        buf_add_text(out, "</a>");
    }
    buf_add_text(out, "</details></dd>\n");
    buf_clear(&text);
}

static void add_handler(const struct diagnosis *diagnosis, struct buf *out)
{
    if (!diagnosis->snippet || !*diagnosis->snippet)
        return;
    buf_add_text(out, "<dt>handler</dt><dd><details><summary>A complete correct handler for ");
    html_add(diagnosis->framework, out);
    buf_add_text(out, "</summary><pre>");
    html_bytes(bytes_of(diagnosis->snippet), 16384, strlen(diagnosis->snippet), out);
    buf_add_text(out, "</pre></details></dd>\n");
}

static void add_cause(const struct run_result *result, const struct diagnosis *diagnosis,
                      struct buf *out)
{
    struct buf command = {0};
    const struct case_result *one = repeat_case(result, diagnosis);
    buf_add_text(out, "<article class=\"card\">\n");
    html_element("h3", diagnosis->sentence, out);
    buf_add_format(out, "<p class=\"dim\">%s · %s%s</p>\n", diagnosis->id,
                   diagnosis->role == DIAGNOSIS_UNEXPLAINED
                       ? "unexplained"
                       : confidence_name(diagnosis->confidence),
                   diagnosis->behind_first ? " · behind another mistake" : "");
    add_pair(diagnosis, out);
    buf_add_text(out, "<dl>\n");
    if (!diagnosis_evidence_is_pair(diagnosis))
        html_fact("evidence", diagnosis->evidence, out);
    html_fact("unproven because", diagnosis->likely_because, out);
    html_fact("harm", diagnosis->harm, out);
    html_fact("fix", diagnosis->remedy, out);
    add_handler(diagnosis, out);
    add_cause_cases(result, diagnosis, out);
    if (one) {
        repeat_by_run(result, one, &command);
        buf_add_text(out, "<dt>repeat</dt><dd>");
        html_element("pre class=\"command\"", buf_text(&command), out);
        buf_add_text(out, "</dd>\n");
    }
    buf_add_text(out, "</dl>\n</article>\n");
    buf_clear(&command);
}

static void add_causes(const struct run_result *result, struct buf *out)
{
    buf_add_text(out, "<h2 id=\"causes\">Causes</h2>\n");
    for (size_t i = 0; i < result->num_diagnoses; i++)
        add_cause(result, &result->diagnoses[i], out);
    if (result->num_diagnoses == 0)
        html_element("p class=\"dim\"",
                     result->counts[VERDICT_FAIL] + result->counts[VERDICT_WARN]
                         ? "No known cause explains the failures; see the cases below."
                         : "Nothing failed.",
                     out);
}

/* --- what is open --- */

static void add_reasons(const struct run_result *result, enum verdict verdict, const char *heading,
                        struct buf *out)
{
    size_t count = 0;
    struct reason_tally *reasons = tally_reasons(result, verdict, &count);
    if (count)
        buf_add_format(out, "<h2>%s</h2>\n<ul>\n", heading);
    for (size_t i = 0; i < count; i++) {
        buf_add_format(out, "<li>%zu: ", reasons[i].count);
        html_add(reasons[i].reason, out);
        buf_add_text(out, "</li>\n");
    }
    buf_add_text(out, count ? "</ul>\n" : "");
    free(reasons);
}

static void add_about(const struct run_result *result, struct buf *out)
{
    struct buf text = {0};
    buf_add_text(out, "<footer>\n<h2 id=\"about\">About this run</h2>\n");
    buf_add_format(&text, "hookcheck %s, suites %.12s, seed %" PRIu64 ", started %s",
                   result->version, result->suites_hash ? result->suites_hash : "", result->seed,
                   result->started);
    html_element("p", buf_text(&text), out);
    add_notice("Left behind:", result->left_behind, out);
    buf_add_text(out, "<p>Repeat the whole run:</p>\n");
    buf_clear(&text);
    html_element("pre class=\"command\"", result->rerun, out);
    buf_add_text(out,
                 "<p class=\"dim\">Secrets are replaced by names such as $HOOKCHECK_SECRET. The "
                 "JSON report of the same run has everything that is cut here.</p>\n"
                 "</footer>\n");
}

static void render(const struct run_result *result, const struct html_limits *limits,
                   struct buf *out)
{
    char *title = mem_format("hookcheck: %s: %s", run_summary_name(run_result_summary(result)),
                             result->target);
    struct charts charts = {0};
    html_add_times(result, &charts.times);
    html_add_timeline(result, &charts.timeline);
    html_begin(title, out);
    add_top(result, &charts, out);
    buf_add_text(out, "<main id=\"main\">\n");
    add_causes(result, out);
    add_reasons(result, VERDICT_INCONCLUSIVE, "Undecided", out);
    add_reasons(result, VERDICT_SKIP, "Not run", out);
    html_add_grid(result, out);
    buf_add_bytes(out, buf_bytes(&charts.times));
    buf_add_bytes(out, buf_bytes(&charts.timeline));
    html_add_cases(result, limits, out);
    buf_add_text(out, "</main>\n");
    add_about(result, out);
    html_end(out);
    buf_clear(&charts.times);
    buf_clear(&charts.timeline);
    free(title);
}

static void render_html(const struct run_result *result, struct buf *out)
{
    enum { PAGE_MAX = 1000 * 1000 };
    static const struct html_limits limits[] = {
        {64, 64, 2048, 4096, true, SIZE_MAX},
        {24, 2, 1024, 4096, true, SIZE_MAX},
        {16, 1, 512, 2048, true, SIZE_MAX},
        {8, 1, 256, 1024, true, SIZE_MAX},
        {4, 1, 160, 1024, true, SIZE_MAX},
        {2, 0, 256, 512, true, SIZE_MAX},
        {1, 0, 128, 512, true, SIZE_MAX},
        {1, 0, 64, 256, false, SIZE_MAX},
        {1, 0, 256, 256, false, 30},
        {1, 0, 256, 256, false, 8},
        {0, 0, 0, 160, false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        bool is_last = i + 1 == ARRAY_LEN(limits);
        struct buf page = {.max = is_last ? 0 : PAGE_MAX};
        render(result, &limits[i], &page);
        bool fits = !page.full;
        if (fits)
            buf_add_bytes(out, buf_bytes(&page));
        buf_clear(&page);
        if (fits)
            return;
    }
}

const struct report_format report_format_html = {
    "html", "one page for a browser: causes, grid, every exchange, response times, timeline",
    ".html .htm", render_html};
