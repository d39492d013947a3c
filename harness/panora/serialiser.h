/*
 * How the JSON libraries of other languages write again what they have read. A verifier that parses
 * the body and signs what it writes itself is right only where that is what JSON.stringify wrote;
 * each row here is one library with its usual settings.
 *
 * What the rows do is proved against outputs of the real libraries: fixtures/serializers.
 */
#ifndef PANORA_SERIALISER_H
#define PANORA_SERIALISER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"

/* How a number that is no whole number, or is written like none, comes out. */
struct number_form {
    bool keeps;            /* as it was read */
    bool all_are_doubles;  /* whole numbers lose what a double cannot hold */
    bool whole_as_integer; /* 1.0 comes out as 1 */
    bool mantissa_dot;     /* 1e-07 comes out as 1.0e-07 */
    bool plus;             /* 1e21 comes out as 1e+21 */
    char mark;             /* 'e' or 'E' */
    int exponent_digits;   /* at least so many */
    int smallest_fixed;  /* the point stands at most so far left (decimal exponent, e.g. -5) ... */
    int largest_fixed;   /* ... and right of the first digit; beyond, there is an exponent */
    bool fraction_stays; /* ... but none where digits stand behind the point */
};

struct serialiser {
    const char *id;       /* "python-default" */
    const char *name;     /* "Python's json.dumps with its defaults" */
    const char *language; /* "python" */
    const char *item_gap; /* between two members */
    const char *key_gap;  /* between key and value */
    const char *end;      /* after the whole; NULL = nothing */
    const char *escaped;  /* ASCII characters that come out as \uXXXX */
    const char *letters;  /* control characters that have a short form: "btnfr" */
    bool ascii;           /* what is not ASCII comes out as \uXXXX */
    bool surrogates;      /* ... lone surrogates, too, at which others throw */
    bool separators;      /* U+2028 and U+2029 come out as \uXXXX */
    bool upper;           /* \u00E9, not \u00e9 */
    bool slash;           /* / comes out as \/ */
    bool sorts;           /* members by key */
    bool arrays;          /* {} and objects with the keys 0, 1, 2 ... come out as arrays */
    bool drops_nulls;     /* members whose value is null, not elements */
    bool javascript;      /* as JSON.stringify does; nothing else here counts */
    struct number_form number;
};

/* The likely ones first. */
extern const struct serialiser serialisers[];
extern const size_t num_serialisers;

/* The row of that id, or NULL. */
const struct serialiser *serialiser_find(const char *id);

/* Appends `json` read and written again. False, with `out` as it was, when it is not JSON, is
 * nested deeper than 200, or holds something at which the library throws. */
bool serialiser_rewrite(const struct serialiser *serialiser, struct bytes json, struct buf *out);

#endif
