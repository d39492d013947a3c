/* The canary: a genuine event that shows whether the endpoint is well, sent as often as needed. */
#ifndef RUN_CANARY_H
#define RUN_CANARY_H

#include "run/testcase.h"

struct canary {
    struct testcase test;             /* its one request */
    const struct request *known_good; /* an event that was accepted; NULL = none yet. Borrowed */
    unsigned long long count;
    const struct plan *plan; /* that it was composed from. Borrowed */
    bool is_new;             /* this one has data of its own, too */
};

/* False with a sentence when it cannot be composed. */
bool canary_init(struct canary *canary, const struct plan *plan, struct error *err);
void canary_clear(struct canary *canary);

/* A usual event got in: a canary is made of the first of them from then on. */
void canary_note_accepted(struct canary *canary, const struct exchange *exchange);

/* A new one, to be sent: the event that was accepted before, under an id of its own. */
void canary_renew(struct canary *canary);

/* Another one, for the last found nobody or was refused. Who refuses data that it has seen takes
 * one with new data; after a refusal such a one and one as before take turns. */
void canary_repeat(struct canary *canary);

#endif
