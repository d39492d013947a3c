/*
 * The data that experiments start from: realistic, and as dull as can be, so every library
 * writes it again in the same way. Texts hold nothing but letters, digits and a few marks; there is
 * no null, nothing empty, no fraction; keys are sorted.
 */
#ifndef DIAGNOSE_DOCUMENT_H
#define DIAGNOSE_DOCUMENT_H

#include "base/rng.h"
#include "diagnose/feature.h"
#include "panora/catalogue.h"

struct document_member {
    char *key;
    char *json;
};

struct document {
    struct document_member *members; /* in the order in which they are written */
    size_t count;
    bool is_rows; /* it is one row of an array */
};

/* Dull data for an event of `type`. */
void document_make(const struct catalogue *catalogue, const char *type, int64_t wall_ms,
                   struct rng *rng, struct document *out);
/* The same as Panora sends it, with all that libraries write differently. */
void document_take(const struct catalogue *catalogue, const char *type, int64_t wall_ms,
                   struct rng *rng, struct document *out);
void document_clear(struct document *document);

/* What features of data are put in, each in its odd form or, with `plain`, in its dull one. */
struct document_form {
    const struct feature *const *features;
    size_t num_features;
    bool plain;
    size_t padding; /* bytes more, in a member of their own; 0 = none */
};

/* Appends it as JSON. Every text that looks like a UUID is made anew from `rng`, so no two
 * events hold the same data. */
void document_write(const struct document *document, const struct document_form *form,
                    struct rng *rng, struct buf *out);

#endif
