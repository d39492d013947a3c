/*
 * Connections for whoever carries the bytes without the engine's help, thousands a second: libcurl
 * resolves, connects, and does TLS and proxies; then the caller watches the socket, writes and
 * reads.
 *
 * An engine that dials must not send (engine_send); its dials are freed before it is. One engine
 * belongs to one thread.
 */
#ifndef DELIVER_DIAL_H
#define DELIVER_DIAL_H

#include "base/buf.h"
#include "deliver/engine.h"

struct dial;

/* Appends all bytes of a request as this engine's endpoint gets it. The request goes out in one go
 * (transport_is_plain). */
void dial_request(const struct engine *engine, const struct request *request, struct buf *out);

/* Begins to connect. Never NULL; the caller frees it. */
struct dial *dial_begin(struct engine *engine, int64_t timeout_ns, void *payload);
void dial_free(struct dial *dial); /* closes; NULL is fine */

/* One of the engine's dials that has just connected, or failed; returns its payload. NULL when
 * there is none at the moment. Does not wait. */
void *dial_next(struct engine *engine);

/* Waits for connections under way, and for `fd` to become readable, for at most `timeout_ms`. */
void dial_wait(struct engine *engine, int fd, int timeout_ms);

/* Why it could not connect, in words for a person; NULL when it is connected. Borrowed. */
const char *dial_problem(const struct dial *dial);

/* Whether it failed because this machine had nothing left for it: no port, descriptor or memory. */
bool dial_lacks_socket(const struct dial *dial);

/* When connected: its socket, and how long connecting took, TLS included. */
int dial_socket(const struct dial *dial);
int64_t dial_connect_ns(const struct dial *dial);

/* Whether what it is connected to, a proxy perhaps, has a loopback or private address. */
bool dial_is_private(const struct dial *dial);

enum dial_end { DIAL_OK, DIAL_AGAIN, DIAL_CLOSED, DIAL_BROKEN };

/* Send and receive without waiting. DIAL_AGAIN: the socket is not ready. DIAL_CLOSED: the peer has
 * closed (receiving only). DIAL_BROKEN: reset, or another failure. */
enum dial_end dial_send(struct dial *dial, const char *data, size_t len, size_t *out_len);
enum dial_end dial_receive(struct dial *dial, char *data, size_t size, size_t *out_len);

#endif
