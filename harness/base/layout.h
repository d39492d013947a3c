/* Text for people: wrapped sentences, columns, and bytes of strangers made harmless. */
#ifndef BASE_LAYOUT_H
#define BASE_LAYOUT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"

/* Appends the words of `text` in lines of at most `columns`; the first line begins where `out`
 * stands, which is taken to be column `indent`, the others are indented to it. Ends with a line
 * end. */
void layout_wrap(const char *text, size_t indent, size_t columns, struct buf *out);

/* Appends "TITLE  sentence": the title padded to `indent`, the sentence wrapped at the
 * terminal's width. */
void layout_entry(const char *title, size_t indent, const char *text, struct buf *out);

/* Appends `num_rows` times `num_columns` texts, row after row, one row a line, columns aligned, two
 * blanks apart; the last one is not padded. Nothing is cut. NULL is an empty text. Where a row
 * takes more than `most` columns (0: no limit), its last text is wrapped, below the others if they
 * leave too little room. */
void layout_table(const char *const *cells, size_t num_rows, size_t num_columns, size_t most,
                  struct buf *out);

/* Appends `in` line by line, each indented by two blanks, with what could drive a terminal made
 * visible; at most `max_len` bytes of it, and then how many there were (`total_len`). */
void layout_block(struct bytes in, size_t max_len, size_t total_len, struct buf *out);

/* How many columns `text` takes, counting a character as one. */
size_t layout_width(const char *text);

#endif
