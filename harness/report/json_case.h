/* One testcase of the JSON report. */
#ifndef REPORT_JSON_CASE_H
#define REPORT_JSON_CASE_H

#include <jansson.h>

#include "result/result.h"

/* The caller owns the object. */
json_t *json_case(const struct run_result *result, const struct case_result *one);

/* Sets `name` to milliseconds with three decimals, or to null when `ns` is negative (not reached).
 */
void json_set_ms(json_t *object, const char *name, int64_t ns);

#endif
