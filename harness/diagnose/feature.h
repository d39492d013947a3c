/*
 * Features of a genuine event and of its request: what can be the one difference between an event
 * that is accepted and one that is not. One row each; the same row says how the feature is put in,
 * how it reads in a minimal pair, and what to call an endpoint that refuses nothing else.
 */
#ifndef DIAGNOSE_FEATURE_H
#define DIAGNOSE_FEATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "http/request.h"

enum feature_area {
    FEATURE_DATA,   /* a member of data */
    FEATURE_EVENT,  /* the event around data */
    FEATURE_REQUEST /* the request around the event */
};

struct feature {
    const char *id;
    enum feature_area area;
    const char *without; /* the twin, and this feature, as a pair shows them */
    const char *with;
    /* FEATURE_DATA: the member that carries it, and its value as JSON.stringify writes it */
    const char *key;
    const char *plain;
    const char *odd;
    const char *needle;    /* is in the JSON text of all data that has it; NULL = nothing does */
    const char *or_needle; /* ... or this; NULL = no other */
    void (*reshape)(struct buf *body);      /* FEATURE_EVENT */
    void (*dress)(struct request *request); /* FEATURE_REQUEST */
    const char *cause;                      /* id of the diagnosis when it is alone */
    const char *sentence;                   /* completes "The endpoint ..." */
    const char *remedy;
    const char *door_cause; /* the same for an endpoint that accepts nothing without it; NULL = */
    const char *door_sentence; /* `cause` and `sentence` are about that */
};

extern const struct feature features[];
extern const size_t num_features;

const struct feature *feature_find(const char *id);

/* A cause that several features have in common: it is named when all of them are refused. */
struct feature_group {
    const char *cause;
    const char *sentence;
    const char *remedy;
    const char *features[6]; /* NULL ends them; the first is shown in the pair */
    const char *parts[10];   /* those that it explains as well where they are refused */
};

/* The larger ones first. */
extern const struct feature_group feature_groups[];
extern const size_t num_feature_groups;

#endif
