#include "format/request_format.h"

#include <string.h>

#include "base/text.h"
#include "format/shell.h"

/* What redaction puts in the place of a secret. */
static const char variable_start[] = "$HOOKCHECK_";

/* The length of the variable's name at the beginning of `in`, with its dollar; 0 when there is
 * none. */
static size_t variable_len(struct bytes in)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t len = sizeof variable_start - 1;
    if (in.len <= len || memcmp(in.data, variable_start, len) != 0)
        return 0;
    size_t start = len;
    while (len < in.len && in.data[len] != '\0' && strchr(name, in.data[len]))
        len++;
    return len > start ? len : 0;
}

static struct bytes rest_from(struct bytes in, size_t at)
{
    return (struct bytes){in.data + at, in.len - at};
}

/* C1 controls (U+0080 to U+009F, two bytes in UTF-8) drive some terminals; the rest of ASCII's are
 * obvious. */
bool shell_is_plain(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        unsigned char byte = (unsigned char)in.data[i];
        unsigned char next = i + 1 < in.len ? (unsigned char)in.data[i + 1] : 0;
        if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next >= 0x80 && next < 0xa0))
            return false;
    }
    return text_is_utf8(in);
}

/* Opens or closes the single quotes. */
static void set_open(bool *open, bool wanted, struct buf *out)
{
    if (*open != wanted)
        buf_add_char(out, '\'');
    *open = wanted;
}

static void add_quoted(struct bytes in, bool with_variables, struct buf *out)
{
    bool open = false;
    set_open(&open, in.len == 0, out);
    for (size_t i = 0; i < in.len;) {
        size_t len = with_variables ? variable_len(rest_from(in, i)) : 0;
        set_open(&open, len == 0 && in.data[i] != '\'', out);
        if (len)
            buf_add_format(out, "\"%.*s\"", (int)len, in.data + i);
        else if (in.data[i] == '\'')
            buf_add_text(out, "\\'");
        else
            buf_add_char(out, in.data[i]);
        i += len ? len : 1;
    }
    set_open(&open, false, out);
}

/* One byte inside the single-quoted format of a printf. Three octal digits end by themselves,
 * whatever follows. */
static void add_printf_byte(char c, struct buf *out)
{
    unsigned char byte = (unsigned char)c;
    if (c == '%')
        buf_add_text(out, "%%");
    else if (c == '\\')
        buf_add_text(out, "\\\\");
    else if (byte < 0x20 || byte >= 0x7f || c == '\'')
        buf_add_format(out, "\\%03o", byte);
    else
        buf_add_char(out, c);
}

void shell_printf(struct bytes in, bool with_variables, struct buf *out)
{
    struct buf arguments = {0};
    buf_add_text(out, "printf '");
    for (size_t i = 0; i < in.len;) {
        size_t len = with_variables ? variable_len(rest_from(in, i)) : 0;
        if (len) {
            buf_add_text(out, "%s");
            buf_add_format(&arguments, " \"%.*s\"", (int)len, in.data + i);
        } else {
            len = 1;
            add_printf_byte(in.data[i], out);
        }
        i += len;
    }
    buf_add_char(out, '\'');
    buf_add_bytes(out, buf_bytes(&arguments));
    buf_clear(&arguments);
}

static void quote(struct bytes in, bool with_variables, struct buf *out)
{
    if (shell_is_plain(in)) {
        add_quoted(in, with_variables, out);
        return;
    }
    struct buf kept = {0};
    for (size_t i = 0; i < in.len; i++)
        if (in.data[i] != '\0')
            buf_add_char(&kept, in.data[i]);
    /* $(...) drops the newlines at the end, so these follow by themselves. */
    size_t newlines = 0;
    while (newlines < kept.len && kept.data[kept.len - 1 - newlines] == '\n')
        newlines++;
    buf_add_text(out, "\"$(");
    shell_printf((struct bytes){kept.data, kept.len - newlines}, with_variables, out);
    buf_add_text(out, ")\"");
    if (newlines) {
        buf_add_char(out, '\'');
        buf_add_repeated(out, '\n', newlines);
        buf_add_char(out, '\'');
    }
    buf_clear(&kept);
}

void shell_quote(struct bytes in, struct buf *out)
{
    quote(in, false, out);
}

void shell_quote_redacted(struct bytes in, struct buf *out)
{
    quote(in, true, out);
}
