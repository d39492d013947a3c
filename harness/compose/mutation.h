/*
 * The mutations: each way in which a sent request may differ from what Panora would send. One row
 * each. To add one: write its function and its row in the file mutate_*.c where it belongs, and a
 * test of it.
 *
 * Stages, in order: "event" changes the event before it is signed, so it stays genuine; "sign"
 * changes how it is signed; "wire" changes the request after signing.
 */
#ifndef COMPOSE_MUTATION_H
#define COMPOSE_MUTATION_H

#include <stdbool.h>

#include "compose/compose.h"
#include "suite/word.h"

/* A request in the making. */
struct draft {
    const struct composer *composer;
    const struct step *step;
    struct rng *rng;
    struct event event;
    /* how it is signed; "sign" mutations change these */
    struct buf key;
    const char *algorithm; /* of sign/digest.h */
    bool keyed;            /* HMAC; false = plain hash of the message */
    const char *prefix;    /* before the digest that is sent; "" = none */
    struct buf message;
    char signature[SIGNATURE_VALUE_SIZE]; /* the right one for `event` */
    /* what is sent; "wire" mutations change it. Content-Length, where it is present, is set to the
     * body's length at the end. */
    struct request request;
    bool impossible; /* set beside an error: the secret, the machine or the scheme is the reason,
                        not the step */
};

struct mutation {
    struct word word;
    const char
        *phrase;  /* for a line such as "crm.contact.created, PHRASE"; %s = the first argument */
    bool is_flaw; /* a right endpoint refuses the result, or may; false: it stays genuine */
    bool (*apply)(struct draft *draft, const struct call *call, struct error *err);
};

/* Every row is a struct mutation. */
extern const struct table mutation_words;

/* Its rows, which are next to their functions in mutate_*.c. */
extern const struct table_part mutations_of_event;
extern const struct table_part mutations_of_signing;
extern const struct table_part mutations_of_signature;
extern const struct table_part mutations_of_body;
extern const struct table_part mutations_of_payload;
extern const struct table_part mutations_of_transport;

/* The name of the header that carries the signature. */
static inline const char *draft_signature_header(const struct draft *draft)
{
    const struct scheme *scheme = draft->composer->scheme;
    return scheme ? scheme->header : PANORA_SIGNATURE_HEADER;
}

/* The row that a call of a mutation means. */
static inline const struct mutation *mutation_of(const struct call *call)
{
    return (const struct mutation *)(const void *)
        call->word; /* the word is the row's first member */
}

/* Whether a call puts a value at a place in data, and at which. */
bool mutation_place(const struct call *call, enum data_place *out);

/* Adds "NAME" or "NAME=ARGUMENT" to the step, at the stage to which the mutation belongs. */
bool mutation_add(struct step *step, const char *text, struct error *err);

/* Appends the row's phrase with its argument. */
void mutation_add_phrase(const struct call *call, struct buf *out);

#endif
