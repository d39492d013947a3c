/* JSON.stringify (ECMA-262 25.5.2) for what JSON.parse makes. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "panora/js_internal.h"

/* An open container and which of its members comes next. */
struct level {
    const struct js *container;
    size_t next;
};

struct writer {
    struct buf *out;
    struct level *levels;
    size_t depth;
    size_t capacity;
};

static bool is_surrogate(const char *at, const char *end, unsigned char low, unsigned char high)
{
    const unsigned char *byte = (const unsigned char *)at;
    return end - at >= 3 && byte[0] == 0xED && byte[1] >= low && byte[1] <= high &&
           byte[2] >= 0x80 && byte[2] <= 0xBF;
}

static uint32_t surrogate_at(const char *at)
{
    return 0xD000U | ((uint32_t)(unsigned char)at[1] & 0x3F) << 6 | ((unsigned char)at[2] & 0x3F);
}

/* Writes what stands for the surrogate at `at`, and for the one behind it when both are a pair;
 * returns their length. */
static size_t quote_surrogate(const char *at, const char *end, struct buf *out)
{
    uint32_t unit = surrogate_at(at);
    if (is_surrogate(at, end, 0xA0, 0xAF) && is_surrogate(at + 3, end, 0xB0, 0xBF)) {
        char pair[4];
        uint32_t code = 0x10000 + ((unit - 0xD800) << 10) + (surrogate_at(at + 3) - 0xDC00);
        buf_add(out, pair, utf8_write(code, pair));
        return 6;
    }
    buf_add_format(out, "\\u%04x", (unsigned)unit);
    return 3;
}

/* The letter of the short form of an ASCII character, 'u' when it has only the long one, 0 when it
 * stands as it is. */
static char escape_letter(unsigned char byte)
{
    static const char control[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";
    if (byte < 0x20)
        return control[byte];
    if (byte == '"' || byte == '\\')
        return (char)byte;
    return '\0';
}

static void quote_ascii(unsigned char byte, struct buf *out)
{
    static const char digits[] = "0123456789abcdef";
    char letter = escape_letter(byte);
    char text[6] = {'\\', letter, '0', '0', digits[byte >> 4], digits[byte & 15]};
    buf_add(out, text, letter == 'u' ? 6 : 2);
}

/* ASCII that stands as it is: most of any text, so that this loop is all that happens to it. */
static const char *skip_plain_ascii(const char *at, const char *end)
{
    while (at < end && (unsigned char)(*at - 0x20) < 0x60 && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* Up to where the bytes can be written as they are. */
static const char *skip_plain(const char *at, const char *end)
{
    for (;;) {
        bool valid = false;
        at = skip_plain_ascii(at, end);
        if (at == end || (unsigned char)*at < 0x80)
            return at;
        size_t len = js_utf8_length(at, end, &valid);
        if (!valid)
            return at;
        at += len;
    }
}

/* Text with many short escapes, as JSON within JSON has: `"` and `\\` and what stands between them,
 * put together here first, so that not every one is an addition to the buffer. Returns where it
 * stopped. */
static const char *quote_dense(const char *at, const char *end, struct buf *out)
{
    char text[512];
    size_t len = 0;
    while (at < end && len + 2 <= sizeof text) {
        size_t room = sizeof text - len;
        size_t plain = js_copy_plain(at, (size_t)(end - at) < room ? end : at + room, text + len);
        at += plain;
        len += plain;
        if (at == end || len + 2 > sizeof text || (*at != '"' && *at != '\\'))
            break;
        text[len++] = '\\';
        text[len++] = *at++;
    }
    buf_add(out, text, len);
    return at;
}

void js_quote(struct bytes text, struct buf *out)
{
    if (!text.data)
        text = bytes_of("");
    const char *at = text.data;
    const char *end = at + text.len;
    buf_reserve(out, text.len + 2);
    buf_add_char(out, '"');
    for (;;) {
        at = quote_dense(at, end, out);
        const char *plain_end = skip_plain(at, end);
        buf_add(out, at, (size_t)(plain_end - at));
        at = plain_end;
        if (at == end)
            break;
        bool valid = false;
        if ((unsigned char)*at < 0x80) {
            quote_ascii((unsigned char)*at++, out);
        } else if (is_surrogate(at, end, 0xA0, 0xBF)) {
            at += quote_surrogate(at, end, out);
        } else {
            at += js_utf8_length(at, end, &valid);
            buf_add_text(out, JS_REPLACEMENT);
        }
    }
    buf_add_char(out, '"');
}

static void enter(struct writer *writer, const struct js *container)
{
    if (writer->depth == writer->capacity) {
        writer->capacity = writer->capacity ? writer->capacity * 2 : 16;
        writer->levels = mem_resize(writer->levels, writer->capacity, sizeof(*writer->levels));
    }
    writer->levels[writer->depth++] = (struct level){container, 0};
    buf_add_char(writer->out, container->kind == JS_ARRAY ? '[' : '{');
}

/* Writes a scalar whole, and of a container its beginning. */
static void begin_value(struct writer *writer, const struct js *value)
{
    if (value->kind == JS_NULL)
        buf_add_text(writer->out, "null");
    else if (value->kind == JS_BOOL)
        buf_add_text(writer->out, value->as.boolean ? "true" : "false");
    else if (value->kind == JS_NUMBER)
        js_write_number(value->as.number, writer->out);
    else if (value->kind == JS_STRING)
        js_quote(js_string(value), writer->out);
    else
        enter(writer, value);
}

void js_write(const struct js *value, struct buf *out)
{
    struct writer writer = {.out = out};
    begin_value(&writer, value);
    while (writer.depth) {
        struct level *level = &writer.levels[writer.depth - 1];
        const struct js *container = level->container;
        size_t index = level->next++;
        if (index == container->size) {
            buf_add_char(out, container->kind == JS_ARRAY ? ']' : '}');
            writer.depth--;
            continue;
        }
        if (index > 0)
            buf_add_char(out, ',');
        if (container->kind == JS_OBJECT) {
            js_quote(js_key(container, index), out);
            buf_add_char(out, ':');
        }
        begin_value(&writer, js_at(container, index));
    }
    free(writer.levels);
}
