/* The tree of all cases in the text report. */
#ifndef REPORT_TEXT_TREE_H
#define REPORT_TEXT_TREE_H

#include <stdbool.h>

#include "report/report.h"
#include "report/text_page.h"

/* Adds one case under its suite, with its facts; with every exchange when asked. */
void text_tree_case(const struct page *page, const struct run_result *result,
                    const struct case_result *one, bool with_exchanges,
                    struct text_progress *progress);

#endif
