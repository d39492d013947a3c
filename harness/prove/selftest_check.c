#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prove/selftest.h"

/* --- sentences about what was not to be expected --- */

/* `text` is handed over. */
static void add_sentence(struct sentences *sentences, char *text)
{
    sentences->items = mem_resize(sentences->items, sentences->count + 1, sizeof *sentences->items);
    sentences->items[sentences->count++] = text;
}

static void __attribute__((format(printf, 3, 4)))
add_problem(struct selftest *selftest, const struct candidate *candidate, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = mem_format_list(format, values);
    va_end(values);
    add_sentence(&selftest->problems, text);
    if (candidate)
        selftest->candidates[candidate - selftest->candidates].odd = true;
}

void selftest_clear_sentences(struct sentences *sentences)
{
    for (size_t i = 0; i < sentences->count; i++)
        free(sentences->items[i]);
    free(sentences->items);
    *sentences = (struct sentences){0};
}

/* --- what the cases caught --- */

static bool is_catch(enum verdict verdict)
{
    return verdict == VERDICT_FAIL || verdict == VERDICT_WARN;
}

bool selftest_catches(const struct candidate *candidate, const char *base)
{
    for (size_t i = 0; i < candidate->first.count; i++) {
        const struct case_outcome *outcome = &candidate->first.items[i];
        if (is_catch(outcome->verdict) && strcmp(outcome->base, base) == 0)
            return true;
    }
    return false;
}

/* A declaration names a case with all its values, or one of them. */
static bool is_listed(const struct names *cases, const struct case_outcome *outcome)
{
    return names_has(cases, outcome->base) || names_has(cases, outcome->id);
}

bool selftest_is_declared(const struct candidate *candidate, const char *base)
{
    return declared_must(candidate->declared, base);
}

bool selftest_is_optional(const struct candidate *candidate, const char *base)
{
    return names_has(&candidate->declared->may, base);
}

/* How many values of the case at `at` caught it without being declared; all of them, from there on.
 */
static size_t count_undeclared(const struct candidate *candidate, size_t at)
{
    const char *base = candidate->first.items[at].base;
    size_t undeclared = 0;
    for (size_t i = 0; i < candidate->first.count; i++) {
        const struct case_outcome *outcome = &candidate->first.items[i];
        if (strcmp(outcome->base, base) != 0 || !is_catch(outcome->verdict) ||
            is_listed(&candidate->declared->must, outcome) ||
            is_listed(&candidate->declared->may, outcome))
            continue;
        if (i < at)
            return 0; /* said already */
        undeclared++;
    }
    return undeclared;
}

/* A mistake that no case fails is told at least: its case has something to say. */
static bool is_told(const struct candidate *candidate)
{
    for (size_t i = 0; i < candidate->first.count; i++)
        if (candidate->first.items[i].verdict == VERDICT_INFO &&
            is_listed(&candidate->declared->must, &candidate->first.items[i]))
            return true;
    return false;
}

/* A limit that every case waited out fails none; its cause is told all the same. */
static bool is_named(const struct candidate *candidate)
{
    const struct fault *fault = candidate->fault;
    for (size_t i = 0; fault->racy && fault->diagnosis && i < candidate->first.num_causes; i++)
        if (strcmp(candidate->first.causes[i].id, fault->diagnosis) == 0)
            return true;
    return false;
}

static void check_fault(struct selftest *selftest, const struct candidate *candidate)
{
    bool caught = (candidate->fault->informs && is_told(candidate)) || is_named(candidate);
    for (size_t i = 0; i < candidate->first.count; i++) {
        const struct case_outcome *outcome = &candidate->first.items[i];
        if (!is_catch(outcome->verdict))
            continue;
        if (is_listed(&candidate->declared->must, outcome)) {
            caught = true;
            continue;
        }
        size_t undeclared = count_undeclared(candidate, i);
        if (undeclared)
            add_problem(selftest, candidate,
                        "%s is caught by %s (%s; %zu of its values), undeclared", candidate->name,
                        outcome->id, verdict_name(outcome->verdict), undeclared);
    }
    if (!caught && selftest->num_only == 0)
        add_problem(selftest, candidate, "%s is caught by none of the cases that it declares",
                    candidate->name);
}

static void check_right(struct selftest *selftest, const struct candidate *candidate)
{
    for (size_t i = 0; i < candidate->first.count; i++) {
        const struct case_outcome *outcome = &candidate->first.items[i];
        if (is_catch(outcome->verdict))
            add_problem(selftest, candidate, "%s gets a %s for %s", candidate->name,
                        verdict_name(outcome->verdict), outcome->id);
        else if (outcome->verdict == VERDICT_INCONCLUSIVE && outcome->level != LEVEL_MAY)
            add_problem(selftest, candidate, "%s leaves %s undecided", candidate->name,
                        outcome->id);
    }
    if (candidate->first.count == 0 && !candidate->first.failure)
        add_problem(selftest, candidate, "no case was run against %s", candidate->name);
}

