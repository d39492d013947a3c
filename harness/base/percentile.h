/* Percentiles of times, by nearest rank. */
#ifndef BASE_PERCENTILE_H
#define BASE_PERCENTILE_H

#include <stddef.h>
#include <stdint.h>

void times_sort(int64_t *ns, size_t count);

/* The time that `percent` of `count` sorted times, at least one, did not pass. */
int64_t times_percentile(const int64_t *ns, size_t count, size_t percent);

#endif
