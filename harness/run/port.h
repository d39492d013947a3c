/*
 * What listens at a port that does not answer by HTTP/1.1 as it was asked: TLS behind http://,
 * plain HTTP behind https://, HTTP/2 alone, SSH, a load balancer's port that wants the PROXY
 * protocol. Found out by at most a few requests without an event, which leave through the gate.
 */
#ifndef RUN_PORT_H
#define RUN_PORT_H

#include "result/result.h"
#include "run/gate.h"

/* What the questions brought to light. */
struct port_signs {
    bool is_tls;                /* it was asked by https */
    struct observation plain;   /* an HTTP request without TLS */
    struct observation hello;   /* a TLS handshake that names no protocol */
    struct observation h2;      /* a TLS handshake that offers h2 alone */
    struct observation http11;  /* ... http/1.1 alone */
    struct observation proxied; /* a request behind a line of the PROXY protocol */
};

/* Whether the answer to the first request of a run leaves it open whether this is HTTP/1.1 at all.
 * Pure. */
bool port_is_doubtful(const struct observation *first, bool is_tls);

/* Names it, as far as the signs tell; false = nothing of the kind. `authority` is the endpoint's.
 * The caller frees the texts. Pure. */
bool port_name(const struct port_signs *signs, const char *authority, struct wrong_port *out);

/* Asks the endpoint and names it. The caller frees the texts. */
bool port_look(struct gate *gate, const struct target *target, int64_t timeout_ns,
               struct wrong_port *out);

#endif
