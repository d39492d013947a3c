/*
 * A TCP server for tests that does what its script says, byte for byte, on a port of its own.
 *
 * Each connection runs the script from the first step to the last in a thread of its own and is
 * then closed. Everything that arrives is kept and can be looked at. With a certificate it speaks
 * TLS.
 */
#ifndef TESTS_SUPPORT_RAW_SERVER_H
#define TESTS_SUPPORT_RAW_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum raw_action {
    RAW_READ_HEAD,    /* reads until an empty line */
    RAW_READ_REQUEST, /* ... and as many bytes as Content-Length says */
    RAW_READ,         /* reads `number` bytes */
    RAW_READ_TO_END,  /* reads until the peer closes */
    RAW_SEND,         /* sends `text`, or `number` bytes of it when that is not 0 */
    RAW_DRIP,         /* sends `text` byte by byte, `number` ms apart */
    RAW_FLOOD,        /* sends `text` again and again until the peer closes */
    RAW_FLOOD_SLOWLY, /* ... `number` ms apart */
    RAW_PAUSE,        /* waits `number` ms */
    RAW_HOLD,         /* waits until the server is stopped, reading nothing */
    RAW_RESET,        /* resets */
    RAW_CLOSE,        /* closes without TLS's farewell */
};

struct raw_step {
    enum raw_action action;
    const char *text;
    size_t number;
};

#define RAW_CONNECTIONS_MAX 512

struct raw_options {
    const char *address; /* NULL = "127.0.0.1" */
    const char *cert;    /* PEM files; with both it speaks TLS */
    const char *key;
    const char *client_ca; /* asks for a client certificate signed by this one */
};

struct raw_server;

/* Starts it; NULL when there is no such address here. Steps are borrowed. `options` may be NULL. */
struct raw_server *raw_server_start(const struct raw_step *steps, size_t num_steps,
                                    const struct raw_options *options);

/* Ends every connection, waits for the threads, frees it. */
void raw_server_stop(struct raw_server *server);

int raw_server_port(const struct raw_server *server);
size_t raw_server_num_connections(struct raw_server *server);

/* A copy of what arrived on connection `index` until now; caller clears. */
struct buf raw_server_received(struct raw_server *server, size_t index);

#endif
