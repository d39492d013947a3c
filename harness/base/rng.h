/*
 * Reproducible randomness: the same seed gives the same numbers on every machine. Not for keys.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

/* Room for a UUID in words and its NUL. */
#define UUID_SIZE 37

/* A generator for `purpose` (an id, say) under `seed`; other purposes give unrelated numbers. */
struct rng rng_for(uint64_t seed, const char *purpose);

uint64_t rng_next(struct rng *rng);

/* A number from 0 to `limit` - 1; `limit` is at least 1. */
uint64_t rng_below(struct rng *rng, uint64_t limit);

/* Writes a version-4 UUID (RFC 9562 section 5.4), lower case. */
void rng_uuid(struct rng *rng, char out[UUID_SIZE]);

/* A seed that nobody can guess, never 0. */
uint64_t rng_fresh_seed(void);

#endif
