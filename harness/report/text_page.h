/*
 * The page of the text report: tones, marks, and lines that are wrapped, at 80 columns unless said
 * otherwise. Everything that goes through here is made visible first, so no control character
 * of the endpoint reaches a terminal.
 */
#ifndef REPORT_TEXT_PAGE_H
#define REPORT_TEXT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "report/report.h"

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
    const char *ascii; /* the mark where the locale is not UTF-8 */
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
    bool ascii;     /* marks and dots in ASCII */
    size_t columns; /* of a line; 0 = TERMINAL_COLUMNS_USUAL */
};

struct page page_for(const struct text_options *options, struct buf *out);

/* Adds `text` in a tone. Every byte is visible afterwards. */
void page_add(const struct page *page, enum tone tone, const char *text);

/* The same, and ends the line. */
void page_line(const struct page *page, enum tone tone, const char *text);

/* Adds a heading, with an empty line before it. */
void page_heading(const struct page *page, const char *heading);

/* How many columns a line has. */
size_t page_columns(const struct page *page);

/* Adds `text`, broken at blanks, when `column` columns of the line are taken; further lines begin
 * at column `indent`. Returns the column at which it ends. Does not end the line. */
size_t page_wrap(const struct page *page, size_t column, size_t indent, enum tone tone,
                 const char *text);

/* As page_wrap, but in at most `max_lines` lines (0 = any number): what does not fit is replaced by
 * "...". Ends the line. */
void page_fit(const struct page *page, size_t column, size_t indent, enum tone tone,
              const char *text, size_t max_lines);

/* Adds a line "LABEL  text" at column `indent`, wrapped under the text. Nothing when the text is
 * NULL or empty. */
void page_field(const struct page *page, size_t indent, const char *label, const char *text);

/* Adds "✖ fail  " and returns its width. */
size_t page_mark(const struct page *page, enum verdict verdict);

/* As page_field, in at most `max_lines` lines (0 = any number). */
void page_short_field(const struct page *page, size_t indent, const char *label, const char *text,
                      size_t max_lines);

/* Adds a shell command at column `indent`, whose `column` columns are taken. It is broken between
 * words by a backslash, so it can be pasted as it is; a word that is longer than a line
 * stays whole. Ends the line. */
void page_command(const struct page *page, size_t column, size_t indent, const char *command);

/* Adds a line "LABEL  command" at column `indent`, by page_command. */
void page_command_field(const struct page *page, size_t indent, const char *label,
                        const char *command);

void page_blanks(const struct page *page, size_t count);
void page_end_line(const struct page *page);

/* Columns that a text takes: its characters. */
size_t text_columns(const char *text);

#endif
