/* UTF-8 (RFC 3629), one character at a time. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The longest character, in bytes. */
#define UTF8_MAX 4

/* The length of the well-formed character at the beginning of `in`, 1 to 4 bytes; 0 when there is
 * none, as in an empty `in`. */
size_t utf8_len(struct bytes in);

/* The code point of a character that has `len` bytes by utf8_len. */
uint32_t utf8_point(const char *at, size_t len);

/* Writes a code point of at most U+10FFFF and returns its length. A surrogate, which UTF-8 does not
 * have, becomes three bytes like its neighbours. */
size_t utf8_write(uint32_t point, char out[UTF8_MAX]);

#endif
