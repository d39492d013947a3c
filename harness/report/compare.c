#include "report/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/answer_times.h"
#include "report/standing.h"
#include "report/tally.h"
#include "report/text_page.h"

#define SHOWN_MAX 15

/* A difference that is certain and that somebody would notice. */
#define P_MAX         0.001
#define FACTOR_MIN    1.25
#define DIFFERENCE_NS (2 * NS_PER_MS)

/* A busy machine delays most responses of the same endpoint by several times, but not the quickest
 * ones; who became slower takes longer for these as well. */
#define QUICKEST_PERCENT 5
#define COUNT_MIN        (100 / QUICKEST_PERCENT) /* fewer have no such part */
#define USUAL_PERCENT    50

/* ... or by so much as a busy machine alone hardly does: some forgeries may be refused at once, and
 * hide that all others take longer. */
#define FAR_NS (50 * NS_PER_MS)

static bool has_failed(const struct run_result *result, const struct case_result *one)
{
    return case_standing(result, one) == STANDING_FAILED;
}

/* How a case changed. */
enum change { CHANGE_NONE, CHANGE_BROKE, CHANGE_MENDED, CHANGE_OTHER };

static enum change case_change(const struct run_result *before, const struct run_result *after,
                               const char *id)
{
    const struct case_result *a = result_case(before, id);
    const struct case_result *b = result_case(after, id);
    if (!a || !b)
        return a == b ? CHANGE_NONE : CHANGE_OTHER;
    if (has_failed(before, a) != has_failed(after, b))
        return has_failed(after, b) ? CHANGE_BROKE : CHANGE_MENDED;
    return a->verdict == b->verdict ? CHANGE_NONE : CHANGE_OTHER;
}

/* Cases that changed in this way; returns how many. */
static size_t add_changed(const struct page *page, const struct run_result *before,
                          const struct run_result *after, enum change change, const char *heading,
                          bool all)
{
    size_t count = 0;
    for (size_t i = 0; i < after->num_cases; i++) {
        const struct case_result *one = &after->cases[i];
        const struct case_result *was = result_case(before, one->id);
        if (!was || case_change(before, after, one->id) != change)
            continue;
        if (count++ == 0)
            page_heading(page, heading);
        if (count > SHOWN_MAX && !all)
            continue;
        struct buf line = {0};
        buf_add_format(&line, "%s: %s, was %s: %s", one->id, verdict_look(one->verdict)->word,
                       verdict_look(was->verdict)->word, one->actual);
        page_blanks(page, 2);
        size_t column = 2 + page_mark(page, one->verdict);
        page_fit(page, column, 5, TONE_PLAIN, buf_text(&line), all ? 0 : 2);
        buf_clear(&line);
    }
    if (count > SHOWN_MAX && !all) {
        char *rest = mem_format("  ... and %zu more; -v shows all", count - SHOWN_MAX);
        page_line(page, TONE_DIM, rest);
        free(rest);
    }
    return count;
}

static bool has_diagnosis(const struct run_result *result, const char *id)
{
    for (size_t i = 0; i < result->num_diagnoses; i++)
        if (strcmp(result->diagnoses[i].id, id) == 0)
            return true;
    return false;
}

/* Causes of the one that the other has not. */
static void add_causes(const struct page *page, const struct run_result *has,
                       const struct run_result *lacks, const char *heading)
{
    bool is_first = true;
    for (size_t i = 0; i < has->num_diagnoses; i++) {
        if (has_diagnosis(lacks, has->diagnoses[i].id))
            continue;
        if (is_first)
            page_heading(page, heading);
        is_first = false;
        page_blanks(page, 2);
        page_fit(page, 2, 5, TONE_PLAIN, has->diagnoses[i].sentence, 2);
    }
}

static void add_percentile(const struct answer_times *before, const struct answer_times *after,
                           size_t percent, struct buf *out)
{
    buf_add_format(out, ", p%zu ", percent);
    text_add_duration(out, answer_times_percentile(before, percent));
    buf_add_text(out, " -> ");
    text_add_duration(out, answer_times_percentile(after, percent));
}

/* -1: quicker at that percentile, by `least_ns` or more and so much that somebody would notice; 1:
 * slower; 0: neither. */
static int difference_at(const struct answer_times *before, const struct answer_times *after,
                         size_t percent, int64_t least_ns)
{
    int64_t was_ns = answer_times_percentile(before, percent);
    int64_t is_ns = answer_times_percentile(after, percent);
    double factor = (double)is_ns / (double)was_ns;
    if (llabs(is_ns - was_ns) < least_ns || (factor < FACTOR_MIN && factor > 1 / FACTOR_MIN))
        return 0;
    return factor > 1 ? 1 : -1;
}

