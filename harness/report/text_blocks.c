#include "report/text_blocks.h"

#include <stdlib.h>
#include <string.h>

#include "base/layout.h"
#include "base/text.h"
#include "judge/expectation.h"
#include "report/details.h"
#include "report/repeat.h"
#include "report/tally.h"
#include "report/text_diagnosis.h"

#define ENTRY_INDENT 2
#define FACT_INDENT  5

static void add_rest(const struct page *page, size_t count, const char *what)
{
    if (count == 0)
        return;
    struct buf line = {0};
    buf_add_format(&line, "... and %zu more %s%s; -v shows all", count, what, count > 1 ? "s" : "");
    page_blanks(page, ENTRY_INDENT);
    page_line(page, TONE_DIM, buf_text(&line));
    buf_clear(&line);
}

/* --- causes --- */

void text_add_causes(const struct page *page, const struct run_result *result,
                     const struct text_limits *limits)
{
    size_t number = 0;
    size_t left_out = 0;
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        const struct diagnosis *diagnosis = &result->diagnoses[i];
        if (diagnosis->role == DIAGNOSIS_UNEXPLAINED)
            continue;
        number++;
        bool is_short = limits->whole || number <= limits->short_causes;
        if (!is_short && number > limits->short_causes + limits->brief_causes) {
            left_out++;
            continue;
        }
        if (is_short || number == limits->short_causes + 1)
            page_end_line(page);
        text_diagnosis(page, result, diagnosis, number,
                       limits->whole ? CAUSE_WHOLE
                       : is_short    ? CAUSE_SHORT
                                     : CAUSE_BRIEF);
    }
    add_rest(page, left_out, "cause");
}

/* --- what no cause explains --- */

static void add_details(const struct page *page, const struct case_result *one)
{
    struct detail details[CASE_DETAILS_MAX];
    struct buf see = {0};
    size_t count = case_details(one, details);
    for (size_t i = 0; i < count; i++)
        page_field(page, FACT_INDENT, details[i].label, details[i].text);
    for (size_t i = 0; i < one->num_see; i++)
        buf_add_format(&see, "%s%s", i ? ", " : "", one->see[i]);
    page_field(page, FACT_INDENT, "see", buf_text(&see));
    buf_clear(&see);
}

static void add_gist(const struct page *page, const struct run_result *result,
                     const struct case_result *one)
{
    struct buf line = {0};
    struct buf words = {0};
    if (one->decisive < one->num_exchanges)
        answer_add_words(&one->exchanges[one->decisive].seen, &words);
    buf_add_text(&line, one->actual);
    result_redact(result, buf_bytes(&words), &line);
    buf_add_format(&line, "; expected %s", one->expected);
    page_short_field(page, FACT_INDENT, "got", buf_text(&line), 2);
    if (one->canary_failed)
        page_short_field(page, FACT_INDENT, "then", one->reason, 1);
    buf_clear(&words);
    buf_clear(&line);
}

static void add_failure(const struct page *page, const struct run_result *result, size_t index,
                        bool whole)
{
    const struct case_result *one = &result->cases[index];
    struct buf further = {0};
    struct buf title = {0};
    size_t count = text_further_values(result, index, &further);
    buf_add_text(&title, whole ? one->id : one->title);
    if (count && !whole)
        buf_add_format(&title, " (and %zu more value%s)", count, count > 1 ? "s" : "");
    page_blanks(page, ENTRY_INDENT);
    size_t column = ENTRY_INDENT + page_mark(page, one->verdict);
    page_fit(page, column, FACT_INDENT, TONE_BOLD, buf_text(&title), whole ? 0 : 1);
    if (whole)
        add_details(page, one);
    else
        add_gist(page, result, one);
    if (whole)
        page_field(page, FACT_INDENT, "likewise", buf_text(&further));
    buf_clear(&further);
    buf_clear(&title);
}

static void add_case_repeat(const struct page *page, const struct run_result *result,
                            const struct case_result *one, bool by_curl)
{
    struct buf line = {0};
    if (by_curl && repeat_by_curl(result, one, &line))
        page_command_field(page, FACT_INDENT, "curl", buf_text(&line));
    buf_reset(&line);
    repeat_by_run(result, one, &line);
    page_command_field(page, FACT_INDENT, "repeat", buf_text(&line));
    buf_clear(&line);
}

