#include "report/text_page.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static const char *const tones[] = {
    [TONE_PLAIN] = "",          [TONE_GREEN] = "\x1b[32m", [TONE_RED] = "\x1b[31m",
    [TONE_YELLOW] = "\x1b[33m", [TONE_BLUE] = "\x1b[34m",  [TONE_MAGENTA] = "\x1b[35m",
    [TONE_DIM] = "\x1b[2m",     [TONE_BOLD] = "\x1b[1m",
};

static const struct look looks[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"✔", "pass", TONE_GREEN, false, false, false},
    [VERDICT_FAIL] = {"✖", "fail", TONE_RED, true, true, true},
    [VERDICT_WARN] = {"!", "warn", TONE_YELLOW, true, true, true},
    [VERDICT_INCONCLUSIVE] = {"?", "inconclusive", TONE_MAGENTA, false, false, true},
    [VERDICT_SKIP] = {"-", "skip", TONE_DIM, false, false, true},
    [VERDICT_INFO] = {"i", "info", TONE_BLUE, false, true, true},
};

/* Labels stand in a column of this width. */
#define LABEL_COLUMNS 10

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

static size_t columns_of(struct bytes text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text.len; i++)
        columns += ((unsigned char)text.data[i] & 0xc0) != 0x80; /* not inside a UTF-8 character */
    return columns;
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
    return page->columns ? page->columns : PAGE_COLUMNS;
}

size_t page_wrap(const struct page *page, size_t column, size_t indent, enum tone tone,
                 const char *text)
{
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text), SIZE_MAX);
    bool is_first = true;
    begin_tone(page, tone);
    for (const char *word = buf_text(&visible); *word;) {
        struct bytes piece = {word, strcspn(word, " ")};
        size_t width = columns_of(piece);
        if (!is_first && column + 1 + width > page_columns(page)) {
            page_end_line(page);
            page_blanks(page, indent);
            column = indent;
        } else if (!is_first) {
            page_blanks(page, 1);
            column++;
        }
        buf_add_bytes(page->out, piece);
        column += width;
        is_first = false;
        word += piece.len + (word[piece.len] == ' ');
    }
    end_tone(page, tone);
    buf_clear(&visible);
    return column;
}

void page_field(const struct page *page, size_t indent, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    size_t width = text_columns(label);
    size_t start = indent + (width < LABEL_COLUMNS ? LABEL_COLUMNS : width + 2);
    page_blanks(page, indent);
    page_add(page, TONE_DIM, label);
    page_blanks(page, start - indent - width);
    (void)page_wrap(page, start, indent + LABEL_COLUMNS, TONE_PLAIN, text);
    page_end_line(page);
}

size_t page_mark(const struct page *page, enum verdict verdict)
{
    const struct look *look = verdict_look(verdict);
    begin_tone(page, look->tone);
    buf_add_format(page->out, "%s %s", look->mark, look->word);
    end_tone(page, look->tone);
    page_blanks(page, 2);
    return 2 + strlen(look->word) + 2;
}
