#ifndef DIAGNOSE_DIGESTS_H
#define DIAGNOSE_DIGESTS_H

#include "diagnose/series.h"

/* Whether the refusals of this series depend on the signature; then that is found. */
bool digests_decide(struct investigation *inv, const struct series *series);

#endif
