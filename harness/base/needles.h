/*
 * Many values that are looked for in a text at once, in time that grows with the text alone.
 */
#ifndef BASE_NEEDLES_H
#define BASE_NEEDLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* A shorter value is in too many innocent words, and would be found by chance in what is
 * decoded: 6 bytes are met so once in 2^48 places. */
#define NEEDLE_MIN_LEN 6

struct needles;

struct needles *needles_new(void);
void needles_free(struct needles *needles); /* wipes the values; NULL is fine */

/* Looks for `value` (copied) from now on, and for what else is the same value: in lower and upper
 * case, in UTF-16 of either order, without its blanks, and Latin-1 as UTF-8. What is found of it is
 * told with `id`. A beginning of `enough` bytes is found as well; 0 = the whole value only. A value
 * of fewer than NEEDLE_MIN_LEN bytes is left out. */
void needles_add(struct needles *needles, struct bytes value, size_t enough, size_t id);

/* The same for these bytes alone. */
void needles_add_exactly(struct needles *needles, struct bytes value, size_t enough, size_t id);

/* Something is found: `len` bytes from `at` on are a value of `id`. Returns whether to go on. */
typedef bool needle_fn(void *payload, size_t at, size_t len, size_t id);

/* Calls `on_found` for everything that is in `in`; false when it was told to stop. */
bool needles_search(const struct needles *needles, struct bytes in, needle_fn *on_found,
                    void *payload);

size_t needles_longest(const struct needles *needles);  /* bytes; 0 when there are none */
size_t needles_shortest(const struct needles *needles); /* the same of what is enough */
bool needles_hold_blanks(const struct needles *needles);

#endif
