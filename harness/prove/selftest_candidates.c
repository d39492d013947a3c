/* Who is tried: the right receiver, its variations, its faults, and pairs of these, drawn by the
 * seed alone. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "prove/selftest.h"

#define SAMPLE_STEP 10 /* every so-manieth fault is run twice */

static bool is_wanted(const struct names *globs, const char *id, const char *name)
{
    for (size_t i = 0; i < globs->count; i++)
        if (text_glob(globs->items[i], id) || text_glob(globs->items[i], name))
            return true;
    return false;
}

static void add(struct selftest *selftest, const struct candidate *candidate)
{
    selftest->candidates = mem_resize(selftest->candidates, selftest->num_candidates + 1,
                                      sizeof *selftest->candidates);
    selftest->candidates[selftest->num_candidates++] = *candidate;
}

static void add_right(struct selftest *selftest)
{
    add(selftest, &(struct candidate){.name = mem_text("the right receiver"), .twice = true});
    add(selftest,
        &(struct candidate){.name = mem_text("the right receiver over https"), .tls = true});
}

static void add_faults(struct selftest *selftest, const struct names *wanted, bool all, bool twice)
{
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        if (all || is_wanted(wanted, fault->id, fault->name))
            add(selftest, &(struct candidate){.name = mem_text(fault->id),
                                              .fault = fault,
                                              .declared = catches_of(selftest->catches, fault),
                                              .tls = fault->tls,
                                              .twice = twice || i % SAMPLE_STEP == 0});
    }
}

static void add_variations(struct selftest *selftest, const struct names *wanted, bool all,
                           bool twice)
{
    const struct variation *variation;
    for (size_t i = 0; (variation = table_at(&variation_table, i)); i++) {
        if (all || is_wanted(wanted, variation->name, variation->name))
            add(selftest, &(struct candidate){.name = mem_format("variation %s", variation->name),
                                              .variation = variation,
                                              .tls = variation->tls,
                                              .twice = twice});
    }
}

/* --- two mistakes at once --- */

/* Every pair of the candidates' faults that one receiver can have. */
static size_t list_pairs(const struct selftest *selftest, struct candidate *out)
{
    size_t count = 0;
    for (size_t i = 0; i < selftest->num_single; i++)
        for (size_t k = i + 1; k < selftest->num_single; k++) {
            const struct fault *one = selftest->candidates[i].fault;
            const struct fault *other = selftest->candidates[k].fault;
            if (one && other && !rules_conflict(&one->overrides, &other->overrides))
                out[count++] =
                    (struct candidate){.fault = one, .also = other, .tls = one->tls || other->tls};
        }
    return count;
}

void selftest_add_pairs(struct selftest *selftest, size_t wanted)
{
    size_t singles = selftest->num_single;
    struct candidate *pairs = mem_alloc((singles * singles / 2 + 1) * sizeof *pairs);
    size_t count = list_pairs(selftest, pairs);
    struct rng rng = rng_for(selftest->seed, "pairs of faults");
    for (size_t i = 0, added = 0; i < count && added < wanted; i++) {
        size_t drawn = i + (size_t)rng_below(&rng, count - i);
        struct candidate pair = pairs[drawn];
        pairs[drawn] = pairs[i];
        if (causes_apart(selftest->causes, pair.fault, pair.also))
            continue;
        added++;
        pair.name = mem_format("%s with %s", pair.fault->id, pair.also->id);
        add(selftest, &pair);
    }
    free(pairs);
}

void selftest_choose(struct selftest *selftest, const struct names *faults,
                     const struct names *variations, size_t num_pairs, bool twice)
{
    bool all = faults->count == 0 && variations->count == 0;
    if (all)
        add_right(selftest);
    add_variations(selftest, variations, all, twice);
    add_faults(selftest, faults, all, twice);
    selftest->num_single = selftest->num_candidates;
    selftest->whole = all && selftest->num_only == 0;
    selftest_add_pairs(selftest, num_pairs);
}
