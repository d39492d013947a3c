/*
 * What an endpoint may compute instead of Panora's signature. Each hypothesis changes one part of
 * how an event is signed: the message, the key, the digest's form, or the header that carries it.
 * Two of different parts can be combined.
 *
 * An event that is signed by a hypothesis and accepted, while a plain forgery is refused, proves
 * it: only who computes exactly that can accept it.
 */
#ifndef DIAGNOSE_HYPOTHESIS_H
#define DIAGNOSE_HYPOTHESIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/headers.h"
#include "panora/serialiser.h"

enum hypothesis_part { PART_MESSAGE, PART_KEY, PART_DIGEST, PART_HEADER, NUM_PARTS };

/* What is signed, taken apart once. `body` is borrowed, the rest is owned. */
struct subject {
    struct bytes body;
    struct buf message; /* what Panora signs: JSON.stringify(data) */
    struct buf data;    /* the text in `data`, or its JSON if it is not a string */
    bool is_text;
    char id[40];
    struct buf type; /* of the event, or nothing */
    int64_t wall_s;  /* now */
};

/* False when `body` has no data to sign. `body` outlives the subject. */
bool subject_read(struct subject *subject, struct bytes body, int64_t wall_ms);
void subject_clear(struct subject *subject);

/* A signature in the making. */
struct signing {
    const struct subject *subject;
    struct bytes secret;
    struct buf message;
    struct buf key;
    struct buf value;       /* of the header */
    struct headers headers; /* that carry it */
};

struct hypothesis;
typedef bool apply_hypothesis(const struct hypothesis *hypothesis, struct signing *signing);

struct hypothesis {
    const char *id;       /* "raw-body" */
    const char *sentence; /* completes "The endpoint ..." */
    const char *remedy;
    const char *language; /* that the row speaks for, or NULL */
    enum hypothesis_part part;
    bool is_likely;       /* tried first, and in pairs */
    bool is_open_key;     /* anyone can compute it: what it accepts is a hole */
    bool is_open_message; /* one signature fits every event: whoever saw one can forge all others */
    bool is_offline;      /* differs for no event that Panora sends: for captured requests */
    bool is_whole;        /* a scheme of its own: combines with no other message */
    bool keeps_key;       /* another scheme: tried with no other key, and over no constant */
    bool needs_private;   /* only over https or to loopback */
    apply_hypothesis *apply;
    const char *argument;
};

/* How an endpoint computes: a hypothesis for each part in which it differs from Panora; NULL = as
 * Panora does. */
struct computation {
    const struct hypothesis *parts[NUM_PARTS];
};

/* In the order in which they are tried. */
extern const struct hypothesis hypotheses[];
extern const size_t num_hypotheses;

const struct hypothesis *hypothesis_find(const char *id);

/* Signs as Panora does but for what `first` and `second` (each may be NULL), or the parts of `by`,
 * change. False when one of them means nothing for this subject or this secret. Clear the signing
 * in any case. */
bool hypothesis_sign(const struct hypothesis *first, const struct hypothesis *second,
                     const struct subject *subject, struct bytes secret, struct signing *out);
bool hypothesis_sign_by(const struct computation *by, const struct subject *subject,
                        struct bytes secret, struct signing *out);

/* The value of the header for `body`. False when there is none, or it is not shorter than `size`.
 */
bool hypothesis_value(const struct computation *by, struct bytes body, int64_t wall_ms,
                      struct bytes secret, char *out, size_t size);

/* The same as hypothesis_sign_by in two steps: message and key, and then, whatever became of these,
 * the header. */
bool hypothesis_plan(const struct computation *by, const struct subject *subject,
                     struct bytes secret, struct signing *out);
bool hypothesis_finish(const struct computation *by, struct signing *signing);

/* Appends only the message that is signed. False as above. */
bool hypothesis_message(const struct computation *by, const struct subject *subject,
                        struct bytes secret, struct buf *out);
void signing_clear(struct signing *signing);

#endif
