/* Two mistakes at once: which pairs of the faults are tried, by the seed alone. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "prove/selftest.h"

static bool can_be_both(const struct fault *one, const struct fault *other)
{
    return !rules_conflict(&one->overrides, &other->overrides);
}

/* Every pair of the candidates' faults that one receiver can have. */
static size_t list_pairs(const struct selftest *selftest, struct candidate *out)
{
    size_t count = 0;
    for (size_t i = 0; i < selftest->num_single; i++)
        for (size_t k = i + 1; k < selftest->num_single; k++) {
            const struct fault *one = selftest->candidates[i].fault;
            const struct fault *other = selftest->candidates[k].fault;
            if (one && other && can_be_both(one, other))
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
    for (size_t i = 0; i < count && i < wanted; i++) {
        size_t drawn = i + (size_t)rng_below(&rng, count - i);
        struct candidate pair = pairs[drawn];
        pairs[drawn] = pairs[i];
        pair.name = mem_format("%s with %s", pair.fault->id, pair.also->id);
        selftest->candidates = mem_resize(selftest->candidates, selftest->num_candidates + 1,
                                          sizeof *selftest->candidates);
        selftest->candidates[selftest->num_candidates++] = pair;
    }
    free(pairs);
}
