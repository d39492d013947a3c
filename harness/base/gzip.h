/* Bodies in gzip (RFC 1952). */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"

/* Appends `in`, stored as it is: the same bytes by every version of zlib. */
void gzip_store(struct bytes in, struct buf *out);

/* Appends `in`, compressed for speed. */
void gzip_pack(struct bytes in, struct buf *out);

/* Appends the `len` bytes that were packed by gzip_pack. */
void gzip_unpack(struct bytes in, size_t len, struct buf *out);

/* Appends what `in`, gzip or zlib (RFC 1950), expands to, at most `max` bytes of it. False when it
 * is neither, is damaged or ends too early. */
bool gzip_expand(struct bytes in, size_t max, struct buf *out);

/* Appends what expands to `len` zero bytes, about a thousandth of their number. */
void gzip_zeros(size_t len, struct buf *out);

#endif
