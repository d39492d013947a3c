/*
 * When requests are due, at a rate: request number k has a time of its own that no answer moves.
 */
#ifndef LOAD_PACE_H
#define LOAD_PACE_H

#include <stdint.h>

struct pace {
    double per_second; /* more than 0 */
    int64_t ramp_ns;   /* the rate grows from 0 to per_second in this time; 0 = at once */
};

/* When request `number` (from 0) is due, from the beginning. */
int64_t pace_due_ns(const struct pace *pace, uint64_t number);

/* How many requests are due before `ns` from the beginning. */
uint64_t pace_count(const struct pace *pace, int64_t ns);

#endif
