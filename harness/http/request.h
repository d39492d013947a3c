/*
 * A request to send, as a plain value: what compose makes, deliver sends and report shows.
 * Scheme, host and path come from the endpoint's URL when it is sent.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/headers.h"

/* What the client does after `stop_after` bytes of the body. */
enum stop {
    STOP_NOT,   /* it sends everything */
    STOP_RESET, /* it resets the connection */
    STOP_HOLD   /* it sends nothing more, and leaves the connection open */
};

/* What is looked at in a TLS handshake that carries no request. */
struct tls_question {
    bool asked;
    int min_version; /* 0 = as by default, else 0x0301 (TLS 1.0) to 0x0304 (TLS 1.3) */
    int max_version;
    const char *alpn; /* the one protocol that is offered ("h2"); NULL = none; static */
    char ciphers[64]; /* OpenSSL's words for what is offered below TLS 1.3; "" = its default */
};

/* How a request goes out; zeroed = in one go, by HTTP/1.1. Never changes what it says. */
struct transport {
    size_t chunk_size;    /* the body in chunks of so many bytes; 0 = not in chunks */
    bool http_1_0;        /* as a client of HTTP/1.0 */
    bool expect_continue; /* the body waits for a 100 (Continue), but a second at most */
    size_t piece_size;    /* bytes of the body that are written at once; 0 = all */
    size_t split_at;      /* one pause after so many bytes of the body; 0 = none */
    int64_t pause_ns;     /* between pieces */
    enum stop stop;
    size_t stop_after; /* bytes of the body */
    bool silent;       /* not even the head is sent; with STOP_HOLD */
    int64_t hold_ns;   /* STOP_HOLD ends after this at the latest */
    int ip_version;    /* 4 or 6 instead of what the user chose; 0 = as the user chose */
    bool proxy_line;   /* a line of the PROXY protocol goes first, before any TLS */
    struct tls_question tls;
};

struct request {
    char *method;           /* "POST" */
    char *query;            /* added to the URL's query, without '?' or '&'; NULL = nothing */
    struct headers headers; /* in the order in which they are sent; without Host and Content-Length
                               only when these are to be missing */
    struct buf body;
    struct transport transport;
};

/* Whether it goes out in any other way than in one go by HTTP/1.1 or to a chosen family. */
bool transport_is_plain(const struct transport *transport);

/* In a value of the Host header: deliver puts the endpoint's authority in its place. */
#define REQUEST_HOST_PLACEHOLDER "{host}"

void request_clear(struct request *request);
void request_copy(struct request *to, const struct request *from); /* `to` is zeroed or cleared */

#endif
