#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "prove/selftest.h"

bool selftest_is_catch(enum verdict verdict)
{
    return verdict == VERDICT_FAIL || verdict == VERDICT_WARN;
}

bool selftest_catches(const struct candidate *candidate, const char *base)
{
    for (size_t i = 0; i < candidate->first.count; i++) {
        const struct case_outcome *outcome = &candidate->first.items[i];
        if (selftest_is_catch(outcome->verdict) && strcmp(outcome->base, base) == 0)
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
        if (strcmp(outcome->base, base) != 0 || !selftest_is_catch(outcome->verdict) ||
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

static void check_fault(struct selftest *selftest, const struct candidate *candidate)
{
    bool caught = candidate->fault->informs && is_told(candidate);
    for (size_t i = 0; i < candidate->first.count; i++) {
        const struct case_outcome *outcome = &candidate->first.items[i];
        if (!selftest_is_catch(outcome->verdict))
            continue;
        if (is_listed(&candidate->declared->must, outcome)) {
            caught = true;
            continue;
        }
        size_t undeclared = count_undeclared(candidate, i);
        if (undeclared)
            selftest_add_problem(
                selftest, candidate, "%s is caught by %s (%s; %zu of its values), undeclared",
                candidate->name, outcome->id, verdict_name(outcome->verdict), undeclared);
    }
    if (!caught && selftest->num_only == 0)
        selftest_add_problem(selftest, candidate,
                             "%s is caught by none of the cases that it declares", candidate->name);
}

static void check_right(struct selftest *selftest, const struct candidate *candidate)
{
    for (size_t i = 0; i < candidate->first.count; i++) {
        const struct case_outcome *outcome = &candidate->first.items[i];
        if (selftest_is_catch(outcome->verdict))
            selftest_add_problem(selftest, candidate, "%s gets a %s for %s", candidate->name,
                                 verdict_name(outcome->verdict), outcome->id);
        else if (outcome->verdict == VERDICT_INCONCLUSIVE && outcome->level != LEVEL_MAY)
            selftest_add_problem(selftest, candidate, "%s leaves %s undecided", candidate->name,
                                 outcome->id);
    }
    if (candidate->first.count == 0 && !candidate->first.failure)
        selftest_add_problem(selftest, candidate, "no case was run against %s", candidate->name);
}

static void check_repetition(struct selftest *selftest, const struct candidate *candidate)
{
    const struct case_outcomes *first = &candidate->first;
    const struct case_outcomes *second = &candidate->second;
    bool racy = candidate->fault && candidate->fault->racy;
    if (!candidate->twice || racy || first->failure || second->failure)
        return;
    if (first->count != second->count)
        selftest_add_problem(selftest, candidate,
                             "%s: two runs with one seed had %zu and %zu testcases",
                             candidate->name, first->count, second->count);
    for (size_t i = 0; i < first->count && i < second->count; i++) {
        const struct case_outcome *one = &first->items[i];
        const struct case_outcome *other = &second->items[i];
        bool optional = candidate->fault && selftest_is_optional(candidate, one->base);
        if (one->verdict != other->verdict && !optional)
            selftest_add_problem(
                selftest, candidate, "%s: two runs with one seed differ in %s: %s and %s",
                candidate->name, one->id, verdict_name(one->verdict), verdict_name(other->verdict));
    }
}

static void check_candidate(struct selftest *selftest, const struct candidate *candidate)
{
    const char *failure =
        candidate->first.failure ? candidate->first.failure : candidate->second.failure;
    if (failure)
        selftest_add_problem(selftest, candidate, "%s: %s", candidate->name, failure);
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
    selftest_add_problem(selftest, NULL, "%s (%s) catches no fault", one->base,
                         level_name(one->level));
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
            selftest_add_sentence(&gone, selftest->doubts.items[i]);
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
