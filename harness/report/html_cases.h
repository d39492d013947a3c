/* The cases on a page: as a grid of tiles, and each with all that is known of it. */
#ifndef REPORT_HTML_CASES_H
#define REPORT_HTML_CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "result/result.h"

/* How much is shown, so a page stays within its size. */
struct html_limits {
    size_t exchanges;       /* of a case that did not pass */
    size_t plain_exchanges; /* of one that did */
    size_t body;            /* bytes of a body */
    size_t text;            /* bytes of a fact about a case */
    bool curl;              /* with a line for curl */
    size_t cases;           /* of each suite that did not pass and show exchanges: the first ones */
};

void html_add_grid(const struct run_result *result, struct buf *out);

/* Search and filters, then a list in which each case has the anchor "cINDEX". Goes no further once
 * `out` is full. */
void html_add_cases(const struct run_result *result, const struct html_limits *limits,
                    struct buf *out);

#endif
