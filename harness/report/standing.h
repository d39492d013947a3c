/*
 * What a verdict means to formats that know only success and failure: JUnit and TAP.
 */
#ifndef REPORT_STANDING_H
#define REPORT_STANDING_H

#include <stdbool.h>

#include "result/result.h"

enum standing {
    STANDING_PASSED,    /* pass and info; warn unless the run is strict */
    STANDING_FAILED,    /* fail; warn when it is strict */
    STANDING_UNDECIDED, /* a required case could not be decided, or only with events that Panora
                           does not send, or nothing required was asked at all */
    STANDING_SKIPPED,   /* skip, and what is not required and could not be decided */
    STANDING_COUNT
};

enum standing case_standing(const struct run_result *result, const struct case_result *one);

/* Why a case without an answer of its own has this standing: its reason, or that of the run. */
const char *case_standing_reason(const struct run_result *result, const struct case_result *one);

/* Whether the verdict of this case decides about the run: must, and should when it is strict. */
bool case_is_required(const struct run_result *result, const struct case_result *one);

/* Whether an earlier case has the same suite as case `index`: then its suite has been dealt with.
 */
bool suite_came_before(const struct run_result *result, size_t index);

/* How `loudest` begins when the exit code is due to a baseline that holds no more. */
#define BASELINE_IS_STALE "The baseline is out of date"

#endif
