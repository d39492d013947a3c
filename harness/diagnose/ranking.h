/* Which hypotheses about the message explain what was refused, and nothing that was accepted. */
#ifndef DIAGNOSE_RANKING_H
#define DIAGNOSE_RANKING_H

#include "diagnose/investigation.h"

struct ranked {
    const struct hypothesis *hypothesis;
    size_t num_explained;
    size_t rank; /* in the table */
};

/* How many of the refused events are explained if the endpoint computes by `by`; 0 if it would then
 * also refuse an event that was accepted. */
typedef size_t ranking_explains(const struct investigation *inv, const struct computation *by,
                                const void *payload);

/* Fills `out`, which has room for num_hypotheses, with those that explain something, the best
 * first; returns how many. */
size_t ranking_find(const struct investigation *inv, ranking_explains *explains,
                    const void *payload, struct ranked *out);

/* How the endpoint computes if that hypothesis is right. */
struct computation ranking_computation(const struct investigation *inv, const struct ranked *one);

#endif