static bool is_shown_failure(const struct run_result *result, size_t index)
{
    const struct case_result *one = &result->cases[index];
    return verdict_counts(one->verdict, result->strict) && !text_is_explained(result, one) &&
           !text_is_further_value(result, index);
}

/* Failures that the diagnosis looked into without finding the reason. */
static size_t add_unexplained_groups(const struct page *page, const struct run_result *result,
                                     const struct text_limits *limits, size_t *left_out)
{
    size_t shown = 0;
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        const struct diagnosis *diagnosis = &result->diagnoses[i];
        if (diagnosis->role != DIAGNOSIS_UNEXPLAINED)
            continue;
        if (!limits->whole && shown >= limits->failures) {
            (*left_out)++;
            continue;
        }
        if (shown++ == 0)
            page_heading(page, "Unexplained");
        text_diagnosis(page, result, diagnosis, 0,
                       limits->whole          ? CAUSE_WHOLE
                       : limits->failures > 1 ? CAUSE_SHORT
                                              : CAUSE_BRIEF);
    }
    return shown;
}

void text_add_unexplained(const struct page *page, const struct run_result *result,
                          const struct text_limits *limits)
{
    size_t left_out = 0;
    size_t shown = add_unexplained_groups(page, result, limits, &left_out);
    bool is_first = true;
    for (size_t i = 0; i < result->num_cases; i++) {
        if (!is_shown_failure(result, i))
            continue;
        if (!limits->whole && shown >= limits->failures) {
            left_out++;
            continue;
        }
        if (shown++ == 0)
            page_heading(page, "Unexplained");
        add_failure(page, result, i, limits->whole);
        if (limits->whole || is_first)
            add_case_repeat(page, result, &result->cases[i], limits->whole);
        is_first = false;
    }
    add_rest(page, left_out, "failure");
}

void text_add_warnings(const struct page *page, const struct run_result *result,
                       const struct text_limits *limits)
{
    size_t shown = 0;
    size_t left_out = 0;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->verdict != VERDICT_WARN || result->strict || text_is_explained(result, one) ||
            text_is_further_value(result, i))
            continue;
        if (!limits->whole && shown >= limits->warnings) {
            left_out++;
            continue;
        }
        if (shown++ == 0)
            page_heading(page, "Warnings");
        struct buf line = {0};
        buf_add_format(&line, "%s: %s", limits->whole ? one->id : one->title, one->actual);
        page_blanks(page, ENTRY_INDENT);
        size_t column = ENTRY_INDENT + page_mark(page, VERDICT_WARN);
        page_fit(page, column, FACT_INDENT, TONE_PLAIN, buf_text(&line), limits->whole ? 0 : 2);
        buf_clear(&line);
    }
    add_rest(page, left_out, "warning");
}

/* --- counts per suite --- */

static const enum verdict columns[] = {VERDICT_PASS,         VERDICT_FAIL, VERDICT_WARN,
                                       VERDICT_INCONCLUSIVE, VERDICT_INFO, VERDICT_SKIP};
static const char *const long_names[] = {"passed",    "failed", "warned",
                                         "undecided", "info",   "skipped"};
static const char *const short_names[] = {"pass", "fail", "warn", "open", "info", "skip"};
enum { NUM_COLUMNS = sizeof columns / sizeof columns[0] };

static const char *const *column_names(const struct page *page, size_t name_columns)
{
    size_t width = ENTRY_INDENT + name_columns;
    for (size_t i = 0; i < NUM_COLUMNS; i++)
        width += 2 + strlen(long_names[i]);
    return width <= page_columns(page) ? long_names : short_names;
}

static void add_counts_row(const struct page *page, const struct run_result *result,
                           const char *name, size_t name_columns, const size_t *counts)
{
    const char *const *names = column_names(page, name_columns);
    page_blanks(page, ENTRY_INDENT);
    page_add(page, TONE_PLAIN, name);
    page_blanks(page, name_columns - text_columns(name));
    for (size_t i = 0; i < NUM_COLUMNS; i++) {
        size_t count = counts[columns[i]];
        if (result->counts[columns[i]] == 0)
            continue;
        struct buf cell = {0};
        if (count)
            buf_add_format(&cell, "%zu", count);
        else
            buf_add_char(&cell, '-');
        page_blanks(page, 2 + strlen(names[i]) - cell.len);
        page_add(page, count ? verdict_look(columns[i])->tone : TONE_DIM, buf_text(&cell));
        buf_clear(&cell);
    }
    page_end_line(page);
}

