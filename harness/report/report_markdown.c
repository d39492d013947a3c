/* Markdown: short enough for a step summary or a comment on a pull request. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/headline.h"
#include "report/repeat.h"
#include "report/standing.h"
#include "report/tally.h"
#include "report/text_diagnosis.h"

/* What stands in a table or a list must neither end its line nor be taken for markup. */
static void add_escaped(const char *text, struct buf *out)
{
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text ? text : ""), SIZE_MAX);
    for (size_t i = 0; i < visible.len; i++) {
        char c = visible.data[i];
        if (c == '<' || c == '>' || c == '&') {
            buf_add_text(out, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
            continue;
        }
        if (strchr("\\`*_[]#|~@!", c))
            buf_add_char(out, '\\');
        buf_add_char(out, c);
    }
    buf_clear(&visible);
}

/* In a code span of as many backticks as it takes. */
static void add_code(const char *text, struct buf *out)
{
    struct buf visible = {0};
    size_t longest = 0;
    size_t run = 0;
    text_add_visible(&visible, bytes_of(text), SIZE_MAX);
    for (size_t i = 0; i < visible.len; i++) {
        run = visible.data[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    buf_add_repeated(out, '`', longest + 1);
    buf_add_format(out, "%s%s%s", longest ? " " : "", buf_text(&visible), longest ? " " : "");
    buf_add_repeated(out, '`', longest + 1);
    buf_clear(&visible);
}

static void add_item(const char *label, const char *text, bool is_code, struct buf *out)
{
    if (!text || !*text)
        return;
    buf_add_format(out, "- **%s:** ", label);
    if (is_code)
        add_code(text, out);
    else
        add_escaped(text, out);
    buf_add_char(out, '\n');
}

static void add_cause(const struct run_result *result, const struct diagnosis *diagnosis,
                      struct buf *out)
{
    struct buf cases = {0};
    buf_add_text(out, "### ");
    if (diagnosis->role == DIAGNOSIS_UNEXPLAINED)
        buf_add_text(out, "Unexplained: ");
    add_escaped(diagnosis->sentence, out);
    buf_add_text(out, "\n\n");
    const struct pair_labels labels = pair_labels(&diagnosis->pair);
    add_item(labels.accepted, diagnosis->pair.accepted, true, out);
    add_item(labels.refused, diagnosis->pair.refused, true, out);
    if (!diagnosis_evidence_is_pair(diagnosis))
        add_item("evidence", diagnosis->evidence, false, out);
    add_item("harm", diagnosis->harm, false, out);
    add_item("fix", diagnosis->remedy, false, out);
    tally_add_explained(result, diagnosis, &cases);
    add_item("cases", buf_text(&cases), false, out);
    const struct case_result *one = repeat_case(result, diagnosis);
    buf_reset(&cases);
    if (one)
        repeat_by_run(result, one, &cases);
    add_item("repeat", buf_text(&cases), true, out);
    buf_add_char(out, '\n');
    buf_clear(&cases);
}

static void add_suites(const struct run_result *result, struct buf *out)
{
    size_t count = 0;
    struct suite_tally *tallies = tally_suites(result, &count);
    if (count)
        buf_add_text(out, "| suite | passed | failed | warned | undecided | info | skipped |\n"
                          "|---|--:|--:|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < count; i++) {
        const size_t *n = tallies[i].counts;
        buf_add_text(out, "| ");
        add_escaped(tallies[i].suite, out);
        buf_add_format(out, " | %zu | %zu | %zu | %zu | %zu | %zu |\n", n[VERDICT_PASS],
                       n[VERDICT_FAIL], n[VERDICT_WARN], n[VERDICT_INCONCLUSIVE], n[VERDICT_INFO],
                       n[VERDICT_SKIP]);
    }
    buf_add_text(out, count ? "\n" : "");
    free(tallies);
}

static void add_failures(const struct run_result *result, struct buf *out)
{
    enum { SHOWN_MAX = 20 };
    size_t count = 0;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (case_standing(result, one) != STANDING_FAILED || text_is_explained(result, one) ||
            text_is_further_value(result, i))
            continue;
        if (count++ == 0)
            buf_add_text(out, "### Failed without a known cause\n\n");
        if (count > SHOWN_MAX)
            continue;
        buf_add_text(out, "- ");
        add_code(one->id, out);
        buf_add_text(out, ": ");
        add_escaped(one->actual, out);
        buf_add_text(out, "; expected ");
        add_escaped(one->expected, out);
        buf_add_char(out, '\n');
    }
    if (count > SHOWN_MAX)
        buf_add_format(out, "- and %zu more\n", count - SHOWN_MAX);
    buf_add_text(out, count ? "\n" : "");
}

static void render(const struct run_result *result, struct buf *out)
{
    struct buf line = {0};
    static const char *const marks[SUMMARY_COUNT] = {"✅", "❔", "❌"};
    headline_add(result, &line);
    buf_add_format(out, "## %s ", marks[run_result_summary(result)]);
    add_escaped(buf_text(&line), out);
    buf_add_text(out, "\n\n");
    add_code(result->target, out);
    buf_add_text(out, " · ");
    buf_reset(&line);
    headline_add_counts(result, &line);
    add_escaped(buf_text(&line), out);
    buf_add_text(out, "\n\n");
    if (result->stopped && *result->stopped) {
        buf_add_text(out, "Stopped early: ");
        add_escaped(result->stopped, out);
        buf_add_text(out, "\n\n");
    }
    for (size_t i = 0; i < result->num_notes; i++) {
        buf_add_text(out, "> Note: ");
        add_escaped(result->notes[i], out);
        buf_add_text(out, "\n\n");
    }
    for (size_t i = 0; i < result->num_diagnoses; i++)
        add_cause(result, &result->diagnoses[i], out);
    add_failures(result, out);
    add_suites(result, out);
    buf_add_format(out, "<sub>hookcheck %s, seed %llu</sub>\n", result->version,
                   (unsigned long long)result->seed);
    buf_clear(&line);
}

const struct report_format report_format_markdown = {
    "markdown", "headline, causes and counts, for a step summary or a comment", ".md .markdown",
    render};
