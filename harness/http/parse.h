/*
 * One line of an HTTP/1.x message at a time (RFC 9112), as pure functions; http/reader.h puts them
 * together. Lines come without their line end.
 */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "http/headers.h"

/* What is wrong: `what` NULL = nothing; `status` is what a server answers to it. */
struct flaw {
    int status;
    const char *what;
};

#define NO_FLAW ((struct flaw){0, NULL})

struct request_line {
    struct bytes method;
    struct bytes target;
    int minor;
};

struct status_line {
    int status;
    int minor;
    struct bytes reason;
};

struct field_line {
    struct bytes name;
    struct bytes value; /* without the blanks around it */
};

/* The parts are borrowed from `line`. */
struct flaw parse_request_line(struct bytes line, struct request_line *out);
struct flaw parse_status_line(struct bytes line, struct status_line *out);
struct flaw parse_field_line(struct bytes line, struct field_line *out);

/* Reads "1a;name=value". */
struct flaw parse_chunk_size(struct bytes line, uint64_t *out);

/* The bytes without blanks (space, tab) at either end. */
struct bytes parse_trim(struct bytes in);

/* Whether there is no control character other than a tab (RFC 9110 section 5.5). */
bool parse_is_field_text(struct bytes in);

/* Whether `in` is a token (RFC 9110 section 5.6.2): a method, the name of a field. */
bool parse_is_token(struct bytes in);

/* How the end of a message's body is found (RFC 9112 section 6.3). */
struct framing {
    bool chunked;
    bool has_length;
    uint64_t length;
    bool until_close; /* responses only */
};

/* Decides for a request's headers. Refuses whatever two readers could take differently (RFC 9112
 * section 11.2). */
struct flaw framing_of_request(const struct headers *headers, int minor, struct framing *out);

/* The same for a response that may have a body: refuses what Node's client refuses. */
struct flaw framing_of_response(const struct headers *headers, struct framing *out);

#endif
