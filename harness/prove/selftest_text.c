#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/text.h"
#include "prove/selftest.h"

#define NAME_COLUMNS 50
#define SHOWN_CASES  3

/* The faults that `one` catches, by their ids, or why there are none. */
static void add_catches(const struct selftest *selftest, const struct case_outcome *one,
                        struct buf *line)
{
    for (size_t i = 0; i < selftest->num_single; i++) {
        const struct candidate *candidate = &selftest->candidates[i];
        if (candidate->fault && selftest_catches(candidate, one->base))
            buf_add_format(line, "%s%s", line->len ? " " : "", candidate->fault->id);
    }
    const char *excuse = catches_excuse(selftest->catches, one->base);
    if (line->len == 0 && excuse)
        buf_add_text(line, excuse);
    else if (line->len == 0)
        buf_add_text(line, one->level == LEVEL_MAY ? "- (info only)" : "-");
}

static void add_matrix(const struct selftest *selftest, struct buf *out)
{
    size_t count;
    const struct case_outcome **cases = selftest_cases(selftest, &count);
    buf_add_text(out,
                 "What catches what: each case, and the faults that it fails or warns about\n\n");
    for (size_t i = 0; i < count; i++) {
        struct buf line = {0};
        add_catches(selftest, cases[i], &line);
        layout_entry(cases[i]->base, NAME_COLUMNS, buf_text(&line), out);
        buf_clear(&line);
    }
    free(cases);
}

static size_t count_catches(const struct candidate *candidate,
                            const struct case_outcome *const *cases, size_t count)
{
    size_t catches = 0;
    for (size_t i = 0; i < count; i++)
        catches += selftest_catches(candidate, cases[i]->base);
    return catches;
}

static void add_faults(const struct selftest *selftest, struct buf *out)
{
    size_t count;
    const struct case_outcome **cases = selftest_cases(selftest, &count);
    buf_add_text(out, "\nThe faults, and how many cases catch each\n\n");
    for (size_t i = 0; i < selftest->num_single; i++) {
        const struct candidate *candidate = &selftest->candidates[i];
        struct buf title = {0};
        if (!candidate->fault)
            continue;
        size_t catches = count_catches(candidate, cases, count);
        buf_add_format(&title, "%s %3zu  %s", candidate->fault->id, catches,
                       candidate->fault->name);
        layout_entry(buf_text(&title), 36, candidate->fault->sentence, out);
        buf_clear(&title);
    }
    free(cases);
}

static void add_counts(const struct selftest *selftest, struct buf *out)
{
    size_t num_faults = 0;
    size_t num_right = 0;
    for (size_t i = 0; i < selftest->num_single; i++) {
        num_faults += selftest->candidates[i].fault != NULL;
        num_right += selftest->candidates[i].fault == NULL;
    }
    const struct figures *figures = &selftest->figures;
    size_t num_pairs = selftest->num_candidates - selftest->num_single;
    if (selftest->causes && selftest->num_only == 0)
        buf_add_format(out,
                       "causes: %zu named, %zu hidden by another fault, %zu missed, %zu wrong; "
                       "%zu single faults, %zu pairs\n",
                       figures->named, figures->masked, figures->missed, figures->wrong, num_faults,
                       num_pairs);
    buf_add_format(out, "hookcheck selftest: %zu faults, %zu right receivers, %zu problems\n",
                   num_faults, num_right, selftest->problems.count);
}

static void add_sentences(const char *word, const struct sentences *sentences, const char *end,
                          struct buf *out)
{
    for (size_t i = 0; i < sentences->count; i++) {
        char *text = mem_format("%s%s", sentences->items[i], end);
        buf_add_text(out, word);
        layout_wrap(text, strlen(word), 100, out);
        free(text);
    }
}

void selftest_add_text(const struct selftest *selftest, struct buf *out)
{
    add_matrix(selftest, out);
    add_faults(selftest, out);
    buf_add_char(out, '\n');
    add_sentences("doubt: ", &selftest->doubts, " (not when run again alone)", out);
    add_sentences("problem: ", &selftest->problems, "", out);
    add_counts(selftest, out);
}

/* --- the matrix for programs and as a table. Neither has a time or a path, so what is committed
 * can be compared with what comes out now. --- */

