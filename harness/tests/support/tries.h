/*
 * What only luck decides on a busy machine - that something took no longer than so long, that one
 * thing came before another - is tried again until it succeeds. What is wrong fails each time.
 *
 *     struct tries tries = {0};
 *     while (tries_go_on(&tries)) {
 *         ...
 *         tries.ok = clock_monotonic_ns() - begun_ns < NS_PER_S;
 *     }
 *     cr_expect(tries.ok, "...");
 */
#ifndef TESTS_SUPPORT_TRIES_H
#define TESTS_SUPPORT_TRIES_H

#include <stdbool.h>

#define TRIES_MAX 10

struct tries {
    int count; /* begun */
    bool ok;   /* the last one succeeded */
};

static inline bool tries_go_on(struct tries *tries)
{
    return !tries->ok && tries->count++ < TRIES_MAX;
}

#endif