/* Returns whether answers of that kind got slower beyond noise. */
static bool add_kind(const struct page *page, const struct answer_times *before,
                     const struct answer_times *after, size_t kind)
{
    struct buf line = {0};
    double p = answer_times_p_value(before, after);
    int usual = difference_at(before, after, USUAL_PERCENT, DIFFERENCE_NS);
    bool is_plain = difference_at(before, after, QUICKEST_PERCENT, DIFFERENCE_NS) == usual ||
                    difference_at(before, after, USUAL_PERCENT, FAR_NS) == usual;
    bool is_enough = before->count >= COUNT_MIN && after->count >= COUNT_MIN;
    bool differs = is_enough && p < P_MAX && usual && is_plain;
    buf_add_format(&line, "%s: %s", answer_kind_name(kind),
                   !differs    ? "no change beyond noise"
                   : usual > 0 ? "slower"
                               : "faster");
    add_percentile(before, after, QUICKEST_PERCENT, &line);
    add_percentile(before, after, USUAL_PERCENT, &line);
    add_percentile(before, after, 95, &line);
    buf_add_format(&line, " (%zu and %zu responses, %s%.3g)", before->count, after->count,
                   p < P_MAX ? "p < " : "p = ", p < P_MAX ? P_MAX : p);
    page_blanks(page, 2);
    page_fit(page, 2, 5, differs && usual > 0 ? TONE_YELLOW : TONE_PLAIN, buf_text(&line), 0);
    buf_clear(&line);
    return differs && usual > 0;
}

static bool add_times(const struct page *page, const struct run_result *before,
                      const struct run_result *after)
{
    bool slower = false;
    bool is_first = true;
    for (size_t kind = 0; kind < NUM_ANSWER_KINDS; kind++) {
        struct answer_times a;
        struct answer_times b;
        answer_times_take(before, kind, &a);
        answer_times_take(after, kind, &b);
        if (a.count && b.count) {
            if (is_first)
                page_heading(page, "Response times (Mann-Whitney U test)");
            is_first = false;
            slower = add_kind(page, &a, &b, kind) || slower;
        }
        answer_times_clear(&a);
        answer_times_clear(&b);
    }
    return slower;
}

static size_t count_missing(const struct run_result *from, const struct run_result *in)
{
    size_t count = 0;
    for (size_t i = 0; i < from->num_cases; i++)
        count += result_case(in, from->cases[i].id) == NULL;
    return count;
}

bool compare_text(const struct run_result *before, const struct run_result *after,
                  const struct text_options *options, struct buf *out)
{
    struct page page = page_for(options, out);
    bool all = options->detail == TEXT_TREE || options->detail == TEXT_EXCHANGES;
    struct buf line = {0};
    bool is_one = strcmp(before->target, after->target) == 0;
    buf_add_format(&line, "%s: %s (%s) -> %s%s%s (%s)", before->target,
                   run_summary_name(run_result_summary(before)), before->started,
                   is_one ? "" : after->target, is_one ? "" : ": ",
                   run_summary_name(run_result_summary(after)), after->started);
    page_fit(&page, 0, 2, TONE_BOLD, buf_text(&line), 0);
    size_t broke = add_changed(&page, before, after, CHANGE_BROKE, "Broke", all);
    size_t mended = add_changed(&page, before, after, CHANGE_MENDED, "Fixed", all);
    size_t others = add_changed(&page, before, after, CHANGE_OTHER, "Other changes", all);
    add_causes(&page, after, before, "New causes");
    add_causes(&page, before, after, "Causes no longer found");
    bool slower = add_times(&page, before, after);
    size_t gone = count_missing(before, after);
    size_t added = count_missing(after, before);
    buf_reset(&line);
    buf_add_format(&line,
                   "hookcheck: %zu broke, %zu fixed, %zu other changes, %zu only in the first, %zu "
                   "only in the second; responses %s",
                   broke, mended, others, gone, added, slower ? "got slower" : "not slower");
    page_end_line(&page);
    page_line(&page, broke || slower ? TONE_RED : TONE_GREEN, buf_text(&line));
    buf_clear(&line);
    return broke > 0;
}

/* --- many endpoints --- */

