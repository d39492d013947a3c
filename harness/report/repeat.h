/*
 * How a case is repeated by hand, and its requests as they may be shown.
 */
#ifndef REPORT_REPEAT_H
#define REPORT_REPEAT_H

#include <stdbool.h>

#include "base/buf.h"
#include "format/request_format.h"
#include "http/request.h"
#include "result/result.h"

/* A copy of a request without secrets, and where it went. */
struct shown_request {
    struct request request;
    struct request_place place;
    struct buf url;
    struct buf authority;
    struct buf path;
};

/* With the first `body_max` bytes of the body. */
void shown_request_init(struct shown_request *shown, const struct run_result *result,
                        const struct request *request, size_t body_max);
void shown_request_clear(struct shown_request *shown);

/* Appends a curl line for the case's main exchange (report/details.h), without a line end. False
 * with nothing appended when there is no exchange, when it was not sent, or when its body is too
 * long for a command line. */
bool repeat_by_curl(const struct run_result *result, const struct case_result *one,
                    struct buf *out);

/* Appends `hookcheck run ... --only 'ID'`. */
void repeat_by_run(const struct run_result *result, const struct case_result *one, struct buf *out);

/* The case by which a cause is repeated: the first of its cases that failed, else its first. NULL
 * when it has none; owned by `result`. */
const struct case_result *repeat_case(const struct run_result *result,
                                      const struct diagnosis *diagnosis);

#endif