static void add_counts_heading(const struct page *page, const struct run_result *result,
                               size_t name_columns)
{
    const char *const *names = column_names(page, name_columns);
    page_end_line(page);
    page_blanks(page, ENTRY_INDENT + name_columns);
    for (size_t i = 0; i < NUM_COLUMNS; i++)
        if (result->counts[columns[i]]) {
            page_blanks(page, 2);
            page_add(page, TONE_BOLD, names[i]);
        }
    page_end_line(page);
}

static int by_trouble(const void *a, const void *b)
{
    const struct suite_tally *left = a;
    const struct suite_tally *right = b;
    bool left_is_fine = left->counts[VERDICT_PASS] == left->total;
    bool right_is_fine = right->counts[VERDICT_PASS] == right->total;
    if (left_is_fine != right_is_fine)
        return left_is_fine ? 1 : -1;
    return strcmp(left->suite, right->suite);
}

void text_add_suites(const struct page *page, const struct run_result *result,
                     const struct text_limits *limits)
{
    size_t count = 0;
    struct suite_tally *tallies = tally_suites(result, &count);
    size_t name_columns = 0;
    if (count > limits->suites && !limits->whole)
        qsort(tallies, count, sizeof *tallies, by_trouble);
    size_t shown = limits->whole || count <= limits->suites ? count : limits->suites;
    struct suite_tally rest = {0};
    for (size_t i = 0; i < count; i++) {
        size_t width = text_columns(tallies[i].suite);
        name_columns = i < shown && width > name_columns ? width : name_columns;
        for (size_t k = 0; i >= shown && k < VERDICT_COUNT; k++)
            rest.counts[k] += tallies[i].counts[k];
    }
    struct buf name = {0};
    if (count > shown)
        buf_add_format(&name, "%zu more suite%s", count - shown, count - shown == 1 ? "" : "s");
    name_columns = name.len > name_columns ? name.len : name_columns;
    if (count)
        add_counts_heading(page, result, name_columns);
    for (size_t i = 0; i < shown; i++)
        add_counts_row(page, result, tallies[i].suite, name_columns, tallies[i].counts);
    if (count > shown)
        add_counts_row(page, result, buf_text(&name), name_columns, rest.counts);
    buf_clear(&name);
    free(tallies);
}

/* --- what was not decided, what was not asked --- */

static void add_ids(const struct page *page, const struct run_result *result, enum verdict verdict,
                    const char *reason)
{
    struct buf ids = {0};
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->verdict == verdict && strcmp(case_reason(one), reason) == 0)
            buf_add_format(&ids, "%s%s", ids.len ? ", " : "", one->id);
    }
    page_blanks(page, FACT_INDENT);
    page_fit(page, FACT_INDENT, FACT_INDENT, TONE_DIM, buf_text(&ids), 0);
    buf_clear(&ids);
}

static void add_reasons(const struct page *page, const struct run_result *result,
                        enum verdict verdict, const char *heading, const struct text_limits *limits)
{
    size_t count = 0;
    size_t cases_left = 0;
    struct reason_tally *reasons = tally_reasons(result, verdict, &count);
    if (count)
        page_heading(page, heading);
    for (size_t i = 0; i < count; i++) {
        if (!limits->whole && i >= limits->reasons) {
            cases_left += reasons[i].count;
            continue;
        }
        struct buf line = {0};
        buf_add_format(&line, "%zu: %s", reasons[i].count, reasons[i].reason);
        page_blanks(page, ENTRY_INDENT);
        page_fit(page, ENTRY_INDENT, FACT_INDENT, TONE_PLAIN, buf_text(&line),
                 limits->whole ? 0 : 1);
        if (limits->whole)
            add_ids(page, result, verdict, reasons[i].reason);
        buf_clear(&line);
    }
    add_rest(page, cases_left, "case");
    free(reasons);
}

void text_add_open(const struct page *page, const struct run_result *result,
                   const struct text_limits *limits)
{
    add_reasons(page, result, VERDICT_INCONCLUSIVE, "Undecided", limits);
    add_reasons(page, result, VERDICT_SKIP, "Not run", limits);
}
