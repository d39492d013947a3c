/* Counts over the cases of a run: by suite, and by the reason for which a case stayed open. */
#ifndef REPORT_TALLY_H
#define REPORT_TALLY_H

#include <stddef.h>

#include "result/result.h"

struct suite_tally {
    const char *suite; /* borrowed from the result */
    size_t counts[VERDICT_COUNT];
    size_t total;
};

/* One for each suite, in the order in which they first appear; the caller frees the array. */
struct suite_tally *tally_suites(const struct run_result *result, size_t *out_count);

struct reason_tally {
    const char *reason; /* borrowed from the result */
    size_t count;
    const struct case_result *first;
};

/* One for each reason of the cases with this verdict, the most frequent first; the caller frees the
 * array. */
struct reason_tally *tally_reasons(const struct run_result *result, enum verdict verdict,
                                   size_t *out_count);

/* "138: 98 in panora/delivery, 40 in panora/payload", or just "98 in panora/delivery": the cases of
 * a diagnosis by suite, most first. */
void tally_add_explained(const struct run_result *result, const struct diagnosis *diagnosis,
                         struct buf *out);

/* The case of that id, or NULL. */
const struct case_result *result_case(const struct run_result *result, const char *id);

/* Whether a case that the cause explains has failed. */
bool cause_has_failed(const struct run_result *result, const struct diagnosis *cause);

#endif
