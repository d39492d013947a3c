/* Test vectors: JSON files that are read with the project's own reader, because jansson refuses
 * some of what they hold. */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "panora/js.h"

/* Reads a whole JSON file; NULL when there is none. A file that is there and cannot be read fails
 * the test. */
struct js *vectors_read(const char *path);

/* The text of member `key`, or data == NULL when it is missing or no string. Borrowed. */
struct bytes vectors_text(const struct js *vector, const char *key);

/* Appends what the base64 text of member `key` stands for; fails the test when it is not base64. */
void vectors_base64(const struct js *vector, const char *key, struct buf *out);

/* The text of member `key`, or the bytes of member `base64_key`, which are put into `room`; data ==
 * NULL for neither. */
struct bytes vectors_text_or_base64(const struct js *holder, const char *key,
                                    const char *base64_key, struct buf *room);

#endif
