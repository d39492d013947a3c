/*
 * A run_result with one of everything that reports have to show, made by hand, always the same: the
 * golden examples in reports/examples come from it.
 */
#ifndef TESTS_SUPPORT_SAMPLE_RESULT_H
#define TESTS_SUPPORT_SAMPLE_RESULT_H

#include "result/result.h"

/* Hidden in the result, and yet in a header that is sent, in a response and (as base64) in another:
 * no report may hold it. */
#define SAMPLE_SECRET        "whsec_do-not/show+me"
#define SAMPLE_SECRET_BASE64 "d2hzZWNfZG8tbm90L3Nob3crbWU="

/* Fills a zeroed `result`; the caller clears it with run_result_clear. */
void sample_result(struct run_result *result);

/* The case of that id. */
struct case_result *sample_case(struct run_result *result, const char *id);

/* Counts the verdicts again, after a test has changed some. */
void sample_count(struct run_result *result);

#endif
