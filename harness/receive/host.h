/*
 * What all connections of a receiver share. For receiver.c and connection.c (and the fuzzer) alone.
 */
#ifndef RECEIVE_HOST_H
#define RECEIVE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "receive/behaviour.h"
#include "receive/journal.h"
#include "receive/rules.h"

struct event_base;
struct evconnlistener;
struct ev_token_bucket_cfg;
struct connection;

struct host {
    struct event_base *base;
    struct rules rules;
    struct argument fault_argument;
    struct behaviour_setting *behaviours;
    size_t num_behaviours;
    struct bytes secret;
    struct memory memory;
    struct journal *journal; /* NULL = none */
    bool journal_is_brief;
    FILE *out;                           /* one line a request; NULL = quiet */
    int64_t (*wall_ms)(void);            /* NULL = no Date header, and 1970 in the journal */
    int64_t request_ns;                  /* a request must be complete in this time */
    struct ev_token_bucket_cfg *reading; /* how fast bytes are read; NULL = as they come */
    void (*on_death)(void *payload);     /* a fault lets the process die */
    void *payload;

    struct evconnlistener *listener; /* paused while all workers are busy */
    struct connection *first;        /* in the order in which they were accepted */
    struct connection *last;
    size_t num_connections;
    size_t max_connections;
    uint64_t num_accepted;
    uint64_t num_requests;
    size_t held; /* bytes of request bodies in memory, of all connections together */
};

/* All request bodies together; beyond it requests are refused with 503. */
#define HELD_MAX ((size_t)512 * 1024 * 1024)

int64_t host_wall_ms(const struct host *host);

/* Gives the event a request's handling: a zeroed one that knows rules, secret, memory. */
struct handling host_handling(struct host *host, const struct inbound *request);

/* Whether there are behaviours of that moment; applies them, in the order given. */
bool host_behaves(const struct host *host, enum moment moment);
void host_apply(const struct host *host, enum moment moment, struct answer *answer,
                const struct inbound *request);

/* Sets up what behaviours do to connections (MOMENT_READ); host_clear tidies up. */
void host_prepare(struct host *host);

/* Writes the journal's line and the one for the person who watches. `result_text` says what the
 * request came to. */
void host_note(struct host *host, struct handling *handling, const char *type,
               const char *result_text, const char *problem);

/* Frees what the host itself holds: not the base, the secret, `out` or connections. */
void host_clear(struct host *host);

#endif
