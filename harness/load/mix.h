/*
 * What is sent next: genuine events of several types, forged ones, and events once more, in the
 * shares of the plan. One mix belongs to one thread; the same seed and number give the same bytes.
 */
#ifndef LOAD_MIX_H
#define LOAD_MIX_H

#include "deliver/engine.h"
#include "load/load.h"

struct mix;

struct mix_choice {
    enum load_kind kind;
    const char *forgery; /* the mutation's name; NULL = none. Borrowed. */
    size_t id_at;        /* where its id_event is in what is sent */
};

/* NULL with a sentence when an event cannot be composed. */
struct mix *mix_new(const struct load_plan *plan, const struct engine *engine, size_t number,
                    struct error *err);
void mix_free(struct mix *mix); /* NULL is fine */

/* Writes the next request, whole, in place of what `out` holds. */
struct mix_choice mix_next(struct mix *mix, struct buf *out);

#endif
