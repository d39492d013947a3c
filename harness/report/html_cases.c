#include "report/html_cases.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "http/redacted.h"
#include "report/details.h"
#include "report/html.h"
#include "report/html_charts.h"
#include "report/repeat.h"
#include "report/tally.h"
#include "report/text_page.h"
#include "result/packed.h"

static const enum verdict verdicts[] = {VERDICT_FAIL, VERDICT_WARN, VERDICT_INCONCLUSIVE,
                                        VERDICT_PASS, VERDICT_INFO, VERDICT_SKIP};
static const char *const meanings[VERDICT_COUNT] = {
    [VERDICT_PASS] = "as it should be",
    [VERDICT_FAIL] = "breaks a requirement",
    [VERDICT_WARN] = "falls short of good practice",
    [VERDICT_INFO] = "worth knowing, not judged",
    [VERDICT_INCONCLUSIVE] = "could not be decided",
    [VERDICT_SKIP] = "could not run",
};
enum { NUM_VERDICTS = sizeof verdicts / sizeof verdicts[0] };

/* --- the grid --- */

/* One tile: a mark, and the word too when it did not pass. */
static void add_tile(const struct case_result *one, size_t index, struct buf *out)
{
    const struct look *look = verdict_look(one->verdict);
    bool passed = one->verdict == VERDICT_PASS;
    buf_add_format(out, "<a class=\"tile %s\" href=\"#c%zu\" title=\"", verdict_name(one->verdict),
                   index);
    html_add(one->name, out);
    buf_add_format(out, "\"><span aria-hidden=\"true\">%s</span>", look->mark);
    if (!passed)
        buf_add_format(out, "<span aria-hidden=\"true\">&nbsp;%s</span>",
                       one->verdict == VERDICT_INCONCLUSIVE ? "open" : look->word);
    buf_add_format(out, "<span class=\"sr\">%s: ", look->word);
    html_add(one->name, out);
    buf_add_text(out, "</span></a>");
}

static void add_legend(struct buf *out)
{
    buf_add_text(out, "<ul class=\"legend\">");
    for (size_t i = 0; i < NUM_VERDICTS; i++) {
        buf_add_text(out, "<li>");
        html_verdict(verdicts[i], out);
        buf_add_format(out, " %s</li>", meanings[verdicts[i]]);
    }
    buf_add_text(out, "</ul>\n");
}

static void add_suite_counts(const struct suite_tally *tally, struct buf *out)
{
    const char *comma = "";
    buf_add_text(out, "<span class=\"dim\">");
    for (size_t i = 0; i < NUM_VERDICTS; i++) {
        size_t count = tally->counts[verdicts[i]];
        if (count)
            buf_add_format(out, "%s%zu %s", comma, count, verdict_look(verdicts[i])->word);
        comma = count ? ", " : comma;
    }
    buf_add_text(out, "</span>");
}

void html_add_grid(const struct run_result *result, struct buf *out)
{
    size_t count = 0;
    struct suite_tally *tallies = tally_suites(result, &count);
    buf_add_text(out, "<h2 id=\"grid\">All cases by suite</h2>\n");
    add_legend(out);
    for (size_t i = 0; i < count; i++) {
        buf_add_text(out, "<div class=\"suite-row\"><div>");
        html_element("strong", tallies[i].suite, out);
        buf_add_text(out, "<br>");
        add_suite_counts(&tallies[i], out);
        buf_add_text(out, "</div><div class=\"tiles\">");
        for (size_t k = 0; k < result->num_cases; k++)
            if (strcmp(result->cases[k].suite, tallies[i].suite) == 0)
                add_tile(&result->cases[k], k, out);
        buf_add_text(out, "</div></div>\n");
    }
    free(tallies);
}

/* --- one exchange --- */

static void add_headers(const struct headers *safe, const struct request_place *place,
                        struct buf *out)
{
    for (size_t i = 0; i < safe->count; i++) {
        const char *shown = safe->items[i].value;
        if (place && strcmp(shown, REQUEST_HOST_PLACEHOLDER) == 0)
            shown = place->authority;
        html_add(safe->items[i].name, out);
        buf_add_text(out, ": ");
        html_add(shown, out);
        buf_add_char(out, '\n');
    }
}

static void add_answer_headers(const struct run_result *result, const struct observation *seen,
                               struct buf *out)
{
    enum { HEADERS_MAX = 4096 };
    struct headers safe = {0};
    size_t cut = headers_shown(result->redactor, &seen->headers, HEADERS_MAX, &safe);
    add_headers(&safe, NULL, out);
    headers_clear(&safe);
    cut += seen->headers_cut;
    if (cut)
        buf_add_format(out, "[%zu more headers]\n", cut);
}

