/* The program against a receiver of its own, which runs in a thread of the test. */
#ifndef TESTS_SUPPORT_RECEIVER_REPORT_H
#define TESTS_SUPPORT_RECEIVER_REPORT_H

#include <jansson.h>

#include "receive/fault.h"
#include "receive/receiver.h"

/* The report of a run with these words of the user's, which choose cases (at most 8); NULL ends
 * them. The caller frees it. */
json_t *receiver_report(struct receiver_options *options, const char *const *choice);

/* The ids of the diagnoses, a blank behind each. The caller frees them. */
char *diagnosis_ids(const json_t *report);

/* The diagnosis that the fault's row names, and no other. */
void expect_diagnosis_of(const struct fault *fault);

/* The diagnoses of a receiver that makes no mistake, whose run passes. */
void expect_diagnoses_of_right(const char *variation, bool tls, const char *const *choice,
                               const char *wanted);

#endif
