/* Reading "HOST:PORT" and finding out which port one has got. */
#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

#include <stdbool.h>

#include "base/error.h"

struct listen_address {
    char *host; /* without brackets */
    char *port;
};

/* Reads "127.0.0.1:0", "localhost:8080", "[::1]:0"; "[::]:0" is both families. listen_address_clear
 * frees what it holds. */
bool listen_address_read(const char *text, struct listen_address *out, struct error *err);
void listen_address_clear(struct listen_address *address);

/* A listening socket that does not block, or -1 with a sentence. */
int listen_open(const struct listen_address *address, struct error *err);

/* Begins to listen on a bound socket, as listen_open does; also again. */
bool listen_begin(int fd, struct error *err);

/* The port of a bound socket. */
int listen_port(int fd);

#endif
