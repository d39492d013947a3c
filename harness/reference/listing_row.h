/* Rows of a listing, and the listings of what the receiver has. Private to listing*.c. */
#ifndef REFERENCE_LISTING_ROW_H
#define REFERENCE_LISTING_ROW_H

#include <jansson.h>
#include <stdbool.h>

#include "run/library.h"

/* Appends an object whose member `key` is `name`. Borrowed from `rows`. */
json_t *row_add(json_t *rows, const char *key, const char *name);

/* NULL is null. */
void row_set_text(json_t *row, const char *key, const char *text);
void row_set_bool(json_t *row, const char *key, bool value);

void listing_fill_faults(const struct library *library, json_t *rows);
void listing_fill_variations(const struct library *library, json_t *rows);
void listing_fill_behaviours(const struct library *library, json_t *rows);
void listing_fill_diagnoses(const struct library *library, json_t *rows);
void listing_fill_snippets(const struct library *library, json_t *rows);

#endif
