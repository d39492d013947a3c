/*
 * The report formats: each renders a whole run_result; `text` can also be written as the cases
 * finish.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "result/result.h"

struct report_format {
    const char *name;     /* "junit" */
    const char *sentence; /* for `list formats` */
    const char *endings;  /* of files that hold it: ".html .htm"; "" = none says it */
    void (*render)(const struct run_result *result, struct buf *out);
};

extern const struct report_format *const report_formats[];
extern const size_t num_report_formats;

/* The row of that name, or NULL with the nearest name. */
const struct report_format *report_format_find(const char *name, struct error *err);

/* The row whose ending the file's name has, or NULL. */
const struct report_format *report_format_of_file(const char *path);

/* --- the text report while the run goes on --- */

enum text_detail {
    TEXT_SCREEN,    /* one screen: the headline, the causes, what is open, counts */
    TEXT_QUIET,     /* what went wrong and the line of counts */
    TEXT_TREE,      /* every case before that, and nothing cut */
    TEXT_EXCHANGES, /* every exchange of every case, too */
};

/* Lines of the screen, the line of counts included. */
#define TEXT_SCREEN_LINES 60

struct text_options {
    enum text_detail detail;
    bool color;
    bool ascii;     /* the locale is not UTF-8 */
    size_t columns; /* of the terminal, at least 40; 0 = 80 */
};

/* Where the tree stands, between one case and the next. Zeroed at first; the texts are borrowed
 * from the case printed last, which must still be there. */
struct text_progress {
    const char *suite;
    const char *name;
    const char *title;
    const struct case_result *told; /* whose expected and actual were printed last */
};

/* The title line; then, with TEXT_TREE and above, the cases as they finish in any order, grouped
 * under their suite; then what it comes to, and as the very last line the counts. Each appends to
 * `out`. What came from the endpoint never reaches `out` as control characters. */
void report_text_begin(const struct run_result *result, const struct text_options *options,
                       struct buf *out);
void report_text_case(const struct run_result *result, const struct case_result *one,
                      const struct text_options *options, struct text_progress *progress,
                      struct buf *out);
void report_text_end(const struct run_result *result, const struct text_options *options,
                     struct buf *out);

/* All of it at once. */
void report_text_whole(const struct run_result *result, const struct text_options *options,
                       struct buf *out);

#endif