const char **grid_ids(const struct run_result *results, size_t count, size_t *out_count)
{
    size_t room = 0;
    for (size_t i = 0; i < count; i++)
        room += results[i].num_cases;
    const char **ids = mem_alloc((room + 1) * sizeof *ids);
    *out_count = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < results[i].num_cases; k++) {
            bool is_known = false;
            for (size_t before = 0; before < i && !is_known; before++)
                is_known = result_case(&results[before], results[i].cases[k].id) != NULL;
            if (!is_known)
                ids[(*out_count)++] = results[i].cases[k].id;
        }
    return ids;
}

static bool all_alike(const struct run_result *results, size_t count, const char *id)
{
    const struct case_result *first = result_case(&results[0], id);
    for (size_t i = 1; i < count; i++) {
        const struct case_result *one = result_case(&results[i], id);
        if (!first || !one || one->verdict != first->verdict)
            return false;
    }
    return first != NULL;
}

static void add_cell(const struct page *page, const struct run_result *result, const char *id)
{
    const struct case_result *one = result_case(result, id);
    const struct look *look = one ? verdict_look(one->verdict) : NULL;
    struct buf cell = {0};
    if (look)
        buf_add_format(&cell, "%s %.4s", page->ascii ? look->ascii : look->mark,
                       one->verdict == VERDICT_INCONCLUSIVE ? "open" : look->word);
    page_blanks(page, 2);
    page_add(page, look ? look->tone : TONE_DIM, look ? buf_text(&cell) : "");
    page_blanks(page, 6 - text_columns(buf_text(&cell)));
    buf_clear(&cell);
}

static void add_legend(const struct page *page, const struct run_result *results,
                       const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf line = {0};
        buf_add_format(&line, "%zu  %s  %s: %s, %zu failed", i + 1, names[i], results[i].target,
                       run_summary_name(run_result_summary(&results[i])),
                       results[i].counts[VERDICT_FAIL]);
        page_fit(page, 0, 3, TONE_PLAIN, buf_text(&line), 2);
        buf_clear(&line);
    }
    page_end_line(page);
    for (size_t i = 0; i < count; i++) {
        char *number = mem_format("  %-6zu", i + 1);
        page_add(page, TONE_BOLD, number);
        free(number);
    }
    page_end_line(page);
}

/* Values of one list ("accepts-sizes[1KiB]", "[1MiB]") with the same verdicts everywhere. */
static bool is_one_row(const struct run_result *results, size_t count, const char *a, const char *b)
{
    size_t len = strcspn(a, "[");
    if (a[len] != '[' || strncmp(a, b, len + 1) != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct case_result *of_a = result_case(&results[i], a);
        const struct case_result *of_b = result_case(&results[i], b);
        if (!of_a != !of_b || (of_a && of_a->verdict != of_b->verdict))
            return false;
    }
    return true;
}

/* One row of `num_ids` cases. */
static void add_grid_row(const struct page *page, const struct run_result *results, size_t count,
                         const char *id, size_t num_ids)
{
    struct buf name = {0};
    for (size_t i = 0; i < count; i++)
        add_cell(page, &results[i], id);
    if (num_ids == 1)
        buf_add_text(&name, id);
    else
        buf_add_format(&name, "%.*s (%zu values)", (int)strcspn(id, "["), id, num_ids);
    page_blanks(page, 2);
    page_line(page, TONE_PLAIN, buf_text(&name));
    buf_clear(&name);
}

/* Returns how many of the cases are alike everywhere. */
static size_t add_grid_rows(const struct page *page, const struct run_result *results, size_t count,
                            const char *const *ids, size_t num_ids, bool all)
{
    size_t alike = 0;
    size_t next = 0;
    for (size_t i = 0; i < num_ids; i = next) {
        next = i + 1;
        while (!all && next < num_ids && is_one_row(results, count, ids[i], ids[next]))
            next++;
        bool same = all_alike(results, count, ids[i]);
        alike += same ? next - i : 0;
        if (!same || all)
            add_grid_row(page, results, count, ids[i], next - i);
    }
    return alike;
}

void grid_text(const struct run_result *results, const char *const *names, size_t count,
               const struct text_options *options, struct buf *out)
{
    struct page page = page_for(options, out);
    bool all = options->detail == TEXT_TREE || options->detail == TEXT_EXCHANGES;
    size_t num_ids = 0;
    const char **ids = grid_ids(results, count, &num_ids);
    add_legend(&page, results, names, count);
    size_t alike = add_grid_rows(&page, results, count, ids, num_ids, all);
    char *last =
        mem_format("hookcheck: %zu endpoints, %zu cases: %zu alike%s, %zu not", count, num_ids,
                   alike, all ? "" : " (not shown; -v shows all)", num_ids - alike);
    page_end_line(&page);
    page_line(&page, TONE_BOLD, last);
    free(last);
    free(ids);
}
