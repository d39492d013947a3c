/* The ways in which single characters are written otherwise: in JSON, in source code, in URLs and
 * in HTML. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What an escape says: a few bytes, and how many of the text it takes; 0 when it is none. */
struct said {
    char bytes[4];
    size_t len;
    size_t taken;
};

/* One such way; each is begun by a sign of its own. */
struct escape {
    char sign;
    bool is_blank;                       /* it only says a blank */
    struct said (*say)(struct bytes in); /* what stands at the beginning of `in` */
};

extern const struct escape escapes[];
extern const size_t num_escapes;

/* The value of a hexadecimal digit; -1 when it is none. */
int escape_digit(char c);

/* `count` such digits at the beginning of `in`; -1 when they are not there. */
int32_t escape_hex(struct bytes in, size_t count);

#endif
