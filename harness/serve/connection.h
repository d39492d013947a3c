/*
 * One client's connection: reads requests, has them answered, writes answers, one after another. It
 * frees itself when it ends, in one place only (`settle` in connection.c).
 */
#ifndef SERVE_CONNECTION_H
#define SERVE_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct answer;
struct bufferevent;
struct connection;
struct host;

/* Takes over `bufferevent` (and with it its socket); it and `host` may be of any kind that libevent
 * has. `handshaking`: a TLS session comes first. */
void connection_begin(struct host *host, struct bufferevent *bufferevent, bool handshaking);

/* The answer to a request whose service said "later"; takes it over. */
void connection_answer(struct connection *connection, struct answer *answer);

/* More bytes of a stream (answer.stream). Returns how many wait to be sent; a reader that is slow
 * lets them grow, and connection_end is for the caller to call. */
size_t connection_push(struct connection *connection, struct bytes bytes);

/* Ends it at once. Not from within a call of its service. */
void connection_end(struct connection *connection);

/* Ends all connections of `host` at once. */
void connection_end_all(struct host *host);

/* Ends the connection that has been idle longest, to make room; false when none is idle. */
bool connection_end_idlest(struct host *host);

#endif
