/* What was found. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/investigation.h"

struct diagnosis *found_find(const struct investigation *inv, const char *id)
{
    for (size_t i = 0; id && i < inv->num_found; i++)
        if (strcmp(inv->found[i].diagnosis.id, id) == 0)
            return &inv->found[i].diagnosis;
    return NULL;
}

struct diagnosis *found_add(struct investigation *inv, const struct diagnosis_kind *kind,
                            enum harm harm, enum confidence confidence, const char *evidence)
{
    struct diagnosis *known = found_find(inv, kind->id);
    if (known)
        return known;
    inv->found = mem_resize(inv->found, inv->num_found + 1, sizeof *inv->found);
    struct found *found = &inv->found[inv->num_found++];
    found->diagnosis = (struct diagnosis){
        .harm_rank = harm,
        .id = mem_text(kind->id),
        .sentence = mem_format("The endpoint %s.", kind->sentence),
        .confidence = confidence,
        .pair = {mem_text(""), mem_text(""), mem_text("")},
        .likely_because = mem_text(""),
        .evidence = mem_text(evidence),
        .harm = mem_text(kind->harm ? kind->harm : ""),
        .remedy = mem_text(kind->remedy ? kind->remedy : ""),
    };
    return &found->diagnosis;
}

struct diagnosis *found_recall(struct investigation *inv, const struct diagnosis *before)
{
    struct diagnosis copy = *before;
    inv->found = mem_resize(inv->found, inv->num_found + 1, sizeof *inv->found);
    copy.id = mem_text(before->id);
    copy.sentence = mem_text(before->sentence);
    copy.pair =
        (struct minimal_pair){mem_text(before->pair.accepted), mem_text(before->pair.refused),
                              mem_text(before->pair.difference)};
    copy.likely_because = mem_text(before->likely_because);
    copy.evidence = mem_text(before->evidence);
    copy.harm = mem_text(before->harm);
    copy.remedy = mem_text(before->remedy);
    copy.snippet = copy.snippet_needs = copy.framework = NULL;
    copy.cases = NULL;
    copy.num_cases = 0;
    inv->found[inv->num_found].diagnosis = copy;
    return &inv->found[inv->num_found++].diagnosis;
}

void found_drop(struct investigation *inv, struct diagnosis *diagnosis)
{
    if (diagnosis != &inv->found[inv->num_found - 1].diagnosis)
        return;
    diagnosis_clear(diagnosis);
    inv->num_found--;
}

void found_explain(struct diagnosis *diagnosis, const struct case_result *one)
{
    if (one && (one->verdict == VERDICT_FAIL || one->verdict == VERDICT_WARN))
        diagnosis_explain(diagnosis, one->id);
}

bool found_explains(const struct investigation *inv, const struct case_result *one)
{
    for (size_t i = 0; i < inv->num_found; i++)
        for (size_t k = 0; k < inv->found[i].diagnosis.num_cases; k++)
            if (strcmp(inv->found[i].diagnosis.cases[k], one->id) == 0)
                return true;
    return false;
}

/* A kind that two parts can find is listed once. */
void kinds_add(struct diagnosis_kinds *out, struct diagnosis_kind kind)
{
    for (size_t i = 0; i < out->count; i++)
        if (strcmp(out->items[i].id, kind.id) == 0)
            return;
    out->items = mem_resize(out->items, out->count + 1, sizeof *out->items);
    out->items[out->count++] = kind;
}
