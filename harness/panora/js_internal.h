/*
 * What the parts of panora/js share: the shape of a value, the memory of a tree, decimal numbers
 * and UTF-8. For panora/js*.c and their tests only.
 */
#ifndef PANORA_JS_INTERNAL_H
#define PANORA_JS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "panora/js.h"

/* The longest text that is read. Keeps every size in 32 bits, even when each byte becomes U+FFFD.
 */
#define JS_TEXT_MAX ((size_t)1 << 30)

/* Sixteen bytes, because a body of 10 MiB can hold five million of them. */
struct js {
    union {
        bool boolean;
        double number;
        const char *text;          /* NUL-terminated, which `size` does not count */
        struct js *items;          /* arrays */
        struct js_member *members; /* objects, in the order in which they are written */
        size_t enclosing; /* while reading: where the container around this open one stands */
    } as;
    uint32_t size; /* bytes, items or members */
    enum js_kind kind;
};

struct js_member {
    struct js key; /* a string */
    struct js value;
};

/* A root with the memory of all its parts, so freeing needs no walk. The root comes first. */
struct js_tree {
    struct js root;
    struct js_chunk *chunks;
};

/* Returns `len` bytes, aligned for a value, that live as long as the tree. */
void *js_tree_room(struct js_tree *tree, size_t len);

/* Frees the tree and all its parts. */
void js_tree_free(struct js_tree *tree);

/* Brings members from the order of the text into that of the language: the last of equal keys wins
 * at the place of the first, array-index keys come first in ascending order. Returns how many are
 * left. */
size_t js_order_members(struct js_member *members, size_t count);

/* Digits kept of a number: a double's exact halfway points have up to 767 significant ones, so that
 * what lies beyond these can only break a tie, for which one further digit stands. */
#define JS_DIGITS_MAX 800

/* 0.DIGITS times ten to the power of `point`, without leading zeros. No digits: zero. */
struct js_decimal {
    int64_t point;
    size_t count;
    bool more;                       /* there were further digits, and not only zeros */
    char digits[JS_DIGITS_MAX + 32]; /* with room for a tie-breaker and an exponent */
};

/* The double nearest to a number in JSON's grammar. */
double js_number_value(struct bytes text);

/* How many bytes the character at `at` has. When it is not well-formed UTF-8: `out_valid` is false
 * and the length is that of the maximal subpart, for which one U+FFFD stands. `at` is before `end`.
 */
size_t js_utf8_length(const char *at, const char *end, bool *out_valid);

/* Copies from `at` the ASCII that stands in a JSON string as it is: up to a quote, a backslash, a
 * control character or what is not ASCII, at most to `end`. `to` has room for all up to `end`.
 * Returns how many bytes. */
size_t js_copy_plain(const char *at, const char *end, char *to);

/* U+FFFD. */
#define JS_REPLACEMENT "\xEF\xBF\xBD"

#endif
