#include "diagnose/diagnose.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/framework.h"
#include "diagnose/investigation.h"

static bool has_trouble(const struct diagnose_input *input)
{
    const struct run_result *result = input->result;
    return result->counts[VERDICT_FAIL] > 0 || result->counts[VERDICT_WARN] > 0;
}

static bool was_reached(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (sight_was_answered(&inv->sights[i]))
            return true;
    return false;
}

/* A forgery got in, or broke something. */
static bool any_mischief(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].trouble &&
            (sight_got_in(&inv->sights[i]) ||
             (inv->input->any_accepted && !inv->sights[i].exchange->genuine &&
              inv->sights[i].answer == ANSWER_ERROR)))
            return true;
    return false;
}

static int by_harm(const void *left, const void *right)
{
    const struct found *a = left;
    const struct found *b = right;
    if (a->diagnosis.harm_rank != b->diagnosis.harm_rank)
        return (int)a->diagnosis.harm_rank - (int)b->diagnosis.harm_rank;
    return (a->diagnosis.num_cases < b->diagnosis.num_cases) -
           (a->diagnosis.num_cases > b->diagnosis.num_cases);
}

/* The kinds of forgery that tell the ways to be wrong apart, made anew, so that what is said does
 * not depend on which cases were chosen. */
static void confirm(struct investigation *inv)
{
    if (!inv->input->is_unsigned && any_mischief(inv))
        probes_forge(inv);
    sights_add_probes(inv);
}

static void search(struct investigation *inv)
{
    const struct diagnose_input *input = inv->input;
    if (forensic_page_for_all(inv) || unreadable_apply(inv))
        return;
    if (!input->any_accepted && !input->is_unsigned)
        forensic_all_refused(inv);
    confirm(inv);
    if (!input->is_unsigned)
        rules_of_entry_apply(inv);
    processing_apply(inv);
    if (input->any_accepted && !input->is_unsigned)
        forensic_some_refused(inv);
    if (input->any_accepted)
        rules_of_loss_apply(inv);
}

void diagnose(const struct diagnose_input *input, struct diagnosis **out, size_t *out_count)
{
    struct investigation inv = {.input = input, .rng = rng_for(input->seed, "diagnosis")};
    *out = NULL;
    *out_count = 0;
    sights_gather(&inv);
    if (was_reached(&inv)) {
        if (has_trouble(input) || !input->any_accepted)
            search(&inv);
        if (!found_find(&inv, "unreadable-answers")) /* what cannot be read tells no more */
            symptoms_apply(&inv);
        if (inv.num_found)
            qsort(inv.found, inv.num_found, sizeof *inv.found, by_harm);
        framework_advise(&inv);
    }
    *out = mem_alloc((inv.num_found + 1) * sizeof **out);
    for (size_t i = 0; i < inv.num_found; i++)
        (*out)[(*out_count)++] = inv.found[i].diagnosis;
    free(inv.found);
    sights_clear(&inv);
}

/* --- everything that can be diagnosed --- */

static const struct {
    size_t (*count)(void);
    struct diagnosis_kind (*at)(size_t index);
} sources[] = {
    {rule_kind_count, rule_kind_at},
    {forensic_kind_count, forensic_kind_at},
    {symptom_kind_count, symptom_kind_at},
    {processing_kind_count, processing_kind_at},
    {unreadable_kind_count, unreadable_kind_at},
};

static bool kind_at(size_t wanted, struct diagnosis_kind *out)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        size_t count = sources[i].count();
        if (wanted < count) {
            *out = sources[i].at(wanted);
            return true;
        }
        wanted -= count;
    }
    return false;
}

/* A kind that two sources can find is listed once. */
static bool came_before(size_t index)
{
    struct diagnosis_kind kind = {.id = ""};
    (void)kind_at(index, &kind);
    for (size_t i = 0; i < index; i++) {
        struct diagnosis_kind other = {.id = ""};
        if (kind_at(i, &other) && strcmp(other.id, kind.id) == 0)
            return true;
    }
    return false;
}

struct diagnosis_kind diagnosis_kind_at(size_t index)
{
    struct diagnosis_kind kind = {0};
    for (size_t i = 0, listed = 0; kind_at(i, &kind); i++)
        if (!came_before(i) && listed++ == index)
            break;
    return kind;
}

size_t diagnosis_kind_count(void)
{
    struct diagnosis_kind kind;
    size_t count = 0;
    for (size_t i = 0; kind_at(i, &kind); i++)
        count += !came_before(i);
    return count;
}

bool diagnosis_kind_find(const char *id, struct diagnosis_kind *out)
{
    for (size_t i = 0; kind_at(i, out); i++)
        if (strcmp(out->id, id) == 0)
            return true;
    return false;
}
