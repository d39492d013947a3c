/*
 * What all connections of a server share: who answers, how patient it is, who is connected. A
 * zeroed one needs `base`, `service` and `manners`.
 */
#ifndef SERVE_HOST_H
#define SERVE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/answer.h"
#include "serve/inbound.h"

struct event_base;
struct evconnlistener;
struct ev_token_bucket_cfg;
struct connection;

/* When a request that has only its head so far may be answered. */
enum head_moment {
    HEAD_READ, /* its head was read */
    HEAD_FITS, /* ... and announces a body that is not too long */
    HEAD_WAITS /* ... and the client waits for 100 (Continue) */
};

/* Why a request is refused before it is complete. */
enum refusal_kind { REFUSAL_TOO_LARGE, REFUSAL_BUSY, REFUSAL_MALFORMED };

struct refusal {
    enum refusal_kind kind;
    int status;          /* the usual one */
    const char *problem; /* REFUSAL_MALFORMED: one sentence */
};

/* Who answers. Every answer comes zeroed and is taken over. Members may be NULL but for `refuse`
 * and `answer`. */
struct service {
    /* True = the answer is there, and the body is not wanted. */
    bool (*answer_head)(void *payload, enum head_moment moment, const struct inbound *request,
                        struct answer *out);
    void (*refuse)(void *payload, const struct refusal *why, const struct inbound *request,
                   struct answer *out);
    /* Answers a complete request. False = later, by connection_answer(request->line), and what
     * `request` borrows stays until then. */
    bool (*answer)(void *payload, const struct inbound *request, struct answer *out);
    /* The client went away inside a request. */
    void (*abandoned)(void *payload, const struct inbound *request);
    /* A connection that waited for its answer, or had a stream, is about to be freed. */
    void (*gone)(void *payload, struct connection *line);
    /* An answer with ENDING_DIE went out. */
    void (*died)(void *payload);
};

/* 0 = none, unless it says otherwise. */
struct host_manners {
    size_t body_max;        /* bytes */
    int64_t idle_ns;        /* an idle connection is closed after this; not 0 */
    int64_t request_ns;     /* a request must be complete in this time; not 0 */
    int64_t stale_ns;       /* a request that comes after so long a pause meets a reset */
    size_t workers;         /* connections that are served at once, the others wait */
    size_t max_connections; /* not 0 */
};

struct host {
    struct event_base *base;
    const struct service *service;
    void *payload; /* of `service` */
    struct host_manners manners;
    int64_t (*wall_ms)(void);            /* NULL = no Date header */
    struct ev_token_bucket_cfg *reading; /* how fast bytes are read; NULL = as they come */

    struct evconnlistener *listener; /* paused while all workers are busy */
    struct connection *first;        /* in the order in which they were accepted */
    struct connection *last;
    size_t num_connections;
    uint64_t num_accepted;
    uint64_t num_requests;
    size_t held; /* bytes of request bodies in memory, of all connections together */
};

/* All request bodies together; beyond it requests are refused with 503. Bodies of usual length have
 * the last part for themselves, so a few clients with long ones do not shut out the others. */
#define HELD_MAX      ((size_t)64 * 1024 * 1024)
#define HELD_USUAL    ((size_t)64 * 1024)
#define HELD_RESERVED ((size_t)8 * 1024 * 1024)

#endif
