/* How long answers took, by kind of request, and whether two samples of them differ. */
#ifndef REPORT_ANSWER_TIMES_H
#define REPORT_ANSWER_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "result/result.h"

/* Genuine or forged, accepted or refused. */
#define NUM_ANSWER_KINDS 4
const char *answer_kind_name(size_t kind); /* "genuine, accepted" */

struct answer_times {
    int64_t *ns; /* sorted */
    size_t count;
};

/* The times of the run's complete answers of that kind; the caller clears. */
void answer_times_take(const struct run_result *result, size_t kind, struct answer_times *out);
void answer_times_clear(struct answer_times *times);

/* The time that `percent` of the answers did not pass; there is at least one. */
int64_t answer_times_percentile(const struct answer_times *times, size_t percent);

/* The two-sided Mann-Whitney U test with its normal approximation, corrected for ties: how likely
 * samples differ as much as these when both come from one distribution; 1 when one has fewer than
 * eight values. */
double answer_times_p_value(const struct answer_times *a, const struct answer_times *b);

#endif
