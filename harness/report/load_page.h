/* Loads as pages: curves of rate, latency and errors over time, in the style of every other page.
 */
#ifndef REPORT_LOAD_PAGE_H
#define REPORT_LOAD_PAGE_H

#include "base/buf.h"
#include "report/load_record.h"

void load_page(const struct load_record *record, struct buf *out);

/* Two loads, curves over one another, and what differs. */
void load_compare_page(const struct load_record *before, const struct load_record *after,
                       struct buf *out);

#endif
