/* The matrix for programs and as a table. Neither holds a time or a path, so that what is
 * committed can be compared with what comes out now. */
#include <jansson.h>
#include <stdlib.h>

#include "prove/selftest.h"

#define SHOWN_CASES 3

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

static json_t *causes_array(const struct selftest *selftest, const struct fault *fault)
{
    json_t *list = json_array();
    const struct names *causes = causes_due(selftest->causes, fault);
    for (size_t i = 0; i < causes->count; i++)
        json_array_append_new(list, json_string(causes->items[i]));
    return list;
}

static json_t *fault_object(const struct selftest *selftest, const struct candidate *candidate,
                            const struct case_outcome *const *cases, size_t count)
{
    const struct fault *fault = candidate->fault;
    const char *catches = fault->informs ? "told_by"
                          : fault->racy  ? "caught_by_one_of"
                                         : "caught_by";
    return json_pack("{s:s, s:s, s:s, s:s*, s:o, s:s*, s:o}", "id", fault->id, "name", fault->name,
                     "sentence", fault->sentence, "argument", fault->trial, "causes",
                     causes_array(selftest, fault), "causes_may_be_missing_because",
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
    json_t *problems = json_array();
    for (size_t i = 0; i < selftest->num_single; i++) {
        const struct candidate *candidate = &selftest->candidates[i];
        if (candidate->fault)
            json_array_append_new(faults, fault_object(selftest, candidate, cases, count));
        else
            json_array_append_new(right, json_string(candidate->name));
    }
    for (size_t i = 0; i < count; i++)
        json_array_append_new(case_list, case_object(selftest, cases[i]));
    for (size_t i = 0; i < selftest->problems.count; i++)
        json_array_append_new(problems, json_string(selftest->problems.items[i]));
    json_t *all =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "faults", faults, "not_faults", list_non_faults(),
                  "never_failed", right, "cases", case_list, "problems", problems);
    char *text = json_dumps(all, JSON_INDENT(2));
    buf_add_format(out, "%s\n", text ? text : "{}");
    free(text);
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
