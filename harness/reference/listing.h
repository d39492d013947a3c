/*
 * What `hookcheck list` knows: each kind of thing that a user can name is a row here, filled from
 * the table that holds it.
 */
#ifndef REFERENCE_LISTING_H
#define REFERENCE_LISTING_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "run/library.h"

struct listing {
    const char *name; /* "cases" */
    const char *sentence;
    const char *columns[8]; /* keys shown as text, in order, the name first; NULL ends them. A
                               boolean is shown as its key, or
                               "-" */
    /* Appends one object for each thing to the array `rows`. */
    void (*fill)(const struct library *library, json_t *rows);
};

extern const struct listing listings[];
extern const size_t num_listings;

/* The row of that name, or NULL with the nearest name. */
const struct listing *listing_find(const char *name, struct error *err);

/* --- for what fills rows --- */

/* In receiver_reference.c. */
void listing_fill_faults(const struct library *library, json_t *rows);
void listing_fill_variations(const struct library *library, json_t *rows);
void listing_fill_behaviours(const struct library *library, json_t *rows);

#endif
