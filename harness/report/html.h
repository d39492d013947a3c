/* Pieces of HTML pages. Whatever comes from an endpoint or a user goes through html_add, so it
 * is text and nothing else. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "base/buf.h"
#include "base/bytes.h"
#include "result/result.h"

/* Adds `text` for an element or a quoted attribute: markup escaped, control characters visible. */
void html_add(const char *text, struct buf *out);

/* Adds "<TAG>text</TAG>"; `tag` may carry attributes ("dd class=\"x\""). Nothing when the text is
 * NULL or empty. */
void html_element(const char *tag, const char *text, struct buf *out);

/* Adds "<dt>label</dt><dd>text</dd>"; nothing when the text is NULL or empty. */
void html_fact(const char *label, const char *text, struct buf *out);

/* Adds bytes for a <pre>: as text with its lines kept, or as a hex dump when they are not UTF-8. At
 * most `max_len` bytes, then how many there were (`total_len`). */
void html_bytes(struct bytes in, size_t max_len, size_t total_len, struct buf *out);

/* Adds a verdict as shape, word and colour. */
void html_verdict(enum verdict verdict, struct buf *out);

/* The class of a run's banner, by how it ended. */
const char *html_summary_class(const struct run_result *result);

/* Adds "<li><b>value</b><span>label</span></li>": a fact of the banner. */
void html_banner_fact(const char *label, const char *value, struct buf *out);

/* Begins a table that scrolls by itself, with a heading for each column: the first is of the rows,
 * the others are numbers. `label` says what it shows. */
void html_table_begin(const char *label, const char *const *headings, size_t count,
                      struct buf *out);
void html_table_end(struct buf *out);

/* Adds a cell with a duration. */
void html_duration_cell(int64_t ns, struct buf *out);

/* A page of one file: its style and script are in it, and it loads nothing. */
void html_begin(const char *title, struct buf *out);
void html_end(struct buf *out);

#endif