static void check_repetition(struct selftest *selftest, const struct candidate *candidate)
{
    const struct case_outcomes *first = &candidate->first;
    const struct case_outcomes *second = &candidate->second;
    bool racy = candidate->fault && candidate->fault->racy;
    if (!candidate->twice || racy || first->failure || second->failure)
        return;
    if (first->count != second->count)
        add_problem(selftest, candidate, "%s: two runs with one seed had %zu and %zu testcases",
                    candidate->name, first->count, second->count);
    for (size_t i = 0; i < first->count && i < second->count; i++) {
        const struct case_outcome *one = &first->items[i];
        const struct case_outcome *other = &second->items[i];
        bool optional = candidate->fault && selftest_is_optional(candidate, one->base);
        if (one->verdict != other->verdict && !optional)
            add_problem(selftest, candidate, "%s: two runs with one seed differ in %s: %s and %s",
                        candidate->name, one->id, verdict_name(one->verdict),
                        verdict_name(other->verdict));
    }
}

/* --- what the diagnosis named, against what it had to name --- */

/* Two mistakes that only together explain anything are named as one: "a+b". */
#define JOINT '+'

/* Whether `id` is `whole` or, between two joints, a part of it. */
static bool is_part(const char *whole, const char *id)
{
    size_t len = strlen(id);
    for (const char *at = whole; at; at = strchr(at, JOINT) ? strchr(at, JOINT) + 1 : NULL)
        if (strncmp(at, id, len) == 0 && (at[len] == '\0' || at[len] == JOINT))
            return true;
    return false;
}

static bool is_yielded(const struct case_outcomes *outcomes, const char *id)
{
    for (size_t i = 0; i < outcomes->num_causes; i++)
        if (is_part(outcomes->causes[i].id, id))
            return true;
    return false;
}

static const struct fault *fault_of(const struct candidate *candidate, size_t index)
{
    return index ? candidate->also : candidate->fault;
}

/* Whether a part of what was named is a cause of one of the faults, or of both together. */
static bool is_due(const struct selftest *selftest, const struct candidate *candidate,
                   const char *part)
{
    for (size_t i = 0; i < 2; i++) {
        const struct fault *fault = fault_of(candidate, i);
        if (fault && names_has(causes_due(selftest->causes, fault), part))
            return true;
    }
    return candidate->also &&
           causes_together(selftest->causes, candidate->fault, candidate->also, part);
}

static bool is_wrong(const struct selftest *selftest, const struct candidate *candidate,
                     const char *whole)
{
    char part[128];
    bool due = is_due(selftest, candidate, whole);
    for (const char *at = whole; !due && at;) {
        size_t len = strcspn(at, "+");
        if (len >= sizeof part)
            return true;
        memcpy(part, at, len);
        part[len] = '\0';
        if (!is_due(selftest, candidate, part))
            return true;
        at = at[len] ? at + len + 1 : NULL;
    }
    return false;
}

/* All of the fault's causes were named, in these words or in those for both. */
static bool is_found(const struct selftest *selftest, const struct candidate *candidate,
                     const struct fault *fault)
{
    const struct names *causes = causes_due(selftest->causes, fault);
    bool all = true;
    for (size_t i = 0; all && i < causes->count; i++)
        all = is_yielded(&candidate->first, causes->items[i]);
    for (size_t i = 0; !all && candidate->also && i < candidate->first.num_causes; i++)
        all = causes_together(selftest->causes, candidate->fault, candidate->also,
                              candidate->first.causes[i].id);
    return all;
}

static void check_cause(struct selftest *selftest, const struct candidate *candidate,
                        const struct fault *fault, const struct fault *other)
{
    struct figures *figures = &selftest->figures;
    if (causes_due(selftest->causes, fault)->count == 0)
        return;
    if (is_found(selftest, candidate, fault)) {
        figures->named++;
        return;
    }
    bool hidden = other && causes_mask(selftest->causes, other, fault);
    if (hidden || causes_unsure(selftest->causes, fault)) {
        figures->masked++;
        return;
    }
    figures->missed++;
    add_problem(selftest, candidate, "%s does not yield the cause of %s (%s)", candidate->name,
                fault->id, causes_due(selftest->causes, fault)->items[0]);
}

void selftest_check_causes(struct selftest *selftest, const struct candidate *candidate)
{
    for (size_t i = 0; i < candidate->first.num_causes; i++) {
        const struct named_cause *cause = &candidate->first.causes[i];
        if (!is_wrong(selftest, candidate, cause->id))
            continue;
        selftest->figures.wrong++;
        add_problem(selftest, candidate, "%s yields the wrong cause %s (%s)", candidate->name,
                    cause->id, cause->proved ? "proved" : "likely");
    }
    if (candidate->fault)
        check_cause(selftest, candidate, candidate->fault, candidate->also);
    if (candidate->also)
        check_cause(selftest, candidate, candidate->also, candidate->fault);
}

