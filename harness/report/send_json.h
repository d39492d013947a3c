/* The lines that `send --format json` prints: one object for each attempt, and one for their sum.
 */
#ifndef REPORT_SEND_JSON_H
#define REPORT_SEND_JSON_H

#include "base/buf.h"
#include "report/send_report.h"

void send_json_attempt(const struct send_report *report, const struct send_attempt *attempt,
                       const struct observation *seen, struct buf *out);

/* {"summary": {...}}; the times of `report` are sorted. */
void send_json_sum(const struct send_report *report, struct buf *out);

#endif
