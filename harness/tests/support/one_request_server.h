/* A server for one request, so that a test can see what another program sends. */
#ifndef TESTS_SUPPORT_ONE_REQUEST_SERVER_H
#define TESTS_SUPPORT_ONE_REQUEST_SERVER_H

#include "base/buf.h"

/* Listens on 127.0.0.1 at a free port. Returns the socket, or -1. */
int server_listen(int *out_port);

/* Takes one connection and reads until `len` bytes came, or nothing more for a second; answers 204
 * and closes. False when nobody came within a minute. Does not close `listener`. */
bool server_take(int listener, size_t len, struct buf *out);

#endif
