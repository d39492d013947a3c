/*
 * The page of the text report: tones, marks, and lines that are wrapped, at 100 columns unless said
 * otherwise. Everything that goes through here is made visible first, so that no control character
 * of the endpoint reaches a terminal.
 */
#ifndef REPORT_TEXT_PAGE_H
#define REPORT_TEXT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "result/result.h"

#define PAGE_COLUMNS 100

enum tone {
    TONE_PLAIN,
    TONE_GREEN,
    TONE_RED,
    TONE_YELLOW,
    TONE_BLUE,
    TONE_MAGENTA,
    TONE_DIM,
    TONE_BOLD
};

/* How a verdict looks: shape and word always, colour when there is colour. */
struct look {
    const char *mark;
    const char *word;
    enum tone tone;
    bool shows_expected; /* which facts stand under the case's line */
    bool shows_actual;
    bool shows_reason;
};

const struct look *verdict_look(enum verdict verdict);

struct page {
    struct buf *out;
    bool color;
    size_t columns; /* of a line; 0 = PAGE_COLUMNS */
};

/* Adds `text` in a tone. Every byte is visible afterwards. */
void page_add(const struct page *page, enum tone tone, const char *text);

/* How many columns a line has. */
size_t page_columns(const struct page *page);

/* Adds `text`, broken at blanks, when `column` columns of the line are taken; further lines begin
 * at column `indent`. Returns the column at which it ends. Does not end the line. */
size_t page_wrap(const struct page *page, size_t column, size_t indent, enum tone tone,
                 const char *text);

/* Adds a line "LABEL  text" at column `indent`, wrapped under the text. Nothing when the text is
 * NULL or empty. */
void page_field(const struct page *page, size_t indent, const char *label, const char *text);

/* Adds "✖ fail  " and returns its width. */
size_t page_mark(const struct page *page, enum verdict verdict);

void page_blanks(const struct page *page, size_t count);
void page_end_line(const struct page *page);

/* Columns that a text takes: its characters. */
size_t text_columns(const char *text);

#endif