static void add_request(const struct run_result *result, const struct exchange *exchange,
                        size_t max_body, struct buf *out)
{
    struct shown_request shown;
    if (!exchange->request.method)
        return;
    size_t shown_len = text_beginning(buf_bytes(&exchange->request.body), max_body).len;
    shown_request_init(&shown, result, &exchange->request, shown_len);
    buf_add_text(out, "<h4>Request</h4>\n<pre>");
    html_add(shown.request.method, out);
    buf_add_char(out, ' ');
    html_add(shown.place.path, out);
    buf_add_char(out, '\n');
    add_headers(&shown.request.headers, &shown.place, out);
    buf_add_char(out, '\n');
    html_bytes(buf_bytes(&shown.request.body), shown.request.body.len, exchange_body_len(exchange),
               out);
    buf_add_text(out, "</pre>\n");
    shown_request_clear(&shown);
}

static void add_answer(const struct run_result *result, const struct observation *seen,
                       size_t max_body, struct buf *out)
{
    struct buf body = {0};
    if (!seen->status)
        return;
    size_t shown_len = text_beginning(buf_bytes(&seen->body), max_body).len;
    redact_beginning(result->redactor, buf_bytes(&seen->body), shown_len, &body);
    buf_add_format(out, "<h4>Response</h4>\n<pre>%d\n", seen->status);
    add_answer_headers(result, seen, out);
    buf_add_char(out, '\n');
    html_bytes(buf_bytes(&body), body.len, (size_t)seen->body_len, out);
    buf_add_text(out, "</pre>\n");
    buf_clear(&body);
}

static void add_exchange(const struct run_result *result, const struct exchange *exchange,
                         bool is_decisive, size_t max_body, struct buf *out)
{
    const struct observation *seen = &exchange->seen;
    struct buf line = {0};
    buf_add_format(&line, "%s: ", exchange->sent);
    if (seen->status)
        buf_add_format(&line, "%d ", seen->status);
    buf_add_text(&line, outcome_name(seen->outcome));
    if (seen->total_ns > 0) {
        buf_add_text(&line, seen->outcome == OUTCOME_ANSWERED ? " in " : " after ");
        text_add_duration(&line, seen->total_ns);
    }
    buf_add_format(out, "<details class=\"exchange%s\"><summary>", is_decisive ? " decisive" : "");
    html_add(buf_text(&line), out);
    buf_add_text(out, is_decisive ? " <strong>(decided)</strong></summary>\n" : "</summary>\n");
    html_add_waterfall(seen, out);
    buf_reset(&line);
    result_redact(result, bytes_of(seen->detail), &line);
    html_element("p", buf_text(&line), out);
    add_request(result, exchange, max_body, out);
    add_answer(result, seen, max_body, out);
    buf_add_text(out, "</details>\n");
    buf_clear(&line);
}

/* The decisive one is always among those that are shown. */
static void add_exchanges(const struct run_result *result, const struct case_result *one,
                          const struct html_limits *limits, struct buf *out)
{
    size_t most = one->verdict == VERDICT_PASS ? limits->plain_exchanges : limits->exchanges;
    const struct exchange *main_one = case_main_exchange(one);
    size_t shown = 0;
    for (size_t i = 0; most && i < one->num_exchanges && !out->full; i++) {
        const struct exchange *exchange = &one->exchanges[i];
        bool is_main = exchange == main_one;
        if (exchange->seen.outcome == OUTCOME_NOT_SENT || (!is_main && shown + 1 >= most))
            continue;
        add_exchange(result, exchange, i == one->decisive, limits->body, out);
        shown++;
    }
    if (shown < one->num_exchanges)
        buf_add_format(out,
                       "<p class=\"dim\">%zu of %zu exchanges are shown; the JSON report has "
                       "all.</p>\n",
                       shown, one->num_exchanges);
}

/* --- one case --- */

static void add_repeat(const struct run_result *result, const struct case_result *one,
                       bool with_curl, struct buf *out)
{
    enum { CURL_MAX = 3000 };
    struct buf line = {0};
    if (one->verdict == VERDICT_PASS || one->verdict == VERDICT_SKIP)
        return;
    repeat_by_run(result, one, &line);
    html_element("pre class=\"command\"", buf_text(&line), out);
    buf_reset(&line);
    if (with_curl && one->verdict != VERDICT_INCONCLUSIVE && repeat_by_curl(result, one, &line) &&
        line.len < CURL_MAX)
        html_element("pre class=\"command\"", buf_text(&line), out);
    buf_clear(&line);
}

