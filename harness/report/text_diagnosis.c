#include "report/text_diagnosis.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/framework.h"
#include "report/details.h"
#include "report/repeat.h"
#include "report/tally.h"

#define ENTRY_INDENT 2
#define FACT_INDENT  5

static size_t base_len(const char *id)
{
    return strcspn(id, "[");
}

static bool same_base(const char *a, const char *b)
{
    size_t len = base_len(a);
    return base_len(b) == len && strncmp(a, b, len) == 0;
}

/* Ids, the values of one list together: "panora/signature/refuses-truncated[1] [32] [63]". */
static void add_cases(const struct diagnosis *diagnosis, struct buf *out)
{
    for (size_t i = 0; i < diagnosis->num_cases; i++) {
        const char *id = diagnosis->cases[i];
        bool came_before = false;
        for (size_t k = 0; k < i; k++)
            came_before = came_before || same_base(diagnosis->cases[k], id);
        if (came_before)
            continue;
        buf_add_format(out, "%s%s", out->len ? ", " : "", id);
        for (size_t k = i + 1; k < diagnosis->num_cases; k++)
            if (same_base(diagnosis->cases[k], id))
                buf_add_format(out, " %s", diagnosis->cases[k] + base_len(id));
    }
}

/* Without the alternatives that come to the same, unless all of it is wanted; but it says that
 * there are some. */
static void add_gist(const char *sentence, bool whole, struct buf *out)
{
    const char *end = whole ? NULL : strstr(sentence, "; or it ");
    buf_add(out, sentence, end ? (size_t)(end - sentence) : strlen(sentence));
    buf_add_text(out, end ? "; other mistakes look the same here (-v)." : "");
}

/* The sentence, and how sure it is. */
static void add_sentence(const struct page *page, const struct diagnosis *diagnosis, size_t number,
                         size_t max_lines)
{
    struct buf line = {0};
    if (number)
        buf_add_format(&line, "%zu. ", number);
    else
        buf_add_text(&line, "? ");
    size_t indent = ENTRY_INDENT + line.len;
    if (diagnosis->role == DIAGNOSIS_CAUSE && diagnosis->confidence == CONFIDENCE_LIKELY)
        buf_add_text(&line, "(likely) ");
    if (diagnosis->behind_first)
        buf_add_text(&line, "(behind another mistake) ");
    add_gist(diagnosis->sentence, max_lines == 0, &line);
    page_blanks(page, ENTRY_INDENT);
    page_fit(page, ENTRY_INDENT, indent, TONE_BOLD, buf_text(&line), max_lines);
    buf_clear(&line);
}

#define PAIR_COLUMNS 64 /* what fits into its line */

/* How much of both texts is the same at their start, up to a comma: where they do not fit into a
 * line, it is left out, so that what differs is seen. */
static size_t shared_start(const struct minimal_pair *pair)
{
    size_t shared = 0;
    if (strlen(pair->accepted) <= PAIR_COLUMNS && strlen(pair->refused) <= PAIR_COLUMNS)
        return 0;
    for (size_t i = 0; pair->accepted[i] && pair->accepted[i] == pair->refused[i]; i++)
        if (pair->accepted[i] == ' ' && i > 0 && pair->accepted[i - 1] == ',')
            shared = i + 1;
    return shared;
}

static void add_half(const struct page *page, const char *label, const char *text, size_t shared,
                     bool whole)
{
    char *shown = mem_format("%s%s", shared ? "... " : "", text + shared);
    page_short_field(page, FACT_INDENT, label, shown, whole ? 0 : 1);
    free(shown);
}

/* The pair is the evidence; without one it is told. */
static void add_evidence(const struct page *page, const struct diagnosis *diagnosis, bool whole)
{
    const struct minimal_pair *pair = &diagnosis->pair;
    bool has_pair = pair->accepted && *pair->accepted && pair->refused && *pair->refused;
    if (has_pair) {
        const struct pair_labels labels = pair_labels(pair);
        size_t shared = whole ? 0 : shared_start(pair);
        add_half(page, labels.accepted, pair->accepted, shared, whole);
        add_half(page, labels.refused, pair->refused, shared, whole);
    }
    if (!has_pair || (whole && !diagnosis_evidence_is_pair(diagnosis)))
        page_short_field(page, FACT_INDENT, "evidence", diagnosis->evidence, whole ? 0 : 2);
}

/* What prints a handler that does it right, when the endpoint shows what it is made of. */
static char *handler_command(const struct diagnosis *diagnosis)
{
    if (!diagnosis->snippet || !*diagnosis->snippet)
        return NULL;
    for (size_t i = 0; i < num_frameworks; i++)
        if (strcmp(frameworks[i].name, diagnosis->framework) == 0)
            return mem_format("`hookcheck explain %s` prints a handler for %s",
                              framework_file_name(frameworks[i].file), diagnosis->framework);
    return NULL;
}

static void add_cases_line(const struct page *page, const struct run_result *result,
                           const struct diagnosis *diagnosis)
{
    struct buf line = {0};
    if (diagnosis->num_cases)
        tally_add_explained(result, diagnosis, &line);
    page_short_field(page, FACT_INDENT, "cases", buf_text(&line), 1);
    buf_clear(&line);
}

