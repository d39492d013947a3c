/* One specimen asked, and what a pair says of it. */
#ifndef DIAGNOSE_OUTCOME_H
#define DIAGNOSE_OUTCOME_H

#include "diagnose/investigation.h"

#define LOST "such events are lost: Panora does not retry them"

/* Whether it passes; what it met is noted when it does not. */
struct outcome_of {
    bool passed;
    int status;
    enum answer answer;
    char *described; /* NULL when it passed */
};

struct outcome_of ask_for(struct investigation *inv, const struct specimen *specimen);

/* The same of one that is accepted. The caller frees it. */
char *describe_good(const struct investigation *inv, const struct specimen *specimen);

/* Whether the one is accepted and the other is not as often as both are asked in turn. Who refuses
 * now and then, or cuts off what comes too fast, is found out by that; the caller has seen both
 * once. False as well when nothing more may be asked. */
bool holds_in_turn(struct investigation *inv, const struct specimen *accepted,
                   const struct specimen *refused);

#endif
