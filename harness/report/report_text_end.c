/* The end of the text report: diagnoses, failures, warnings, what stayed open, and the line of
 * counts. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/details.h"
#include "report/repeat.h"
#include "report/report.h"
#include "report/standing.h"
#include "report/text_diagnosis.h"
#include "report/text_page.h"

#define ENTRY_INDENT 2
#define FACT_INDENT  10

/* A longer curl line is left to the JSON report. */
#define SHOWN_LINE_MAX 4096

static void add_heading(const struct page *page, const char *heading)
{
    page_end_line(page);
    page_add(page, TONE_BOLD, heading);
    page_end_line(page);
}

static void add_notice(const struct page *page, enum tone tone, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    struct buf line = {0};
    buf_add_format(&line, "%s%s", label, text);
    page_end_line(page);
    (void)page_wrap(page, 0, 0, tone, buf_text(&line));
    page_end_line(page);
    buf_clear(&line);
}

static void add_command(const struct page *page, const char *command)
{
    page_blanks(page, FACT_INDENT + 2);
    page_add(page, TONE_PLAIN, command);
    page_end_line(page);
}

static void add_repeat(const struct page *page, const struct run_result *result,
                       const struct case_result *one)
{
    struct buf line = {0};
    page_blanks(page, FACT_INDENT);
    page_add(page, TONE_DIM, "repeat with:");
    page_end_line(page);
    if (repeat_by_curl(result, one, &line) && line.len > SHOWN_LINE_MAX) {
        size_t len = line.len;
        buf_reset(&line);
        buf_add_format(&line, "(a curl line of %zu bytes, which the json report holds)", len);
    }
    if (line.len)
        add_command(page, buf_text(&line));
    buf_reset(&line);
    repeat_by_run(result, one, &line);
    add_command(page, buf_text(&line));
    buf_clear(&line);
}

/* The first case that a diagnosis explains, to be repeated. */
static const struct case_result *first_case(const struct run_result *result,
                                            const struct diagnosis *diagnosis)
{
    for (size_t i = 0; diagnosis->num_cases && i < result->num_cases; i++)
        if (strcmp(result->cases[i].id, diagnosis->cases[0]) == 0)
            return &result->cases[i];
    return NULL;
}

/* One snippet is enough: it is the same for all. */
static void add_diagnoses(const struct page *page, const struct run_result *result)
{
    bool with_snippet = true;
    if (result->num_diagnoses)
        add_heading(page, "Diagnoses");
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        const struct diagnosis *diagnosis = &result->diagnoses[i];
        const struct case_result *one = first_case(result, diagnosis);
        if (i)
            page_end_line(page);
        text_diagnosis(page, diagnosis, with_snippet);
        with_snippet = with_snippet && !(diagnosis->snippet && *diagnosis->snippet);
        if (one)
            add_repeat(page, result, one);
    }
}

static void add_aftermath(const struct page *page, const struct case_result *one)
{
    if (!one->canary_failed && one->recovery_ns < 0)
        return;
    struct buf line = {0};
    buf_add_text(&line, "the endpoint did not accept a genuine event");
    if (one->recovery_ns >= 0) {
        buf_add_text(&line, "; it was back after ");
        text_add_duration(&line, one->recovery_ns);
    }
    page_field(page, FACT_INDENT, "afterwards", buf_text(&line));
    buf_clear(&line);
}

static void add_classes(const struct page *page, const struct case_result *one)
{
    struct buf see = {0};
    for (size_t i = 0; i < one->num_see; i++)
        buf_add_format(&see, "%s%s", i ? ", " : "", one->see[i]);
    page_field(page, FACT_INDENT, "see", buf_text(&see));
    buf_clear(&see);
}

static void add_failure(const struct page *page, const struct run_result *result, size_t index)
{
    const struct case_result *one = &result->cases[index];
    struct buf further = {0};
    struct detail details[CASE_DETAILS_MAX];
    size_t count = case_details(one, details);
    page_end_line(page);
    page_blanks(page, ENTRY_INDENT);
    (void)page_mark(page, one->verdict);
    page_add(page, TONE_BOLD, one->id);
    page_end_line(page);
    for (size_t i = 0; i < count; i++)
        page_field(page, FACT_INDENT, details[i].label, details[i].text);
    text_further_values(result, index, &further);
    page_field(page, FACT_INDENT, "likewise", buf_text(&further));
    buf_clear(&further);
    add_classes(page, one);
    add_aftermath(page, one);
    add_repeat(page, result, one);
}

static bool counts(const struct run_result *result, const struct case_result *one)
{
    return verdict_counts(one->verdict, result->strict);
}

static void add_failures(const struct page *page, const struct run_result *result)
{
    bool has_heading = false;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (!counts(result, one) || text_is_explained(result, one) ||
            text_is_further_value(result, i))
            continue;
        if (!has_heading)
            add_heading(page, result->num_diagnoses ? "Other failures" : "Failures");
        has_heading = true;
        add_failure(page, result, i);
    }
}

