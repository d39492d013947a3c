/*
 * What the receiver remembers from one request to the next: which ids it has accepted, and how
 * many. Right behaviour needs none of it; some faults do.
 */
#ifndef RECEIVE_MEMORY_H
#define RECEIVE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define MEMORY_MAX 4096 /* ids; the oldest go first */

struct catalogue;

struct memory {
    char **ids; /* a ring of MEMORY_MAX; NULL until the first */
    size_t num_ids;
    size_t next;
    uint64_t num_requests;
    uint64_t num_refused;
    double allowance;            /* requests that a rate limit lets through at once */
    int64_t allowance_ns;        /* when it was that much, monotonic; 0 = never yet */
    struct catalogue *catalogue; /* NULL until somebody asks whether a type is known */
};

void memory_clear(struct memory *memory);

/* Whether `id` is among those added; at most 256 bytes of an id count. */
bool memory_has(const struct memory *memory, struct bytes id);
void memory_add(struct memory *memory, struct bytes id);

/* Whether `type` stands in Panora's catalogue. */
bool memory_knows_type(struct memory *memory, struct bytes type);

#endif
