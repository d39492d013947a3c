/*
 * What there is to say about one case, in the order in which a reader wants it: the same facts in
 * the text report, JUnit and TAP.
 */
#ifndef REPORT_DETAILS_H
#define REPORT_DETAILS_H

#include <stddef.h>

#include "result/result.h"

struct detail {
    const char *key;   /* for programs: "as_panora" */
    const char *label; /* for people: "as Panora would record it" */
    const char *text;  /* borrowed; never empty */
};

#define CASE_DETAILS_MAX 12

/* Fills `out` with what is known and not empty; returns how many. */
size_t case_details(const struct case_result *one, struct detail out[CASE_DETAILS_MAX]);

/* Appends a measure's value in as many digits as it has, three decimals at most: "10485760",
 * "1.62".
 */
void measure_add_value(const struct measure *measure, struct buf *out);

/* Why the case has its verdict, in a sentence; the verdict's name when nobody said. Borrowed. */
const char *case_reason(const struct case_result *one);

/* The exchange that a reader wants to see first: the one that decided, else the last one; NULL when
 * there is none. */
const struct exchange *case_main_exchange(const struct case_result *one);

/* What the two requests of a pair met: "accepted" and "refused", or, where the first one is refused
 * as it should be and the other meets worse, "right" and "wrong". */
struct pair_labels {
    const char *accepted;
    const char *refused;
};
struct pair_labels pair_labels(const struct minimal_pair *pair);

const char *confidence_name(enum confidence confidence); /* "proved", "likely" */

#endif