/* Whether the matrix says that `base` catches the fault: the same in every run. */
static bool is_shown(const struct candidate *candidate, const char *base)
{
    if (candidate->fault->racy || candidate->fault->informs)
        return selftest_is_declared(candidate, base);
    return selftest_catches(candidate, base) && !selftest_is_optional(candidate, base);
}

static json_t *cases_of(const struct candidate *candidate, const struct case_outcome *const *cases,
                        size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (is_shown(candidate, cases[i]->base))
            json_array_append_new(list, json_string(cases[i]->base));
    return list;
}

static json_t *fault_object(const struct selftest *selftest, const struct candidate *candidate,
                            const struct case_outcome *const *cases, size_t count)
{
    const struct fault *fault = candidate->fault;
    const struct names *causes = causes_due(selftest->causes, fault);
    const char *catches = fault->informs ? "told_by"
                          : fault->racy  ? "caught_by_one_of"
                                         : "caught_by";
    return json_pack("{s:s, s:s, s:s, s:s*, s:o, s:s*, s:o}", "id", fault->id, "name", fault->name,
                     "sentence", fault->sentence, "argument", fault->trial, "causes",
                     json_texts(causes->items, causes->count), "causes_may_be_missing_because",
                     causes_unsure(selftest->causes, fault), catches,
                     cases_of(candidate, cases, count));
}

static json_t *case_object(const struct selftest *selftest, const struct case_outcome *one)
{
    return json_pack("{s:s, s:s, s:s*}", "id", one->base, "level", level_name(one->level),
                     "catches_nothing_because", catches_excuse(selftest->catches, one->base));
}

static json_t *list_non_faults(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < num_non_faults; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "id", non_faults[i].id, "sentence",
                                        non_faults[i].sentence, "because", non_faults[i].because));
    return list;
}

void selftest_add_json(const struct selftest *selftest, struct buf *out)
{
    size_t count;
    const struct case_outcome **cases = selftest_cases(selftest, &count);
    json_t *faults = json_array();
    json_t *right = json_array();
    json_t *case_list = json_array();
    for (size_t i = 0; i < selftest->num_single; i++) {
        const struct candidate *candidate = &selftest->candidates[i];
        if (candidate->fault)
            json_array_append_new(faults, fault_object(selftest, candidate, cases, count));
        else
            json_array_append_new(right, json_string(candidate->name));
    }
    for (size_t i = 0; i < count; i++)
        json_array_append_new(case_list, case_object(selftest, cases[i]));
    json_t *problems =
        json_texts((const char *const *)selftest->problems.items, selftest->problems.count);
    json_t *all =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "faults", faults, "not_faults", list_non_faults(),
                  "never_failed", right, "cases", case_list, "problems", problems);
    json_add_document(all, out);
    json_decref(all);
    free(cases);
}

/* --- Markdown --- */

static void add_row(const struct selftest *selftest, const struct candidate *candidate,
                    const struct case_outcome *const *cases, size_t count, struct buf *out)
{
    size_t catches = 0;
    const struct names *causes = causes_due(selftest->causes, candidate->fault);
    buf_add_format(out, "| %s | %s | ", candidate->fault->id, candidate->fault->sentence);
    for (size_t i = 0; i < causes->count; i++)
        buf_add_format(out, "%s`%s`", i ? ", " : "", causes->items[i]);
    buf_add_text(out, causes->count ? " | " : "- | ");
    for (size_t i = 0; i < count; i++) {
        if (!is_shown(candidate, cases[i]->base))
            continue;
        if (++catches <= SHOWN_CASES)
            buf_add_format(out, "%s`%s`", catches > 1 ? ", " : "", cases[i]->base);
    }
    if (catches > SHOWN_CASES)
        buf_add_format(out, " and %zu more", catches - SHOWN_CASES);
    buf_add_text(out, " |\n");
}

void selftest_add_markdown(const struct selftest *selftest, struct buf *out)
{
    size_t count;
    const struct case_outcome **cases = selftest_cases(selftest, &count);
    buf_add_text(out, "| id | mistake | cause | caught by |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < selftest->num_single; i++)
        if (selftest->candidates[i].fault && !selftest->candidates[i].fault->informs)
            add_row(selftest, &selftest->candidates[i], cases, count, out);
    free(cases);
}
