/*
 * Bytes as text: hexadecimal and base64 (RFC 4648), percent-encoding (RFC 3986 section 2.1).
 */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"

/* Append the encoded form of `in` to `out`. */
void encode_hex(struct bytes in, struct buf *out);       /* lower case */
void encode_hex_upper(struct bytes in, struct buf *out); /* upper case */
void encode_base64(struct bytes in, struct buf *out);    /* RFC 4648 section 4, padded */
void encode_base64url(struct bytes in, struct buf *out); /* RFC 4648 section 5, not padded */
void encode_percent(struct bytes in, struct buf *out);   /* all but unreserved characters */

/* Append what `in` stands for. Strict: they return false, with `out` as it was, on any character
 * that does not belong, on an odd number of digits, and (base64) on wrong length or padding. */
bool decode_hex(struct bytes in, struct buf *out);
bool decode_base64(struct bytes in, struct buf *out);

#endif
