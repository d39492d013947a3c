#include "diagnose/ranking.h"

#include <stdlib.h>

static int by_explained(const void *left, const void *right)
{
    const struct ranked *a = left;
    const struct ranked *b = right;
    if (a->num_explained != b->num_explained)
        return a->num_explained > b->num_explained ? -1 : 1;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

size_t ranking_find(const struct investigation *inv, ranking_explains *explains,
                    const void *payload, struct ranked *out)
{
    size_t count = 0;
    for (size_t i = 0; i < num_hypotheses; i++) {
        const struct hypothesis *one = &hypotheses[i];
        struct ranked ranked = {.hypothesis = one, .rank = i};
        if (one->part != PART_MESSAGE || one->is_open_message || one->is_offline)
            continue;
        const struct computation by = ranking_computation(inv, &ranked);
        ranked.num_explained = explains(inv, &by, payload);
        if (ranked.num_explained)
            out[count++] = ranked;
    }
    if (count)
        qsort(out, count, sizeof *out, by_explained);
    return count;
}

struct computation ranking_computation(const struct investigation *inv, const struct ranked *one)
{
    struct computation by = inv->by;
    by.parts[PART_MESSAGE] = one->hypothesis;
    return by;
}
