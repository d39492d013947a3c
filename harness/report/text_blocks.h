/* The blocks below the headline of the text report. */
#ifndef REPORT_TEXT_BLOCKS_H
#define REPORT_TEXT_BLOCKS_H

#include "report/text_page.h"
#include "result/result.h"

/* How much of each block is shown; what is left out is counted in its last line. */
struct text_limits {
    size_t short_causes; /* in at most ten lines each */
    size_t brief_causes; /* after these, in two lines each */
    size_t failures;     /* that no cause explains */
    size_t warnings;
    size_t reasons; /* for undecided, and for skipped cases */
    size_t suites;
    bool whole; /* nothing is cut, ids are listed: the limits above say nothing */
};

void text_add_causes(const struct page *page, const struct run_result *result,
                     const struct text_limits *limits);
void text_add_unexplained(const struct page *page, const struct run_result *result,
                          const struct text_limits *limits);
void text_add_warnings(const struct page *page, const struct run_result *result,
                       const struct text_limits *limits);
void text_add_suites(const struct page *page, const struct run_result *result,
                     const struct text_limits *limits);
/* Cases that are undecided, and those that were not asked: one line for each reason. */
void text_add_open(const struct page *page, const struct run_result *result,
                   const struct text_limits *limits);

/* When nothing could be reached: what was tried, what came back, what to do. */
void text_add_unreached(const struct page *page, const struct run_result *result);

#endif
