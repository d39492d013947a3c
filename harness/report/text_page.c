#include "report/text_page.h"

#include <stdint.h>
#include <string.h>

#include "base/columns.h"
#include "base/terminal.h"
#include "base/text.h"

static const char *const tones[] = {
    [TONE_PLAIN] = "",          [TONE_GREEN] = "\x1b[32m", [TONE_RED] = "\x1b[31m",
    [TONE_YELLOW] = "\x1b[33m", [TONE_BLUE] = "\x1b[34m",  [TONE_MAGENTA] = "\x1b[35m",
    [TONE_DIM] = "\x1b[2m",     [TONE_BOLD] = "\x1b[1m",
};

static const struct look looks[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"✔", "+", "pass", TONE_GREEN, false, false, false},
    [VERDICT_FAIL] = {"✖", "x", "fail", TONE_RED, true, true, true},
    [VERDICT_WARN] = {"!", "!", "warn", TONE_YELLOW, true, true, true},
    [VERDICT_INCONCLUSIVE] = {"?", "?", "inconclusive", TONE_MAGENTA, false, false, true},
    [VERDICT_SKIP] = {"-", "-", "skip", TONE_DIM, false, false, true},
    [VERDICT_INFO] = {"i", "i", "info", TONE_BLUE, false, true, true},
};

/* Labels stand in a column of this width. */
#define LABEL_COLUMNS 10

struct page page_for(const struct text_options *options, struct buf *out)
{
    return (struct page){
        .out = out, .color = options->color, .ascii = options->ascii, .columns = options->columns};
}

const struct look *verdict_look(enum verdict verdict)
{
    return &looks[verdict];
}

static void begin_tone(const struct page *page, enum tone tone)
{
    if (page->color)
        buf_add_text(page->out, tones[tone]);
}

static void end_tone(const struct page *page, enum tone tone)
{
    if (page->color && tone != TONE_PLAIN)
        buf_add_text(page->out, "\x1b[0m");
}

void page_add(const struct page *page, enum tone tone, const char *text)
{
    begin_tone(page, tone);
    text_add_visible(page->out, bytes_of(text), SIZE_MAX);
    end_tone(page, tone);
}

void page_line(const struct page *page, enum tone tone, const char *text)
{
    page_add(page, tone, text);
    page_end_line(page);
}

void page_heading(const struct page *page, const char *heading)
{
    page_end_line(page);
    page_line(page, TONE_BOLD, heading);
}

size_t text_columns(const char *text)
{
    return columns_of(bytes_of(text));
}

void page_blanks(const struct page *page, size_t count)
{
    buf_add_repeated(page->out, ' ', count);
}

void page_end_line(const struct page *page)
{
    buf_add_char(page->out, '\n');
}

size_t page_columns(const struct page *page)
{
    return page->columns ? page->columns : TERMINAL_COLUMNS_USUAL;
}

/* Lines of words, as they are laid out. */
struct lines {
    struct buf text;
    size_t column;
    size_t indent;
    size_t columns;
    size_t count;     /* of lines begun */
    size_t max;       /* 0 = any number */
    size_t last_good; /* where `text` may end so that " ..." still fits on the line */
    bool is_cut;
};

/* The word, or its beginning when no line can hold it. */
static struct bytes fitting_word(const struct lines *lines, const char *word, size_t len)
{
    struct bytes piece = {word, len};
    size_t most = lines->columns - lines->indent;
    if (columns_of(piece) <= most)
        return piece;
    return columns_cut(piece, most > 3 ? most - 3 : 0);
}

static void note_good_end(struct lines *lines)
{
    if (lines->count == lines->max && lines->column + 4 <= lines->columns)
        lines->last_good = lines->text.len;
}

/* False when the lines are full. */
static bool add_word(struct lines *lines, const char *word, size_t len, bool is_first)
{
    struct bytes piece = fitting_word(lines, word, len);
    size_t width = columns_of(piece) + (piece.len < len ? 3 : 0);
    bool fits = is_first || lines->column + 1 + width <= lines->columns;
    if (is_first && lines->column > lines->indent && lines->column + width > lines->columns)
        fits = false;
    if (!fits && lines->count == lines->max) {
        lines->is_cut = true;
        return false;
    }
    if (!fits) {
        buf_add_char(&lines->text, '\n');
        buf_add_repeated(&lines->text, ' ', lines->indent);
        lines->column = lines->indent;
        lines->count++;
    } else if (!is_first) {
        buf_add_char(&lines->text, ' ');
        lines->column++;
    }
    buf_add_bytes(&lines->text, piece);
    buf_add_text(&lines->text, piece.len < len ? "..." : "");
    lines->column += width;
    note_good_end(lines);
    return true;
}

