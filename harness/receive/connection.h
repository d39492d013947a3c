/*
 * One client's connection: reads requests, has them judged, writes answers, one after another. It
 * frees itself when it ends, in one place only (`settle` in connection.c).
 */
#ifndef RECEIVE_CONNECTION_H
#define RECEIVE_CONNECTION_H

#include <stdbool.h>

struct bufferevent;
struct host;

/* Takes over `bufferevent` (and with it its socket); it and `host` may be of any kind that libevent
 * has. `handshaking`: a TLS session comes first. */
void connection_begin(struct host *host, struct bufferevent *bufferevent, bool handshaking);

/* Ends all connections of `host` at once. */
void connection_end_all(struct host *host);

/* Ends the connection that has been idle longest, to make room; false when none is idle. */
bool connection_end_idlest(struct host *host);

#endif
