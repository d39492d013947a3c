/*
 * Data that Panora could have sent for its type, in which one thing is as a step wants it: so long,
 * so deep, with such a value at one place. A receiver that looks at the shape of events has no
 * reason to refuse it.
 */
#ifndef COMPOSE_GENUINE_H
#define COMPOSE_GENUINE_H

#include "compose/compose.h"

/* Appends data of exactly `size` bytes: for rows, as many as fit, and a long text in the first; for
 * an object, a long text in what the provider answered, or in a field of its own. Where the
 * shortest genuine data is longer, that; below 512 bytes, and for unknown types, an object with an
 * id and a text, or a number. */
void genuine_of_size(const struct composer *composer, const struct sample_request *wanted,
                     size_t size, struct rng *rng, struct buf *out);

/* Appends data whose deepest place lies `depth` levels deep, inside what the provider answered. */
void genuine_of_depth(const struct composer *composer, const struct sample_request *wanted,
                      size_t depth, struct rng *rng, struct buf *out);

/* Writes `json` over the member `name` of the object that `data` is, or of its first row; a member
 * that is not there yet comes last. False when `data` is neither. */
bool genuine_put(struct buf *data, const char *name, const char *json);

#endif