static void add_cut_fact(const char *label, const char *text, size_t max_len, struct buf *out)
{
    size_t len = strlen(text);
    if (len <= max_len) {
        html_fact(label, text, out);
        return;
    }
    while (max_len && ((unsigned char)text[max_len] & 0xc0) == 0x80)
        max_len--;
    char *cut = mem_format("%.*s ...", (int)max_len, text);
    html_fact(label, cut, out);
    free(cut);
}

static void add_case(const struct run_result *result, size_t index,
                     const struct html_limits *limits, struct buf *out)
{
    const struct case_result *one = &result->cases[index];
    struct detail details[CASE_DETAILS_MAX];
    size_t count = case_details(one, details);
    buf_add_format(out,
                   "<details class=\"case %s\" id=\"c%zu\" data-verdict=\"%s\" "
                   "data-level=\"%s\" data-suite=\"",
                   verdict_name(one->verdict), index, verdict_name(one->verdict),
                   level_name(one->level));
    html_add(one->suite, out);
    buf_add_text(out, "\"><summary>");
    html_verdict(one->verdict, out);
    html_element("span", one->title, out);
    html_element("code", one->name, out);
    buf_add_format(out, "<span class=\"dim\">%s</span></summary><div>\n<dl>\n",
                   level_name(one->level));
    for (size_t i = 0; i < count; i++)
        if (strcmp(details[i].key, "title") != 0 && strcmp(details[i].key, "level") != 0)
            add_cut_fact(details[i].label, details[i].text, limits->text, out);
    for (size_t i = 0; i < one->num_measures; i++)
        html_fact("measured", one->measures[i].sentence, out);
    html_fact("id", one->id, out);
    buf_add_text(out, "</dl>\n");
    add_repeat(result, one, limits->curl, out);
    add_exchanges(result, one, limits, out);
    buf_add_text(out, "</div></details>\n");
}

static void add_suite(const struct run_result *result, const char *suite,
                      const struct html_limits *limits, struct buf *out)
{
    struct html_limits rest = *limits;
    size_t num_shown = 0;
    rest.exchanges = 0;
    for (size_t k = 0; k < result->num_cases && !out->full; k++) {
        const struct case_result *one = &result->cases[k];
        if (strcmp(one->suite, suite) != 0)
            continue;
        bool is_wanted = one->verdict != VERDICT_PASS && one->verdict != VERDICT_SKIP;
        num_shown += is_wanted;
        add_case(result, k, is_wanted && num_shown > limits->cases ? &rest : limits, out);
    }
}

/* --- search and filters: of use with JavaScript only, which shows them --- */

static void add_tools(const struct run_result *result, const struct suite_tally *tallies,
                      size_t count, struct buf *out)
{
    buf_add_text(
        out, "<div class=\"tools\" role=\"search\" hidden>\n<label for=\"search\">Search</label>"
             "<input id=\"search\" type=\"search\" placeholder=\"words (press /)\">\n");
    for (size_t i = 0; i < NUM_VERDICTS; i++) {
        const struct look *look = verdict_look(verdicts[i]);
        if (result->counts[verdicts[i]])
            buf_add_format(out,
                           "<button type=\"button\" class=\"%s\" data-verdict=\"%s\" "
                           "aria-pressed=\"false\"><span aria-hidden=\"true\">%s</span> %s "
                           "%zu</button>\n",
                           verdict_name(verdicts[i]), verdict_name(verdicts[i]), look->mark,
                           look->word, result->counts[verdicts[i]]);
    }
    buf_add_text(out,
                 "<label for=\"level\">Level</label><select id=\"level\"><option value=\"\">all"
                 "</option><option>must</option><option>should</option><option>may</option>"
                 "</select>\n<label for=\"suite\">Suite</label><select id=\"suite\"><option "
                 "value=\"\">all</option>");
    for (size_t i = 0; i < count; i++)
        html_element("option", tallies[i].suite, out);
    buf_add_text(out, "</select>\n<button type=\"button\" id=\"reset\">Show all</button>\n"
                      "<span id=\"shown\" role=\"status\" class=\"dim\"></span>\n</div>\n");
}

void html_add_cases(const struct run_result *result, const struct html_limits *limits,
                    struct buf *out)
{
    size_t count = 0;
    struct suite_tally *tallies = tally_suites(result, &count);
    buf_add_text(out, "<h2 id=\"cases\">Cases</h2>\n");
    add_tools(result, tallies, count, out);
    for (size_t i = 0; i < count; i++) {
        buf_add_text(out, "<section class=\"suite\">\n");
        html_element("h3", tallies[i].suite, out);
        buf_add_char(out, '\n');
        add_suite(result, tallies[i].suite, limits, out);
        buf_add_text(out, "</section>\n");
    }
    free(tallies);
}
