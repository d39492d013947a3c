#include "report/text_diagnosis.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/details.h"

#define ENTRY_INDENT 2
#define FACT_INDENT  10

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

static void add_snippet(const struct page *page, const struct diagnosis *diagnosis)
{
    bool alone = !diagnosis->snippet_needs || !*diagnosis->snippet_needs;
    char *where = alone ? mem_text(diagnosis->framework)
                        : mem_format("%s, with %s beside it, which `hookcheck explain %s` prints",
                                     diagnosis->framework, diagnosis->snippet_needs,
                                     diagnosis->snippet_needs);
    page_field(page, FACT_INDENT, "right in", where);
    free(where);
    char *rest = mem_text(diagnosis->snippet);
    char *at = rest;
    page_end_line(page);
    while (*at) {
        size_t len = strcspn(at, "\n");
        char *next = at[len] ? at + len + 1 : at + len;
        at[len] = '\0';
        page_blanks(page, *at ? FACT_INDENT + 2 : 0);
        page_add(page, TONE_PLAIN, at);
        page_end_line(page);
        at = next;
    }
    page_end_line(page);
    free(rest);
}

void text_diagnosis(const struct page *page, const struct diagnosis *diagnosis, bool with_snippet)
{
    struct buf cases = {0};
    struct buf id = {0};
    add_cases(diagnosis, &cases);
    buf_add_format(&id, "%s (%s)", diagnosis->id, confidence_name(diagnosis->confidence));
    page_blanks(page, ENTRY_INDENT);
    (void)page_wrap(page, ENTRY_INDENT, FACT_INDENT, TONE_BOLD, diagnosis->sentence);
    page_end_line(page);
    page_field(page, FACT_INDENT, "diagnosis", buf_text(&id));
    page_field(page, FACT_INDENT, "evidence", diagnosis->evidence);
    page_field(page, FACT_INDENT, "harm", diagnosis->harm);
    page_field(page, FACT_INDENT, "remedy", diagnosis->remedy);
    page_field(page, FACT_INDENT, "explains", buf_text(&cases));
    if (with_snippet && diagnosis->snippet && *diagnosis->snippet)
        add_snippet(page, diagnosis);
    buf_clear(&id);
    buf_clear(&cases);
}

bool text_is_explained(const struct run_result *result, const struct case_result *one)
{
    for (size_t i = 0; i < result->num_diagnoses; i++)
        for (size_t k = 0; k < result->diagnoses[i].num_cases; k++)
            if (strcmp(result->diagnoses[i].cases[k], one->id) == 0)
                return true;
    return false;
}

/* What happened, without how long it took: "204 after 1.3 ms" and "204 after 1.4 ms" are one. */
static size_t outcome_len(const char *actual)
{
    const char *after = strstr(actual, " after ");
    return after ? (size_t)(after - actual) : strlen(actual);
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

void text_further_values(const struct run_result *result, size_t index, struct buf *out)
{
    const struct case_result *first = &result->cases[index];
    for (size_t i = index + 1; i < result->num_cases; i++)
        if (text_ended_alike(first, &result->cases[i]) &&
            !text_is_explained(result, &result->cases[i]))
            buf_add_format(out, "%s%s", out->len ? " " : "",
                           result->cases[i].id + base_len(first->id));
}
