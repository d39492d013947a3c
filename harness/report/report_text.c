#include "report/report.h"

#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "report/formats.h"
#include "report/headline.h"
#include "report/standing.h"
#include "report/text_blocks.h"
#include "report/text_page.h"
#include "report/text_tree.h"
#include "result/exit.h"

static bool has_tree(const struct text_options *options)
{
    return options->detail == TEXT_TREE || options->detail == TEXT_EXCHANGES;
}

void report_text_begin(const struct run_result *result, const struct text_options *options,
                       struct buf *out)
{
    if (options->detail == TEXT_QUIET)
        return;
    struct page page = page_for(options, out);
    struct buf title = {0};
    buf_add_format(&title, "hookcheck %s", result->version);
    page_add(&page, TONE_BOLD, buf_text(&title));
    page_blanks(&page, 2);
    page_fit(&page, title.len + 2, 2, TONE_PLAIN, result->target, 2);
    buf_reset(&title);
    if (result->num_cases)
        buf_add_format(&title, "%zu case%s, ", result->num_cases,
                       result->num_cases == 1 ? "" : "s");
    buf_add_format(&title, "seed %" PRIu64 ", suites %.12s%s%s", result->seed,
                   result->suites_hash ? result->suites_hash : "",
                   result->started[0] ? ", started " : "", result->started);
    if (has_tree(options)) {
        page_fit(&page, 0, 2, TONE_DIM, buf_text(&title), 0);
    }
    buf_clear(&title);
}

void report_text_case(const struct run_result *result, const struct case_result *one,
                      const struct text_options *options, struct text_progress *progress,
                      struct buf *out)
{
    struct page page = page_for(options, out);
    if (has_tree(options))
        text_tree_case(&page, result, one, options->detail == TEXT_EXCHANGES, progress);
}

/* --- the end --- */

static enum tone tone_of(const struct run_result *result)
{
    static const enum tone tones[SUMMARY_COUNT] = {TONE_GREEN, TONE_MAGENTA, TONE_RED};
    return tones[run_result_summary(result)];
}

static void add_headline(const struct page *page, const struct run_result *result)
{
    struct buf line = {0};
    headline_add(result, &line);
    page_end_line(page);
    page_fit(page, 0, 0, tone_of(result), buf_text(&line), 6);
    buf_clear(&line);
}

static void add_notice(const struct page *page, const char *label, const char *text,
                       size_t max_lines)
{
    if (!text || !*text)
        return;
    struct buf line = {0};
    buf_add_format(&line, "%s%s", label, text);
    page_fit(page, 0, 2, TONE_DIM, buf_text(&line), max_lines);
    buf_clear(&line);
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

/* Cases overlap, so these do not add up to the whole. */
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
    add_notice(page, "Slowest cases (they overlap): ", buf_text(&line), 0);
    buf_clear(&line);
}

/* The value of a header is a secret, so a line to repeat names a variable in its place. */
static void add_variables(const struct page *page, const struct run_result *result)
{
    const char *const start = "$" HEADER_VARIABLE;
    struct buf names = {0};
    for (const char *at = result->rerun ? result->rerun : ""; (at = strstr(at, start)) != NULL;) {
        size_t len = strlen(start) + strspn(at + strlen(start), "0123456789");
        buf_add_text(&names, names.len ? ", " : "");
        buf_add(&names, at + 1, len - 1);
        at += len;
    }
    if (names.len)
        buf_add_text(&names, " with what --header had");
    add_notice(page, "To repeat, first export ", buf_text(&names), 3);
    buf_clear(&names);
}

static void add_last_line(const struct page *page, const struct run_result *result)
{
    struct buf line = {0};
    buf_add_text(&line, "hookcheck: ");
    headline_add_counts(result, &line);
    page_line(page, tone_of(result), buf_text(&line));
    buf_clear(&line);
}

static void add_end(const struct page *page, const struct run_result *result,
                    const struct text_options *options, const struct text_limits *limits)
{
    bool quiet = options->detail == TEXT_QUIET;
    if (result->exit_code == EXIT_UNREACHED) {
        text_add_unreached(page, result);
    } else {
        add_headline(page, result);
        if (run_result_summary(result) != SUMMARY_UNDECIDED) /* else the headline says it */
            add_notice(page, "Stopped early: ", result->stopped, 2);
        for (size_t i = 0; i < result->num_notes && (limits->whole || i < 4); i++)
            add_notice(page, "Note: ", result->notes[result->num_notes - 1 - i], 2);
        text_add_causes(page, result, limits);
        text_add_unexplained(page, result, limits);
        if (!quiet) {
            text_add_warnings(page, result, limits);
            text_add_open(page, result, limits);
            text_add_suites(page, result, limits);
            page_end_line(page);
            if (limits->whole)
                add_time(page, result);
            if (result->num_diagnoses || result->counts[VERDICT_FAIL])
                add_variables(page, result);
            add_notice(page, "Left behind: ", result->left_behind, 2);
        }
    }
    add_last_line(page, result);
}

/* From all that there is down to what fits under every circumstance: what a reader needs least goes
 * first. */
static const struct text_limits screens[] = {
    {9, 9, 9, 9, 9, 20, false}, {9, 9, 6, 4, 5, 14, false}, {4, 4, 5, 3, 4, 14, false},
    {3, 4, 4, 2, 3, 14, false}, {3, 3, 3, 1, 3, 12, false}, {2, 4, 3, 1, 2, 12, false},
    {2, 3, 2, 1, 2, 10, false}, {2, 2, 1, 1, 1, 8, false},  {1, 3, 1, 1, 1, 8, false},
    {0, 4, 1, 2, 1, 8, false},  {1, 2, 1, 0, 1, 4, false},
};

/* Whoever is ready has little to read. */
#define READY_LINES 25

static void add_screen(const struct run_result *result, const struct text_options *options,
                       struct buf *out)
{
    size_t most = result->exit_code == EXIT_OK ? READY_LINES : TEXT_SCREEN_LINES;
    for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
        struct buf text = {0};
        struct page page = page_for(options, &text);
        add_end(&page, result, options, &screens[i]);
        bool fits = text_count_lines(buf_bytes(&text)) + 2 <= most;
        if (fits || i + 1 == ARRAY_LEN(screens))
            buf_add_bytes(out, buf_bytes(&text));
        buf_clear(&text);
        if (fits)
            break;
    }
}

void report_text_end(const struct run_result *result, const struct text_options *options,
                     struct buf *out)
{
    static const struct text_limits whole = {.whole = true};
    struct page page = page_for(options, out);
    if (has_tree(options))
        add_end(&page, result, options, &whole);
    else
        add_screen(result, options, out);
}

void report_text_whole(const struct run_result *result, const struct text_options *options,
                       struct buf *out)
{
    struct text_progress progress = {0};
    report_text_begin(result, options, out);
    for (size_t i = 0; has_tree(options) && i < result->num_cases; i++) {
        if (suite_came_before(result, i))
            continue;
        for (size_t k = i; k < result->num_cases; k++)
            if (strcmp(result->cases[k].suite, result->cases[i].suite) == 0)
                report_text_case(result, &result->cases[k], options, &progress, out);
    }
    report_text_end(result, options, out);
}

static void render(const struct run_result *result, struct buf *out)
{
    static const struct text_options options = {.detail = TEXT_SCREEN};
    report_text_whole(result, &options, out);
}

const struct report_format report_format_text = {
    "text", "one screen: causes, undecided cases, counts", ".txt", render};
