/*
 * What a load is to hold: 'p99<500ms,errors<0.1%'. Each part is a measure, < or >, and a limit.
 */
#ifndef LOAD_SLO_H
#define LOAD_SLO_H

#include <stdbool.h>

#include "base/error.h"
#include "load/tally.h"

struct slo_term {
    char text[48]; /* as it was written, blanks left out */
    enum { SLO_PERCENTILE, SLO_MEAN, SLO_MAX, SLO_ERRORS, SLO_RATE } measure;
    double percent; /* SLO_PERCENTILE */
    bool is_below;  /* < or <=; otherwise > or >= */
    bool or_equal;
    double limit; /* ns, a percentage, or requests a second */
};

/* Zeroed is empty: it always holds. slo_clear frees the array. */
struct slo {
    struct slo_term *terms;
    size_t count;
};

/* Adds the terms of `text`, separated by commas. */
bool slo_add(struct slo *slo, const char *text, struct error *err);
void slo_clear(struct slo *slo);

/* What was measured for the term, in the unit of its limit. `seconds` is how long was measured. */
double slo_measured(const struct slo_term *term, const struct tally *tally, double seconds);
bool slo_term_holds(const struct slo_term *term, const struct tally *tally, double seconds);
bool slo_holds(const struct slo *slo, const struct tally *tally, double seconds);

/* Appends a value of the term's measure with its unit: "412 ms", "0.02%", "480/s". */
void slo_add_value(const struct slo_term *term, double value, struct buf *out);

#endif
