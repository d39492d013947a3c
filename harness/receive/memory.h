/*
 * What the receiver remembers from one request to the next: which events it has processed, so that
 * a copy of one is not processed again, and what some faults need.
 */
#ifndef RECEIVE_MEMORY_H
#define RECEIVE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "sign/secret.h"
#include "sign/signature.h"

#define MEMORY_MAX  4096 /* ids; the oldest go first */
#define MEMORY_BUSY 64   /* requests under way */

struct catalogue;

struct remembered {
    char *id;
    int64_t since_ns; /* clock_monotonic_ns() when it was added */
    uint16_t head;    /* which of `heads` it is found from */
    uint16_t older;   /* the next one from that head: its place in the ring and 1; 0 = none */
};

struct memory {
    struct remembered *ids; /* a ring of MEMORY_MAX; NULL until the first */
    uint16_t *heads;        /* a hash table of MEMORY_MAX: the latest with that hash, as `older` */
    size_t num_ids;
    size_t next;
    uint64_t num_requests;
    uint64_t num_refused;
    int64_t newest_h;     /* the latest date inside an event, in hours since 1970 */
    double allowance;     /* requests that a rate limit lets through at once */
    int64_t allowance_ns; /* when it was that much, monotonic; 0 = never yet */
    /* of what befalls any request: faults_h.c */
    size_t num_bytes;                   /* of bodies, since the start */
    int64_t busy_until_ns[MEMORY_BUSY]; /* the requests that are under way; in no order */
    size_t num_recent;                  /* requests since recent_ns */
    int64_t recent_ns;
    uint64_t chance;         /* the state of its dice */
    int64_t latest_ns;       /* when the latest request came; 0 = none has */
    int64_t locked_until_ns; /* everything is turned away until then */
    struct signer *signer;   /* with signer_key; NULL until something is signed */
    struct secret signer_key;
    struct catalogue *catalogue; /* NULL until somebody asks whether a type is known */
    struct js *shapes;           /* NULL until somebody asks what data looks like */
};

struct event_type;

/* Panora's signature of `message`, which most requests ask for with the same key. */
void memory_sign(struct memory *memory, struct bytes key, struct bytes message,
                 char out[SIGNATURE_SIZE]);

void memory_clear(struct memory *memory);

/* Whether `id` is among those added; at most 256 bytes of an id count. */
bool memory_has(const struct memory *memory, struct bytes id);
void memory_add(struct memory *memory, struct bytes id);

/* How long ago `id` was added, in ns; -1 when it is not among them. */
int64_t memory_age_ns(const struct memory *memory, struct bytes id);

/* Whether `type` is in Panora's catalogue. */
bool memory_knows_type(struct memory *memory, struct bytes type);

/* What Panora's catalogue says of `type`, or NULL. Borrowed. */
const struct event_type *memory_find_type(struct memory *memory, struct bytes type);

/* What data looks like, as fixtures/events/shapes.json has it. Borrowed. */
const struct js *memory_shapes(struct memory *memory);

#endif
