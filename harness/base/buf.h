/*
 * Growing bytes with a hard cap.
 *
 * Invariants: `data` is NULL or ends with a NUL that `len` does not count; `len` never passes
 * `max`. A zeroed struct is an empty buffer without a cap. What would pass the cap is cut and
 * `full` is set: reaching a cap is something to observe, not a failure.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct buf {
    char *data;
    size_t len;
    size_t capacity;
    size_t max; /* bytes; 0 = no cap */
    bool full;  /* something was cut */
};

/* Frees what it holds; the cap stays. */
void buf_clear(struct buf *buf);

/* Forgets the bytes but keeps the memory and the cap. */
void buf_reset(struct buf *buf);

/* The add functions append. What the cap cuts is told by `full`; out of memory ends the program. */
void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_bytes(struct buf *buf, struct bytes bytes);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_add_repeated(struct buf *buf, char c, size_t count);
void buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for `len` more bytes, so adding them moves nothing. */
void buf_reserve(struct buf *buf, size_t len);

/* Drops the first `len` bytes. */
void buf_drop(struct buf *buf, size_t len);

/* Hands the bytes over (NUL-terminated, never NULL; caller frees) and leaves the buffer empty. */
char *buf_take(struct buf *buf);

/* Borrowed view of the bytes. */
struct bytes buf_bytes(const struct buf *buf);

/* The bytes as a text: "" when there are none. Borrowed. */
const char *buf_text(const struct buf *buf);

#endif
