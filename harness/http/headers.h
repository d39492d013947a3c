/*
 * A list of header fields (RFC 9110 section 5) as they are on the wire: order, spelling and
 * duplicates are kept; names compare without regard to case (section 5.1). A zeroed struct is an
 * empty list.
 */
#ifndef HTTP_HEADERS_H
#define HTTP_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct header {
    char *name;
    char *value; /* may hold any byte but NUL, CR and LF */
};

struct headers {
    struct header *items;
    size_t count;
};

void headers_clear(struct headers *headers);
void headers_copy(struct headers *to, const struct headers *from); /* `to` is zeroed or cleared */

/* Appends a field, even when there is one of that name. Copies both texts. */
void headers_add(struct headers *headers, const char *name, const char *value);
void headers_add_bytes(struct headers *headers, struct bytes name, struct bytes value);

/* Gives the first field of that name this value and removes the others; appends when there is none.
 */
void headers_set(struct headers *headers, const char *name, const char *value);

/* Removes every field of that name; returns how many there were. */
size_t headers_remove(struct headers *headers, const char *name);

/* The value of the first field of that name, or NULL. Borrowed. */
const char *headers_find(const struct headers *headers, const char *name);

/* How many fields have that name. */
size_t headers_count(const struct headers *headers, const char *name);

/* What a field takes where it is kept or shown: its name and value, and HEADER_COST bytes for
 * itself. */
#define HEADER_COST 64
size_t header_cost(const struct header *header);

/* How many of the first fields cost at most `max_len` together. */
size_t headers_fitting(const struct headers *headers, size_t max_len);

/* Whether a field of that name has `token` among its comma-separated values, case ignored (a list
 * as in RFC 9110 section 5.6.1): headers_has_token(h, "Connection", "close"). */
bool headers_has_token(const struct headers *headers, const char *name, const char *token);

/* Whether two field names are the same. */
bool header_name_equal(const char *a, const char *b);

#endif
