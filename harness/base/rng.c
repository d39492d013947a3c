#include "base/rng.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* FNV-1a, so that a purpose is a number. */
static uint64_t hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325ULL;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL;
    return hash;
}

/* SplitMix64: small, and every state gives a full period. */
uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

struct rng rng_for(uint64_t seed, const char *purpose)
{
    struct rng rng = {seed};
    rng.state = rng_next(&rng) ^ hash_text(purpose);
    return rng;
}

uint64_t rng_below(struct rng *rng, uint64_t limit)
{
    return rng_next(rng) % limit;
}

static void put_hex(char *out, uint64_t value, size_t width)
{
    while (width-- > 0) {
        out[width] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

void rng_uuid(struct rng *rng, char out[UUID_SIZE])
{
    uint64_t high = rng_next(rng);
    uint64_t low = rng_next(rng);
    static const char form[UUID_SIZE] = "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx";
    memcpy(out, form, sizeof form);
    put_hex(out, high >> 32, 8);
    put_hex(out + 9, high >> 16, 4);
    put_hex(out + 15, high, 3);
    put_hex(out + 19, (low >> 48 & 0x3fff) | 0x8000, 4); /* the variant of RFC 9562, section 4.1 */
    put_hex(out + 24, low, 12);
}

uint64_t rng_fresh_seed(void)
{
    uint64_t seed = 0;
    if (getentropy(&seed, sizeof seed) != 0)
        seed = (uint64_t)clock_monotonic_ns() ^ (uint64_t)getpid() << 32;
    seed &= 0x7fffffffffffffffULL; /* so that it is also a positive JSON integer */
    return seed ? seed : 1;
}
