/* What the diagnosis named, against what it had to name. */
#include <string.h>

#include "prove/selftest.h"

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

static bool is_named(const struct case_outcomes *outcomes, const char *id)
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
        all = is_named(&candidate->first, causes->items[i]);
    for (size_t i = 0; !all && candidate->also && i < candidate->first.num_causes; i++)
        all = causes_together(selftest->causes, candidate->fault, candidate->also,
                              candidate->first.causes[i].id);
    return all;
}

static void check_fault(struct selftest *selftest, const struct candidate *candidate,
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
    selftest_add_problem(selftest, candidate, "%s does not yield the cause of %s (%s)",
                         candidate->name, fault->id, causes_due(selftest->causes, fault)->items[0]);
}

void selftest_check_causes(struct selftest *selftest, const struct candidate *candidate)
{
    for (size_t i = 0; i < candidate->first.num_causes; i++) {
        const struct named_cause *cause = &candidate->first.causes[i];
        if (!is_wrong(selftest, candidate, cause->id))
            continue;
        selftest->figures.wrong++;
        selftest_add_problem(selftest, candidate, "%s yields the wrong cause %s (%s)",
                             candidate->name, cause->id, cause->proved ? "proved" : "likely");
    }
    if (candidate->fault)
        check_fault(selftest, candidate, candidate->fault, candidate->also);
    if (candidate->also)
        check_fault(selftest, candidate, candidate->also, candidate->fault);
}
