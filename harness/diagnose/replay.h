/* A case sent again, in order and with nothing beside it: what it met then is believed. */
#ifndef DIAGNOSE_REPLAY_H
#define DIAGNOSE_REPLAY_H

#include "diagnose/investigation.h"

enum replayed {
    REPLAYED_SAME,
    REPLAYED_OTHERWISE,
    NOT_REPLAYED /* it has too many requests, or nothing more may be sent */
};

/* Whether its decisive request meets the same once more. */
enum replayed replay_decisive(struct investigation *inv, const struct case_result *one);

/* Whether the endpoint goes down twice more, for it may also end of what came before. */
enum replayed replay_death(struct investigation *inv, const struct case_result *one);

#endif
