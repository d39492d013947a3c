/*
 * The mutations: each way in which a sent request may differ from what Panora would send. One row
 * each.
 *
 * Stages, in order: "event" changes the event before it is signed, so that it stays genuine; "sign"
 * changes how it is signed; "wire" changes the request after signing.
 */
#ifndef COMPOSE_MUTATION_H
#define COMPOSE_MUTATION_H

#include <stdbool.h>

#include "compose/compose.h"
#include "sign/signature.h"
#include "suite/word.h"

/* A request in the making. */
struct draft {
    const struct composer *composer;
    struct rng *rng;
    struct event event;
    /* how it is signed; "sign" mutations change these */
    struct buf key;
    const char *algorithm; /* of sign/digest.h */
    bool keyed;            /* HMAC; false = plain hash of the message */
    struct buf message;
    /* what is sent; "wire" mutations change these. Content-Length is set to the body's length last,
     * where it is present. */
    char signature[SIGNATURE_SIZE]; /* the right one for `event` */
    struct request request;
};

struct mutation {
    struct word word;
    bool is_flaw; /* a right endpoint refuses the result (or may); false: it stays genuine */
    bool (*apply)(struct draft *draft, const struct call *call, struct error *err);
};

extern const struct word_table mutation_words;

#endif