static void lay_out(struct lines *lines, const char *text)
{
    bool is_first = true;
    note_good_end(lines);
    for (const char *word = text; *word;) {
        size_t len = strcspn(word, " ");
        if (!add_word(lines, word, len, is_first))
            break;
        is_first = false;
        word += len + (word[len] == ' ');
    }
    if (lines->is_cut) {
        lines->text.len = lines->last_good;
        buf_add_text(&lines->text, " ...");
    }
}

static struct lines lay_out_visible(const struct page *page, size_t column, size_t indent,
                                    const char *text, size_t max_lines)
{
    struct lines lines = {.column = column,
                          .indent = indent,
                          .columns = page_columns(page),
                          .count = 1,
                          .max = max_lines};
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text), SIZE_MAX);
    lay_out(&lines, buf_text(&visible));
    buf_clear(&visible);
    return lines;
}

size_t page_wrap(const struct page *page, size_t column, size_t indent, enum tone tone,
                 const char *text)
{
    struct lines lines = lay_out_visible(page, column, indent, text, 0);
    begin_tone(page, tone);
    buf_add_bytes(page->out, buf_bytes(&lines.text));
    end_tone(page, tone);
    buf_clear(&lines.text);
    return lines.column;
}

void page_fit(const struct page *page, size_t column, size_t indent, enum tone tone,
              const char *text, size_t max_lines)
{
    struct lines lines = lay_out_visible(page, column, indent, text, max_lines);
    begin_tone(page, tone);
    buf_add_bytes(page->out, buf_bytes(&lines.text));
    end_tone(page, tone);
    buf_clear(&lines.text);
    page_end_line(page);
}

void page_short_field(const struct page *page, size_t indent, const char *label, const char *text,
                      size_t max_lines)
{
    if (!text || !*text)
        return;
    size_t width = text_columns(label);
    size_t start = indent + (width < LABEL_COLUMNS ? LABEL_COLUMNS : width + 2);
    page_blanks(page, indent);
    page_add(page, TONE_DIM, label);
    page_blanks(page, start - indent - width);
    page_fit(page, start, indent + LABEL_COLUMNS, TONE_PLAIN, text, max_lines);
}

void page_field(const struct page *page, size_t indent, const char *label, const char *text)
{
    page_short_field(page, indent, label, text, 0);
}

/* Where the shell's word that begins at `word` ends: quotes and backslashes hide blanks. */
static size_t shell_word_len(const char *word)
{
    char quote = 0;
    size_t len = 0;
    while (word[len] && (quote || word[len] != ' ')) {
        char c = word[len];
        if (c == '\\' && quote != '\'' && word[len + 1])
            len++;
        else if (quote)
            quote = (char)(c == quote ? 0 : quote);
        else if (c == '\'' || c == '"')
            quote = c;
        len++;
    }
    return len;
}

/* Whether a value follows that must not be torn from its option. */
static bool is_option(const char *word, size_t len)
{
    return len > 1 && word[0] == '-' && !memchr(word, '=', len) && word[len] == ' ' &&
           word[len + 1] != '-';
}

void page_command(const struct page *page, size_t column, size_t indent, const char *command)
{
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(command), SIZE_MAX);
    bool is_first = true;
    for (const char *word = buf_text(&visible); *word;) {
        size_t len = shell_word_len(word);
        if (is_option(word, len))
            len += 1 + shell_word_len(word + len + 1);
        size_t width = columns_of((struct bytes){word, len});
        if (!is_first && column + 1 + width + 2 > page_columns(page)) {
            buf_add_text(page->out, " \\\n");
            page_blanks(page, indent + 2);
            column = indent + 2;
        } else if (!is_first) {
            page_blanks(page, 1);
            column++;
        }
        buf_add(page->out, word, len);
        column += width;
        is_first = false;
        word += len + (word[len] == ' ');
    }
    page_end_line(page);
    buf_clear(&visible);
}

void page_command_field(const struct page *page, size_t indent, const char *label,
                        const char *command)
{
    page_blanks(page, indent);
    page_add(page, TONE_DIM, label);
    page_blanks(page, LABEL_COLUMNS - text_columns(label));
    page_command(page, indent + LABEL_COLUMNS, indent, command);
}

size_t page_mark(const struct page *page, enum verdict verdict)
{
    const struct look *look = verdict_look(verdict);
    begin_tone(page, look->tone);
    buf_add_format(page->out, "%s %s", page->ascii ? look->ascii : look->mark, look->word);
    end_tone(page, look->tone);
    page_blanks(page, 2);
    return 2 + strlen(look->word) + 2;
}
