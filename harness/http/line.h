/*
 * Lines of an HTTP/1.x message out of bytes that arrive in any pieces, with a limit. Every byte is
 * looked at once, however small the pieces.
 */
#ifndef HTTP_LINE_H
#define HTTP_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"

/* What is left of the bytes that the caller gave. */
struct input {
    const char *data;
    size_t len;
};

enum line_result {
    LINE_WHOLE,
    LINE_PART,     /* the end has not arrived */
    LINE_TOO_LONG, /* more than `max` bytes with its end */
    LINE_BARE_LF,  /* whole, but ended by LF alone */
    LINE_BARE_CR   /* a CR stands inside it (RFC 9112 section 2.2: invalid) */
};

/* Takes bytes from `in` up to and with the next LF, at most `max` with those in `kept`, where the
 * first part of a line waits for the rest. `line` is the line without its end, borrowed from `in`
 * or `kept`, which the caller resets before the next line. */
enum line_result line_take(struct buf *kept, struct input *in, size_t max, struct bytes *line);

#endif
