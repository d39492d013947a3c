/*
 * What happened to one attempt: a plain value that judge and report read.
 */
#ifndef RESULT_OBSERVATION_H
#define RESULT_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/headers.h"

/* How the attempt ended. */
enum outcome {
    OUTCOME_NOT_SENT,    /* never begun: budget, interruption, or a dead endpoint */
    OUTCOME_ANSWERED,    /* a response arrived and its framing is right */
    OUTCOME_UNRESOLVED,  /* the host name has no address */
    OUTCOME_REFUSED,     /* nobody accepted the connection */
    OUTCOME_UNREACHABLE, /* no route, or connecting timed out */
    OUTCOME_TLS_FAILED,  /* no TLS session */
    OUTCOME_RESET,       /* connected, then reset before the response was complete */
    OUTCOME_CLOSED,      /* connected, then closed without any response byte */
    OUTCOME_CUT_SHORT,   /* the response ended before it was complete */
    OUTCOME_MALFORMED,   /* what came is no HTTP/1.x response that Panora's sender takes */
    OUTCOME_TIMED_OUT,   /* no complete response by the deadline */
    OUTCOME_LEFT,        /* this client ended it on purpose, before any response: an upload broken
                            off, a connection held, a TLS handshake alone */
    OUTCOME_COUNT
};

/* "answered", "connection refused", ... */
const char *outcome_name(enum outcome outcome);

/* Whether a connection, and with https a TLS session, was had. */
bool outcome_had_session(enum outcome outcome);

#define OBSERVED_OPENING_MAX 48 /* bytes that are kept of how an answer begins */

#define OBSERVED_BODY_MAX ((size_t)1024 * 1024) /* bytes kept; more are only counted */

/* What a TLS handshake showed; of a default client that trusts the usual CAs or --cacert. */
struct tls_facts {
    bool asked;
    bool offered;          /* this client could send what it was to offer */
    bool established;      /* the server agreed */
    char alpn[16];         /* the protocol that it chose of those offered; "" = none */
    char protocol[16];     /* "TLSv1.3" */
    char cipher[64];       /* "TLS_AES_256_GCM_SHA384" */
    char subject[128];     /* of the server's certificate, visible characters only */
    char names[256];       /* that it is for, from subjectAltName: "example.com, 127.0.0.1" */
    char chain_error[96];  /* why the chain is not trusted, dates and name apart; "" = it is */
    char date_error[96];   /* a certificate of the chain is not valid now; "" = all are */
    bool name_matches;     /* the certificate is for the URL's host */
    int64_t not_before_ms; /* wall time from which on all certificates of the chain are valid */
    int64_t not_after_ms;  /* wall time at which the first certificate of the chain expires */
};

struct observation {
    enum outcome outcome;
    char detail[256]; /* one sentence when there is something to say, e.g. libcurl's or OpenSSL's
                         words; never a secret */
    int status; /* 100 to 599; 0 when there is none. Also set when the response is cut short */
    struct headers headers; /* of the final response */
    struct buf body;        /* content-coding removed when `decoded`; at most OBSERVED_BODY_MAX */
    bool body_is_shared;    /* the bytes are borrowed: of the answers that are kept (kept.h) */
    bool body_cut;          /* more came, and was searched, than is kept here */
    size_t headers_cut;     /* fields that came and are not kept */
    size_t headers_cut_len; /* bytes in their names and values */
    uint64_t body_len;      /* bytes received, also those not kept */
    bool decoded;

    /* phases, in ns from `started_ns`; -1 = not reached */
    int64_t started_ns;    /* clock_monotonic_ns() when the attempt began */
    int64_t dns_ns;        /* name resolved */
    int64_t connect_ns;    /* TCP connected */
    int64_t tls_ns;        /* TLS session; -1 over http */
    int64_t sent_ns;       /* request sent (raw way) or about to be (libcurl: PRETRANSFER) */
    int64_t first_byte_ns; /* first byte of the response */
    int64_t total_ns;      /* the end, whatever it was */

    char peer[64];                      /* address that was connected to */
    char opening[OBSERVED_OPENING_MAX]; /* raw way: the first bytes that came, whatever they are */
    size_t opening_len;
    bool ours;        /* NOT_SENT for want of something on this machine: ports, descriptors */
    bool cert_wanted; /* the server asked for a client certificate, and none was given */
    bool raw;         /* sent by the raw way: the fields below are exact only then */
    bool reused;      /* sent on a connection that had carried a message before */
    bool keep_alive;  /* the response announced that the connection stays open (RFC 9112 9.3) */
    int64_t idle_closed_ns; /* on a kept connection: when the server closed it, from the end of this
                               response; -1 = it was open as long as anyone looked */
    bool idle_was_reset;    /* ... and it was a reset, not an orderly close */
    bool body_after_none;   /* bytes after a 204, 304 or 1xx */
    bool extra_bytes; /* bytes beyond Content-Length or after the last chunk, before the connection
                         ended */
    bool bare_lf;     /* a line of the head ended with LF alone */
    size_t head_len;  /* bytes of the response head */
    int num_interim;  /* 1xx responses before the final one */
    bool waited_in_vain; /* for a 100 (Continue): the body went out without one */
    struct tls_facts tls;
};

void observation_init(struct observation *seen); /* NOT_SENT, phases -1 */
void observation_clear(struct observation *seen);

#endif
