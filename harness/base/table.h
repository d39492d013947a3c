/*
 * Rows that are found by name. A row is a struct of any kind that starts with its name, a const
 * char *; the rows of a table are in one array, or in one array for each file that has some, so
 * a row is next to the functions that it names.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The rows of one file. */
struct table_part {
    const void *rows;
    size_t count;
};

/* For an initialiser: all of an array. */
#define TABLE_PART(array)                                                                          \
    {                                                                                              \
        array, sizeof(array) / sizeof *(array)                                                     \
    }

struct table {
    const char *noun; /* "mutation" */
    size_t row_size;
    const struct table_part *const *parts; /* NULL ends them */
};

size_t table_count(const struct table *table);

/* Row `index` over all parts, in order; NULL behind the last. */
const void *table_at(const struct table *table, size_t index);

/* The row of that name; or NULL, with "no NOUN "NAME"; did you mean "NEAREST"?". `err` may be NULL.
 */
const void *table_find(const struct table *table, const char *name, struct error *err);

/* --- lists of names --- */

/* Borrowed names in an array that grows. Zeroed is empty; names_clear frees the array. */
struct names {
    const char **items;
    size_t count;
};

void names_add(struct names *names, const char *name);
void names_add_rows(struct names *names, const struct table *table);
bool names_has(const struct names *names, const char *name);
void names_clear(struct names *names);

#endif
