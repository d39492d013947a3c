/*
 * An HTTP/1.1 server on one thread: a listener, perhaps TLS, and the connections of a host. What is
 * answered is its service's affair (serve/host.h).
 */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "serve/host.h"
#include "serve/tls.h"

struct event;

struct server_options {
    const char *name;   /* of the program, in the subject of a CA that is made */
    const char *listen; /* HOST:PORT, [IPv6]:PORT; NULL = 127.0.0.1:0; port 0 = a free one */
    bool tls;           /* https; with a certificate made at start unless `cert` is set */
    const char *cert;   /* PEM file; with `key` */
    const char *key;
    enum tls_flaw flaw;   /* not TLS_RIGHT: https, without `cert` */
    bool stop_on_signals; /* SIGINT and SIGTERM stop it */
};

/* The owner fills service, payload, manners, wall_ms and reading of `host` before server_start; the
 * rest is the server's. */
struct server {
    struct host host;
    struct tls tls;
    struct evconnlistener *listener;
    struct event *on_stop;
    struct event *signals[2];
    struct event *tick; /* ends a server_poll */
    int stop_pipe[2];   /* writing a byte is all that a signal handler may do */
    bool stopped;
    char *url;
    int port;
};

/* Listens; serves from server_run or server_poll on. Ignores SIGPIPE in the whole process. Clear it
 * also after a failure. */
bool server_start(struct server *server, const struct server_options *options, struct error *err);

/* Ends its connections, frees what it holds and removes what it wrote to the temporary folder. */
void server_clear(struct server *server);

/* Serves until server_stop; returns at once when that was called before. */
void server_run(struct server *server);

/* Serves what is due now, waiting for it at most `timeout_ns`; false once server_stop was called.
 */
bool server_poll(struct server *server, int64_t timeout_ns);

/* Lets server_run return soon. May be called from any thread and from a signal handler. */
void server_stop(struct server *server);

/* After a fork, in the child that is to serve: the parent keeps the port and the temporary files.
 * SIGINT and SIGTERM stop the child. */
bool server_enter_child(struct server *server, struct error *err);

/* From now on connections are refused, though the port stays taken; and accepted again. */
void server_close(struct server *server);
bool server_reopen(struct server *server, struct error *err);

/* How many connections a server may have: `wanted` (0 = 1000), or fewer where the system allows
 * fewer files. */
size_t server_connections_allowed(size_t wanted);

#endif
