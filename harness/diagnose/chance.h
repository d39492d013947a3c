/* What of a series is due to chance. */
#ifndef DIAGNOSE_CHANCE_H
#define DIAGNOSE_CHANCE_H

#include "diagnose/series.h"

/* The share of a series that failed. */
double share_of(const struct series *series);

/* How likely it is that at most `count` of `tries` fail when each does with `share`. */
double chance_of_at_most(size_t count, size_t tries, double share);

/* Wilson's interval at 95%, in per cent. */
void chance_interval(size_t failed, size_t count, int *out_low, int *out_high);

#endif