/* --- all of it --- */

static void check_candidate(struct selftest *selftest, const struct candidate *candidate)
{
    const char *failure =
        candidate->first.failure ? candidate->first.failure : candidate->second.failure;
    if (failure)
        add_problem(selftest, candidate, "%s: %s", candidate->name, failure);
    if (candidate->declared && !candidate->first.failure)
        check_fault(selftest, candidate);
    else if (!candidate->fault)
        check_right(selftest, candidate);
    check_repetition(selftest, candidate);
    if (selftest->causes && selftest->num_only == 0 && !failure)
        selftest_check_causes(selftest, candidate);
}

const struct case_outcome **selftest_cases(const struct selftest *selftest, size_t *out_count)
{
    size_t max = 1;
    for (size_t i = 0; i < selftest->num_single; i++)
        max += selftest->candidates[i].first.count;
    const struct case_outcome **cases = mem_alloc(max * sizeof(struct case_outcome *));
    size_t count = 0;
    for (size_t i = 0; i < selftest->num_single; i++)
        for (size_t k = 0; k < selftest->candidates[i].first.count; k++) {
            const struct case_outcome *one = &selftest->candidates[i].first.items[k];
            size_t at = 0;
            while (at < count && strcmp(cases[at]->base, one->base) != 0)
                at++;
            if (at == count)
                cases[count++] = one;
        }
    *out_count = count;
    return cases;
}

/* A fault that declares no more is one that its cases were made for. */
#define FEW_CASES 8

static void check_case(struct selftest *selftest, const struct case_outcome *one)
{
    if (one->level == LEVEL_MAY || catches_excuse(selftest->catches, one->base))
        return;
    for (size_t i = 0; i < selftest->num_single; i++)
        if (selftest->candidates[i].fault && selftest_catches(&selftest->candidates[i], one->base))
            return;
    add_problem(selftest, NULL, "%s (%s) catches no fault", one->base, level_name(one->level));
    for (size_t i = 0; i < selftest->num_single; i++) {
        struct candidate *candidate = &selftest->candidates[i];
        if (candidate->fault && candidate->declared->must.count <= FEW_CASES &&
            selftest_is_declared(candidate, one->base))
            candidate->odd = true; /* it should have been caught, and may be when run again */
    }
}

void selftest_check(struct selftest *selftest)
{
    selftest->figures = (struct figures){0};
    for (size_t i = 0; i < selftest->num_candidates; i++)
        check_candidate(selftest, &selftest->candidates[i]);
    if (!selftest->whole)
        return;
    size_t count;
    const struct case_outcome **cases = selftest_cases(selftest, &count);
    for (size_t i = 0; i < count; i++)
        check_case(selftest, cases[i]);
    free(cases);
}

/* --- a second look --- */

/* More than these come from no busy machine. */
#define ODD_MAX 12

bool selftest_is_doubtful(const struct selftest *selftest)
{
    size_t num_odd = 0;
    for (size_t i = 0; i < selftest->num_candidates; i++)
        num_odd += selftest->candidates[i].odd;
    return num_odd > 0 && num_odd <= ODD_MAX;
}

void selftest_doubt(struct selftest *selftest)
{
    selftest->doubts = selftest->problems;
    selftest->problems = (struct sentences){0};
}

static bool is_among(const struct sentences *sentences, const char *text)
{
    for (size_t i = 0; i < sentences->count; i++)
        if (strcmp(sentences->items[i], text) == 0)
            return true;
    return false;
}

void selftest_settle(struct selftest *selftest)
{
    struct sentences gone = {0};
    for (size_t i = 0; i < selftest->doubts.count; i++)
        if (!is_among(&selftest->problems, selftest->doubts.items[i]))
            add_sentence(&gone, mem_text(selftest->doubts.items[i]));
    selftest_clear_sentences(&selftest->doubts);
    selftest->doubts = gone;
}

void selftest_clear_outcomes(struct case_outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        free(outcomes->items[i].id);
        free(outcomes->items[i].base);
    }
    for (size_t i = 0; i < outcomes->num_causes; i++)
        free(outcomes->causes[i].id);
    free(outcomes->causes);
    free(outcomes->items);
    free(outcomes->failure);
    *outcomes = (struct case_outcomes){0};
}

void selftest_clear(struct selftest *selftest)
{
    for (size_t i = 0; i < selftest->num_candidates; i++) {
        free(selftest->candidates[i].name);
        selftest_clear_outcomes(&selftest->candidates[i].first);
        selftest_clear_outcomes(&selftest->candidates[i].second);
    }
    selftest_clear_sentences(&selftest->problems);
    selftest_clear_sentences(&selftest->doubts);
    free(selftest->candidates);
    free(selftest->only);
    selftest_forget_prepared(selftest);
    selftest_remove_folder(selftest);
    catches_free(selftest->catches);
    causes_free(selftest->causes);
    library_clear(&selftest->library);
}
