#include "base/layout.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/columns.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "base/text.h"

size_t layout_width(const char *text)
{
    return columns_of(bytes_of(text));
}

void layout_wrap(const char *text, size_t indent, size_t columns, struct buf *out)
{
    size_t column = indent;
    const char *word = text + strspn(text, " \n");
    while (*word) {
        size_t len = strcspn(word, " \n");
        char *copy = mem_copy(word, len);
        size_t width = layout_width(copy);
        if (column > indent && column + 1 + width > columns) {
            buf_add_char(out, '\n');
            buf_add_repeated(out, ' ', indent);
            column = indent;
        } else if (column > indent) {
            buf_add_char(out, ' ');
            column++;
        }
        buf_add_text(out, copy);
        column += width;
        free(copy);
        word += len;
        word += strspn(word, " \n");
    }
    buf_add_char(out, '\n');
}

void layout_entry(const char *title, size_t indent, const char *text, struct buf *out)
{
    buf_add_text(out, title);
    size_t width = layout_width(title);
    if (width >= indent)
        buf_add_char(out, '\n');
    buf_add_repeated(out, ' ', width < indent ? indent - width : indent);
    layout_wrap(text, indent, terminal_columns(STDOUT_FILENO), out);
}

/* The last text of a row, which begins at `column`. */
static void add_last_cell(const char *cell, size_t column, size_t most, struct buf *out)
{
    enum { LEAST_ROOM = 30, INDENT_BELOW = 4 };
    if (most == 0 || !*cell || column + layout_width(cell) <= most) {
        buf_add_format(out, "%s\n", cell);
        return;
    }
    if (column + LEAST_ROOM > most) {
        while (out->len && out->data[out->len - 1] == ' ')
            out->len--;
        buf_add_char(out, '\n');
        buf_add_repeated(out, ' ', INDENT_BELOW);
        column = INDENT_BELOW;
    }
    layout_wrap(cell, column, most, out);
}

void layout_table(const char *const *cells, size_t num_rows, size_t num_columns, size_t most,
                  struct buf *out)
{
    if (num_columns == 0)
        return;
    size_t *widths = mem_alloc(num_columns * sizeof *widths);
    for (size_t i = 0; i < num_rows * num_columns; i++) {
        size_t width = cells[i] ? layout_width(cells[i]) : 0;
        if (width > widths[i % num_columns])
            widths[i % num_columns] = width;
    }
    size_t start = 0;
    for (size_t i = 0; i < num_rows * num_columns; i++) {
        const char *cell = cells[i] ? cells[i] : "";
        size_t column = i % num_columns;
        start = column ? start : 0;
        if (column + 1 == num_columns) {
            add_last_cell(cell, start, most, out);
            continue;
        }
        buf_add_text(out, cell);
        buf_add_repeated(out, ' ', widths[column] + 2 - layout_width(cell));
        start += widths[column] + 2;
    }
    free(widths);
}

void layout_block(struct bytes in, size_t max_len, size_t total_len, struct buf *out)
{
    struct bytes left = {in.data, in.len < max_len ? in.len : max_len};
    size_t shown = left.len;
    while (left.len) {
        const char *end = memchr(left.data, '\n', left.len);
        size_t len = end ? (size_t)(end - left.data) : left.len;
        size_t visible = end && len && left.data[len - 1] == '\r' ? len - 1 : len;
        buf_add_text(out, "  ");
        text_add_visible(out, (struct bytes){left.data, visible}, visible);
        buf_add_char(out, '\n');
        size_t step = end ? len + 1 : len;
        left = (struct bytes){left.data + step, left.len - step};
    }
    if (shown < total_len)
        buf_add_format(out, "  ... (%zu of %zu bytes shown)\n", shown, total_len);
}
