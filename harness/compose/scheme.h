/*
 * A signature scheme other than Panora's: how an endpoint computes that is known to compute
 * something else. With one, a composer makes events that are genuine, and forgeries that are
 * forged, to that endpoint.
 */
#ifndef COMPOSE_SCHEME_H
#define COMPOSE_SCHEME_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/request.h"
#include "panora/event.h"
#include "sign/signature.h"

struct scheme {
    const char *header; /* that carries the signature; no other does */

    /* Appends what is signed for `body`, and the key. False when `body` has nothing to sign. */
    bool (*plan)(const struct scheme *scheme, struct bytes body, struct buf *message,
                 struct buf *key);

    /* Appends the value of `header` for `message`. False when there is none. */
    bool (*sign)(const struct scheme *scheme, struct bytes message, struct bytes key,
                 struct buf *value);

    /* Changes what the endpoint wants otherwise of every request; NULL = nothing. */
    void (*dress)(const struct scheme *scheme, struct request *request);
};

/* Appends what is signed for `event`, and the key. False when there is nothing to sign. */
bool scheme_plan(const struct scheme *scheme, const struct event *event, struct buf *message,
                 struct buf *key);

/* Appends only what is signed; by Panora's rule when `scheme` is NULL. False as above. */
bool scheme_message(const struct scheme *scheme, const struct event *event, struct buf *message);

/* The value of the header for a message. False when there is none, or it is not shorter than
 * `size`. */
bool scheme_sign(const struct scheme *scheme, struct bytes message, struct bytes key, char *out,
                 size_t size);

/* The value of the header for `body`. False as above. */
bool scheme_value(const struct scheme *scheme, struct bytes body, char *out, size_t size);

/* Whether the request carries the right signature of its body, and no other. */
bool scheme_fits(const struct scheme *scheme, const struct request *request);

#endif
