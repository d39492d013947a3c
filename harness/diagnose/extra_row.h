/*
 * The forgeries and malformed requests that a diagnosis sends beside the cases: a table of rows,
 * and how each is written. What they met is for extras.c.
 */
#ifndef DIAGNOSE_EXTRA_ROW_H
#define DIAGNOSE_EXTRA_ROW_H

#include "diagnose/investigation.h"
#include "sign/signature.h"

/* What becomes of the right signature. */
enum shape {
    SHAPE_RIGHT,
    SHAPE_NONE,   /* no header */
    SHAPE_TEXT,   /* the text instead */
    SHAPE_CUT,    /* its first `len` digits alone */
    SHAPE_TAIL,   /* its last `len` digits alone */
    SHAPE_MIDDLE, /* `len` digits from its middle alone */
    SHAPE_ADDED,  /* the text behind it */
    SHAPE_FIRST,  /* its first `len` digits are right, the rest is wrong */
    SHAPE_LAST,   /* its last `len` digits are right */
    SHAPE_BY,     /* as the hypothesis `text` signs */
    SHAPE_NAMED,  /* the same, asked only when a case got in with an algorithm's name before it */
    SHAPE_SECRET,
    SHAPE_QUERY, /* in the query */
    SHAPE_TWO,   /* a wrong one, a comma, and the right one */
    SHAPE_WRONG  /* every digit is wrong */
};

enum form {
    FORM_USUAL,
    FORM_OBJECT,     /* in the other dialect */
    FORM_TYPE,       /* of the type `of`; with `len`, only if a case saw one get in */
    FORM_LARGE,      /* 200 KB */
    FORM_PLAIN_TEXT, /* content type text/plain */
    FORM_CHUNKED,
    FORM_MEMBER_MORE,
    FORM_SAME_ID,         /* under the id of an event that was accepted before */
    FORM_SAME_CONNECTION, /* after such an event on its connection */
    FORM_BODY,            /* `of` is the body */
    FORM_DEEP,            /* data is `len` arrays, one in the other, as text or as `of` says */
    FORM_LONG_HEADER,
    FORM_COUNT
};

struct extra_row {
    const char *sent;
    enum shape shape;
    const char *text;
    size_t len;
    enum form form;
    const char *of;
};

/* Forgeries, which nobody should accept; and odd requests, which break some receivers. */
const struct extra_row *extra_rows_forged(size_t *out_count);
const struct extra_row *extra_rows_malformed(size_t *out_count);

/* The event that the row changes; `feature` is where the specimen keeps its feature. */
struct specimen extra_row_specimen(const struct extra_row *row, const struct feature **feature);

/* Writes the request and its right signature into `extra`, which is empty; the caller clears it. */
void extra_row_write(struct investigation *inv, const struct extra_row *row,
                     const struct specimen *specimen, struct exchange *extra);

/* The right signature of what a body holds, by the endpoint's own rule; "" = it has none. */
void extra_row_sign(struct investigation *inv, struct bytes body, char out[SIGNATURE_SIZE]);

#endif
