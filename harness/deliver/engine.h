/*
 * Sends requests and watches what comes back, many in flight on one thread.
 *
 * Two ways. Without a connection: libcurl's multi interface, a fresh connection each (libcurl would
 * silently send a POST again when a re-used connection resets). With a connection: libcurl
 * resolves, connects, does TLS and proxies (CURLOPT_CONNECT_ONLY), and a writer and response reader
 * of our own do the rest, so every byte and every reset is seen; the connection can carry one
 * exchange after another.
 *
 * HTTP/1.1 only; redirects are never followed; only http and https; no cookies; the response is
 * read to OBSERVED_BODY_MAX and then counted only, and ended as TIMED_OUT at the deadline whatever
 * the endpoint does. No body and no signature goes to any host but the target's.
 *
 * Both ways put the same bytes on the wire: header lines in their order and spelling (a blank value
 * as "Name:"), the body as it is (with Transfer-Encoding: chunked it is framed already),
 * nothing added but the extra headers and, last unless the request has its own, Authorization for
 * the URL's userinfo. A request that libcurl cannot send so (HEAD with a body) goes the raw way by
 * itself. Content codings are removed by the libcurl way only.
 */
#ifndef DELIVER_ENGINE_H
#define DELIVER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "deliver/target.h"
#include "http/headers.h"
#include "http/request.h"
#include "result/observation.h"

/* How to reach the endpoint; texts are borrowed and outlive the engine. Meanings are curl's. */
/* What is said, on standard error and in every report, where `insecure` is set. */
#define ENGINE_INSECURE                                                                            \
    "certificates were not checked (--insecure): anyone on the way could have answered"

struct engine_options {
    const char *cacert;
    const char *cert;
    const char *key;
    bool insecure;
    const char *const *resolve; /* HOST:PORT:ADDRESS */
    size_t num_resolve;
    const char *const *connect_to;
    size_t num_connect_to;
    const char *proxy;
    int ip_version;               /* 0 = any, 4, 6 */
    struct headers extra_headers; /* added to every request after Panora's own; borrowed */
};

struct engine;
struct engine_connection;

/* Loads libcurl and its TLS library for good. engine_new does so for as long as there is an engine;
 * a process whose children each make one saves them the time. */
void engine_load_libraries(void);

/* NULL with a sentence when libcurl cannot do what `options` say (an unreadable CA file, a
 * malformed --resolve). `target` is borrowed and outlives the engine. Makes the process ignore
 * SIGPIPE unless that is handled already. */
struct engine *engine_new(const struct target *target, const struct engine_options *options,
                          struct error *err);
void engine_free(struct engine *engine); /* attempts under way end without a call back */

/* Called once an attempt has ended. `seen` is the callee's to keep: it must call observation_clear.
 */
typedef void engine_on_done(void *payload, struct observation *seen);

/* Raw way: how long bytes, or a close, that follow an answer are waited for. They mostly come with
 * it, so a short look misses few. */
enum engine_linger {
    LINGER_USUAL, /* 50 ms */
    LINGER_SHORT, /* 10 ms */
    LINGER_NONE   /* over with the last byte of the answer */
};

struct engine_send {
    const struct request *request;        /* borrowed until on_done is called: it may be long */
    struct engine_connection *connection; /* NULL = libcurl's multi interface, connected afresh */
    int64_t timeout_ns;                   /* deadline for the whole attempt */
    enum engine_linger linger;
    engine_on_done *on_done;
    void *payload;
};

/* Begins an attempt; `on_done` is called from a later engine_wait, never from here, and may begin
 * others and free connections. On a connection that has an exchange under way it is NOT_SENT. */
void engine_send(struct engine *engine, const struct engine_send *send);

/* A connection for exchanges one after another, by the raw way. It connects with its first
 * exchange; when the server has closed it in between, the next exchange connects anew (as Panora's
 * sender does) and `idle_closed_ns` of the previous observation is reported by
 * engine_connection_idle. Stray bytes between exchanges end it too. Freed with the engine at the
 * latest. */
struct engine_connection *engine_connection_new(struct engine *engine);

/* Closes; an exchange that is under way ends as NOT_SENT in the next engine_wait. NULL is fine. */
void engine_connection_free(struct engine_connection *connection);

/* Since the last exchange ended on it: whether the server has closed (`out_ns` after the end) and
 * whether by a reset. False while it is open. */
bool engine_connection_idle(const struct engine_connection *connection, int64_t *out_ns,
                            bool *out_reset);

/* Lets things happen for at most `timeout_ns`, or until an attempt has ended. Returns the number of
 * attempts still under way. Without any it still waits, watching idle connections. */
size_t engine_wait(struct engine *engine, int64_t timeout_ns);

/* Ends every attempt that holds its connection (STOP_HOLD) with OUTCOME_LEFT. */
void engine_release_held(struct engine *engine);

/* Ends every attempt under way with OUTCOME_NOT_SENT; their on_done are called. */
void engine_cancel_all(struct engine *engine);

#endif
