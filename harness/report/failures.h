/* The requests of the failed cases as one document, so they can be sent again by other tools.
 */
#ifndef REPORT_FAILURES_H
#define REPORT_FAILURES_H

#include "base/buf.h"
#include "format/request_format.h"
#include "result/result.h"

/* Appends the request that decided each failed (with --strict also each warned) case, secrets
 * replaced. Returns how many requests the format cannot say; those are left out. */
size_t failures_render(const struct run_result *result, const struct request_format *format,
                       struct buf *out);

#endif
