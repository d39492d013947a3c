/* A saved JSON report as the result that it was written from. */
#ifndef REPORT_REPORT_READ_H
#define REPORT_REPORT_READ_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"
#include "result/result.h"

/* Reads `text`, the content of `file`, into `out`, which the caller clears in any case. What a
 * report does not keep is missing: bodies beyond 2 KiB, how a request was broken into pieces. False
 * with "FILE: /PLACE: what is wrong" when it is not such a report. */
bool report_read(const char *file, struct bytes text, struct run_result *out, struct error *err);

#endif
