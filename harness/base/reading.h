/* What an encoded text says, and where each byte of that stands in the text. */
#ifndef BASE_READING_H
#define BASE_READING_H

#include <stddef.h>

#include "base/bytes.h"

struct piece;

struct reading {
    const struct reading *of; /* what was read; NULL: the text itself */
    char *bytes;
    size_t len, capacity;
    struct piece *pieces; /* where it stands in `of` */
    size_t num_pieces, max_pieces;
};

/* Forgets what was read, and reads `of` from now on. What is added in all must not be longer than
 * `len`. The memory is kept from one reading to the next. */
void reading_begin(struct reading *reading, const struct reading *of, size_t len);
void reading_clear(struct reading *reading);

/* Adds what stands in `in` from `at` to `end`, as it is. */
void reading_add_plain(struct reading *reading, struct bytes in, size_t at, size_t end);

/* Adds what the text from `from` to `to` says. */
void reading_add(struct reading *reading, struct bytes said, size_t from, size_t to);

/* From the first and the last byte of something in the reading to where it stands in the text. */
void reading_place(const struct reading *reading, size_t *first, size_t *last);

#endif
