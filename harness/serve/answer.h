/*
 * An answer as a value: what to say, and how to say it. Faults and behaviours change it before it
 * is written.
 */
#ifndef SERVE_ANSWER_H
#define SERVE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/headers.h"

/* What becomes of the connection after the last byte. */
enum ending {
    ENDING_KEEP,  /* the next request may come, if the client wants that */
    ENDING_CLOSE, /* closed in an orderly way */
    ENDING_RESET, /* reset: what was not yet read by the client may be lost */
    ENDING_HOLD,  /* left open, silent, until the client goes */
    ENDING_DIE    /* the whole process ends */
};

/* A zeroed answer with a status is a plain one. */
struct answer {
    int status;
    const char *reason;     /* NULL = the usual words for `status`; borrowed */
    struct headers headers; /* without framing and Connection, which are added */
    struct buf body;

    struct buf raw;       /* when it holds anything: these bytes are the answer, nothing else is */
    struct buf extra;     /* bytes after the message */
    const char *line_end; /* NULL = CR LF; borrowed */
    int minor;            /* 0 = HTTP/1.1, -1 = HTTP/1.0 */
    bool chunked;
    bool chunk_details;   /* with `chunked`: small chunks with extensions, and a trailer */
    bool unframed;        /* neither a length nor chunks */
    bool lower_case;      /* the names of headers */
    bool silent_close;    /* a closing connection is not announced */
    int64_t length_error; /* added to Content-Length */
    int interim;          /* status of the responses that go before, e.g. 103 */
    size_t num_interim;   /* how many of them */

    int64_t delay_ns; /* before the first byte */
    int64_t drip_ns;  /* between one byte and the next; 0 = all at once */
    bool cut;         /* only the first `cut_at` bytes are written */
    size_t cut_at;
    bool endless; /* body bytes go on until the client goes */
    bool stream;  /* the head, then what connection_push gives, until one of the two goes */
    enum ending ending;
};

void answer_clear(struct answer *answer);

/* Adds what the answer depends on from its request; appends the bytes that go onto the wire. */
struct answer_context {
    bool to_head;       /* a request with HEAD: no body goes out */
    bool client_is_1_0; /* keep-alive must be said, not left out */
    bool keep_alive;    /* the client would keep the connection */
    int64_t wall_ms;    /* for the Date header; 0 = none */
};

void answer_write(const struct answer *answer, const struct answer_context *context,
                  struct buf *out);

/* Whether the connection stays open after this answer. */
bool answer_keeps_alive(const struct answer *answer, const struct answer_context *context);

/* "Not Found", or "Unknown" for a status without usual words. */
const char *answer_reason(int status);

/* Replaces the body by `text` and says what it is. */
void answer_set_body(struct answer *answer, const char *content_type, const char *text);

#endif
