/* One testcase of the JSON report. */
#ifndef REPORT_JSON_CASE_H
#define REPORT_JSON_CASE_H

#include <jansson.h>

#include "result/result.h"

/* The caller owns the object. */
json_t *json_case(const struct run_result *result, const struct case_result *one);

#endif
