/*
 * Reads HTTP/1.x messages (RFC 9112) from bytes that arrive in any pieces, for both sides: requests
 * for the receiver, responses for the raw way of delivery. Opens no socket and keeps no body.
 *
 * Pull style: give it what arrived, take one event at a time until HTTP_MORE:
 *
 *     while ((event = http_reader_next(reader, &data, &len)) != HTTP_MORE) ...
 *
 * `data` and `len` are moved past what was consumed, so after HTTP_END the rest (a pipelined
 * message, or bytes that should not be there) is still the caller's. Every limit is enforced before
 * memory grows.
 */
#ifndef HTTP_READER_H
#define HTTP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "http/headers.h"

enum http_kind { HTTP_REQUEST, HTTP_RESPONSE };

enum http_event {
    HTTP_MORE,     /* feed more bytes */
    HTTP_HEAD,     /* the head is complete: start line and headers can be looked at */
    HTTP_BODY,     /* `reader->chunk` holds some decoded body bytes, valid until the next call */
    HTTP_END,      /* the message is complete; the next call begins another one */
    HTTP_MALFORMED /* `reader->problem` says what and where, `reader->status` what a server would
                      answer; the reader stays there */
};

struct http_limits {
    size_t start_line_max;  /* bytes; 0 = 8 KiB */
    size_t headers_max;     /* bytes of all header lines together; 0 = 64 KiB */
    size_t num_headers_max; /* 0 = 256 */
    bool strict_lines; /* a bare LF as line end is malformed; otherwise it is noted in `bare_lf` */
};

struct http_reader {
    /* valid from HTTP_HEAD on, until the next message begins; texts are the reader's */
    char *method; /* requests */
    char *target; /* requests: as it is in the request line */
    int status; /* responses: 100 to 599; after HTTP_MALFORMED of a request: 400, 413, 414, 431, 501
                   or 505 */
    char *reason; /* responses */
    int minor;    /* HTTP/1.minor */
    struct headers headers;
    struct headers trailers; /* valid from HTTP_END on */
    bool chunked;
    bool has_length;
    uint64_t content_length; /* when has_length */
    bool keep_alive;         /* what version and Connection header say (RFC 9112 section 9.3) */
    bool expects_continue;   /* requests: Expect: 100-continue (RFC 9110 section 10.1.1) */
    bool until_close;        /* responses: the body ends with the connection */
    bool bare_lf;            /* a line of this message ended with LF alone */
    size_t head_len;         /* bytes of start line and headers with their line ends */
    uint64_t body_len;       /* decoded body bytes so far */
    struct bytes chunk;      /* after HTTP_BODY */
    char problem[160];       /* after HTTP_MALFORMED: one sentence */

    /* private */
    enum http_kind kind;
    struct http_limits limits;
    struct http_reader_state *state;
};

/* Never NULL; the caller frees it with http_reader_free (NULL is fine). */
struct http_reader *http_reader_new(enum http_kind kind, const struct http_limits *limits);
void http_reader_free(struct http_reader *reader);

/* Takes bytes up to the next event. Interim responses (1xx other than 101) come as a HEAD and an
 * END of their own. */
enum http_event http_reader_next(struct http_reader *reader, const char **data, size_t *len);

/* Responses: the next message answers a request with this method (a HEAD answer has no body). */
void http_reader_expect_head_answer(struct http_reader *reader, bool to_head);

/* The connection has ended. True when that is a proper end here: between messages, or after a body
 * that lasts until close (then HTTP_END is due and `out_end` is set). False: the message was cut
 * short. */
bool http_reader_finish(struct http_reader *reader, bool *out_end);

/* Whether a message has begun and not ended. */
bool http_reader_is_inside(const struct http_reader *reader);

#endif