static void add_repeat(const struct page *page, const struct run_result *result,
                       const struct diagnosis *diagnosis)
{
    const struct case_result *one = repeat_case(result, diagnosis);
    if (!one)
        return;
    struct buf line = {0};
    repeat_by_run(result, one, &line);
    page_command_field(page, FACT_INDENT, "repeat", buf_text(&line));
    buf_clear(&line);
}

/* A cause takes at most ten lines; the fix gets those that the rest leaves. */
static size_t lines_for_fix(size_t taken)
{
    enum { CAUSE_LINES = 10 };
    return taken + 1 < CAUSE_LINES ? CAUSE_LINES - taken : 1;
}

static void add_whole(const struct page *page, const struct diagnosis *diagnosis)
{
    struct buf cases = {0};
    struct buf id = {0};
    add_cases(diagnosis, &cases);
    buf_add_format(&id, "%s (%s)", diagnosis->id, confidence_name(diagnosis->confidence));
    page_field(page, FACT_INDENT, "diagnosis", buf_text(&id));
    page_field(page, FACT_INDENT, "harm", diagnosis->harm);
    page_field(page, FACT_INDENT, "explains", buf_text(&cases));
    buf_clear(&id);
    buf_clear(&cases);
}

/* What stands above the fix, and below it: laid out apart, for its lines decide how long the fix
 * may be. */
static void add_above_fix(const struct page *page, const struct diagnosis *diagnosis, size_t number,
                          bool whole)
{
    add_sentence(page, diagnosis, number, whole ? 0 : 3);
    add_evidence(page, diagnosis, whole);
    page_short_field(page, FACT_INDENT, "unproven", diagnosis->likely_because, whole ? 0 : 1);
}

static void add_below_fix(const struct page *page, const struct run_result *result,
                          const struct diagnosis *diagnosis, bool whole)
{
    char *handler = handler_command(diagnosis);
    page_short_field(page, FACT_INDENT, "handler", handler, 1);
    if (whole)
        add_whole(page, diagnosis);
    add_cases_line(page, result, diagnosis);
    add_repeat(page, result, diagnosis);
    free(handler);
}

static void add_full(const struct page *page, const struct run_result *result,
                     const struct diagnosis *diagnosis, size_t number, bool whole)
{
    struct buf above = {0};
    struct buf below = {0};
    struct page page_above = *page;
    struct page page_below = *page;
    page_above.out = &above;
    page_below.out = &below;
    add_above_fix(&page_above, diagnosis, number, whole);
    add_below_fix(&page_below, result, diagnosis, whole);
    buf_add_bytes(page->out, buf_bytes(&above));
    page_short_field(page, FACT_INDENT, "fix", diagnosis->remedy,
                     whole ? 0
                           : lines_for_fix(text_count_lines(buf_bytes(&above)) +
                                           text_count_lines(buf_bytes(&below))));
    buf_add_bytes(page->out, buf_bytes(&below));
    buf_clear(&above);
    buf_clear(&below);
}

void text_diagnosis(const struct page *page, const struct run_result *result,
                    const struct diagnosis *diagnosis, size_t number, enum cause_size size)
{
    if (size != CAUSE_BRIEF) {
        add_full(page, result, diagnosis, number, size == CAUSE_WHOLE);
        return;
    }
    add_sentence(page, diagnosis, number, 1);
    page_short_field(page, FACT_INDENT, "fix", diagnosis->remedy, 1);
}

bool text_is_explained(const struct run_result *result, const struct case_result *one)
{
    for (size_t i = 0; i < result->num_diagnoses; i++)
        for (size_t k = 0; k < result->diagnoses[i].num_cases; k++)
            if (strcmp(result->diagnoses[i].cases[k], one->id) == 0)
                return true;
    return false;
}

/* What happened, without how long it took: "204 in 1.3 ms" and "204 in 1.4 ms" are one. */
static size_t outcome_len(const char *actual)
{
    static const char *const before_times[] = {" in ", " after "};
    for (size_t i = 0; i < ARRAY_LEN(before_times); i++) {
        const char *time = strstr(actual, before_times[i]);
        if (time && isdigit((unsigned char)time[strlen(before_times[i])]))
            return (size_t)(time - actual);
    }
    return strlen(actual);
}

bool text_ended_alike(const struct case_result *a, const struct case_result *b)
{
    const char *of_a = a->actual ? a->actual : "";
    const char *of_b = b->actual ? b->actual : "";
    size_t len = outcome_len(of_a);
    return a->verdict == b->verdict && a->id[base_len(a->id)] == '[' && same_base(a->id, b->id) &&
           a->canary_failed == b->canary_failed && outcome_len(of_b) == len &&
           strncmp(of_a, of_b, len) == 0 && strcmp(a->expected, b->expected) == 0;
}

bool text_is_further_value(const struct run_result *result, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (text_ended_alike(&result->cases[i], &result->cases[index]) &&
            !text_is_explained(result, &result->cases[i]))
            return true;
    return false;
}

size_t text_further_values(const struct run_result *result, size_t index, struct buf *out)
{
    size_t count = 0;
    const struct case_result *first = &result->cases[index];
    for (size_t i = index + 1; i < result->num_cases; i++)
        if (text_ended_alike(first, &result->cases[i]) &&
            !text_is_explained(result, &result->cases[i]))
            buf_add_format(out, "%s%s", count++ ? " " : "",
                           result->cases[i].id + base_len(first->id));
    return count;
}