static void add_warnings(const struct page *page, const struct run_result *result)
{
    bool has_heading = false;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->verdict != VERDICT_WARN || counts(result, one) || text_is_explained(result, one))
            continue;
        if (!has_heading)
            add_heading(page, "Warnings");
        has_heading = true;
        struct buf line = {0};
        buf_add_format(&line, "%s: %s", one->id, one->actual ? one->actual : "");
        page_blanks(page, ENTRY_INDENT);
        (void)page_wrap(page, ENTRY_INDENT + page_mark(page, VERDICT_WARN), FACT_INDENT, TONE_PLAIN,
                        buf_text(&line));
        page_end_line(page);
        buf_clear(&line);
    }
}

static bool is_open_for(const struct case_result *one, const char *reason)
{
    return one->verdict == VERDICT_INCONCLUSIVE && strcmp(case_reason(one), reason) == 0;
}

static bool reason_came_before(const struct run_result *result, size_t index, const char *reason)
{
    for (size_t i = 0; i < index; i++)
        if (is_open_for(&result->cases[i], reason))
            return true;
    return false;
}

/* One reason, and the cases that it kept open. */
static void add_open_reason(const struct page *page, const struct run_result *result, size_t first,
                            const char *reason)
{
    struct buf ids = {0};
    size_t count = 0;
    for (size_t i = first; i < result->num_cases; i++)
        if (is_open_for(&result->cases[i], reason))
            buf_add_format(&ids, "%s%s", count++ ? ", " : "", result->cases[i].id);
    page_blanks(page, ENTRY_INDENT);
    page_add(page, verdict_look(VERDICT_INCONCLUSIVE)->tone, "? ");
    (void)page_wrap(page, ENTRY_INDENT + 2, ENTRY_INDENT + 2, TONE_PLAIN, reason);
    page_end_line(page);
    page_blanks(page, FACT_INDENT);
    (void)page_wrap(page, FACT_INDENT, FACT_INDENT, TONE_PLAIN, buf_text(&ids));
    page_end_line(page);
    buf_clear(&ids);
}

static void add_open(const struct page *page, const struct run_result *result)
{
    if (result->counts[VERDICT_INCONCLUSIVE])
        add_heading(page, "Undecided");
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->verdict == VERDICT_INCONCLUSIVE &&
            !reason_came_before(result, i, case_reason(one)))
            add_open_reason(page, result, i, case_reason(one));
    }
}

/* The next longest case after `before` (NULL = none yet), or NULL when all were named. */
static const struct case_result *longest_after(const struct run_result *result,
                                               const struct case_result *before)
{
    const struct case_result *longest = NULL;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        bool is_named = before && (one->duration_ns > before->duration_ns ||
                                   (one->duration_ns == before->duration_ns && one <= before));
        if (!is_named && (!longest || one->duration_ns > longest->duration_ns))
            longest = one;
    }
    return longest;
}

/* Cases overlap, so that these do not add up to the whole. */
static void add_time(const struct page *page, const struct run_result *result)
{
    enum { NAMED_MAX = 5 };
    struct buf line = {0};
    const struct case_result *one = longest_after(result, NULL);
    for (int i = 0; one && one->duration_ns > 0 && i < NAMED_MAX; i++) {
        buf_add_format(&line, "%s%s ", i ? ", " : "", one->id);
        text_add_duration(&line, one->duration_ns);
        one = longest_after(result, one);
    }
    add_notice(page, TONE_DIM, "Where the time went (cases overlap): ", buf_text(&line));
    buf_clear(&line);
}

static void add_counts(const struct page *page, const struct run_result *result)
{
    const char *summary = run_result_summary(result);
    bool ready = strcmp(summary, "ready") == 0;
    bool open = strcmp(summary, "undecided") == 0;
    const size_t *n = result->counts;
    struct buf line = {0};
    buf_add_format(&line,
                   "hookcheck: %s: %zu passed, %zu failed, %zu warned, %zu undecided, "
                   "%zu info, %zu skipped; %zu requests in ",
                   ready || open ? summary : "not ready", n[VERDICT_PASS], n[VERDICT_FAIL],
                   n[VERDICT_WARN], n[VERDICT_INCONCLUSIVE], n[VERDICT_INFO], n[VERDICT_SKIP],
                   result->num_requests);
    text_add_duration(&line, result->duration_ns);
    buf_add_format(&line, "; exit %d", result->exit_code);
    page_add(page, ready ? TONE_GREEN : open ? TONE_MAGENTA : TONE_RED, buf_text(&line));
    page_end_line(page);
    buf_clear(&line);
}

void report_text_end(const struct run_result *result, const struct text_options *options,
                     struct buf *out)
{
    struct page page = {.out = out, .color = options->color, .columns = options->columns};
    add_notice(&page, TONE_RED, "", result->loudest);
    add_notice(&page, TONE_YELLOW, "Stopped early: ", result->stopped);
    add_diagnoses(&page, result);
    add_failures(&page, result);
    if (!options->quiet) {
        add_warnings(&page, result);
        add_open(&page, result);
        add_time(&page, result);
        add_notice(&page, TONE_DIM, "Left behind: ", result->left_behind);
        page_end_line(&page);
    }
    add_counts(&page, result);
}
