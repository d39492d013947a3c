/* A request as it arrived: a value that the one who answers reads. */
#ifndef SERVE_INBOUND_H
#define SERVE_INBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "http/headers.h"

struct connection;

/* All borrowed. */
struct inbound {
    const char *method; /* NULL = the head could not be read */
    const char *target;
    int minor;
    const struct headers *headers;
    struct bytes body;
    size_t first_piece_len; /* of the body: what came with the first read */
    bool chunked;
    bool whole;             /* the body is complete; else only the head may be judged */
    uint64_t number;        /* of the request, from 1 */
    uint64_t connection;    /* its number, from 1 */
    uint64_t on_connection; /* the how-manieth on its connection, from 1 */
    bool over_ipv6;
    bool from_loopback;      /* the client is on this machine */
    char address[48];        /* the client's, in digits; "" = unknown */
    struct connection *line; /* what it came on, for an answer that comes later */
};

/* The value of a header, trimmed, or data == NULL when there is none or more than one. */
struct bytes inbound_header(const struct inbound *request, const char *name);

#endif
