/* Messages over data that a framework has changed after it was parsed: keys sorted, nulls dropped,
 * empty objects turned into arrays, texts trimmed. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/utf8.h"
#include "diagnose/hypothesis_internal.h"
#include "panora/js.h"

enum change {
    CHANGE_SORTED,
    CHANGE_SORTED_TEXT,
    CHANGE_NO_NULLS,
    CHANGE_ARRAYS,
    CHANGE_TRIMMED,
    CHANGE_NONE
};

/* Deeper data is left to others: this recurses. */
#define DEPTH_MAX 100

static enum change change_of(const char *argument)
{
    static const char *const names[CHANGE_NONE] = {"sorted", "sorted-text", "no-nulls", "arrays",
                                                   "trimmed"};
    for (size_t i = 0; i < CHANGE_NONE; i++)
        if (strcmp(names[i], argument) == 0)
            return (enum change)i;
    return CHANGE_NONE;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* As Laravel does, which makes null of what is empty then. */
static void write_trimmed(struct bytes text, struct buf *out)
{
    while (text.len && is_blank(text.data[0]))
        text = (struct bytes){text.data + 1, text.len - 1};
    while (text.len && is_blank(text.data[text.len - 1]))
        text.len--;
    if (text.len)
        js_quote(text, out);
    else
        buf_add_text(out, "null");
}

static bool is_index(struct bytes key)
{
    bool digits = key.len > 0 && key.len < 10 && (key.len == 1 || key.data[0] != '0');
    for (size_t i = 0; digits && i < key.len; i++)
        digits = key.data[i] >= '0' && key.data[i] <= '9';
    return digits;
}

static int by_text(struct bytes a, struct bytes b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* As in JavaScript, where keys that are indices stay in front, by their number. */
static int by_key(struct bytes a, struct bytes b)
{
    if (is_index(a) != is_index(b))
        return is_index(a) ? -1 : 1;
    if (is_index(a) && a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return by_text(a, b);
}

/* The member that comes next after `last` when keys are sorted. */
static size_t next_sorted(const struct js *value, size_t last,
                          int (*order)(struct bytes a, struct bytes b))
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < js_size(value); i++) {
        bool after = last == SIZE_MAX || order(js_key(value, i), js_key(value, last)) > 0;
        if (after && (best == SIZE_MAX || order(js_key(value, i), js_key(value, best)) < 0))
            best = i;
    }
    return best;
}

static bool write_changed(const struct js *value, enum change change, size_t depth,
                          struct buf *out);

static bool write_object(const struct js *value, enum change change, size_t depth, struct buf *out)
{
    bool any = false;
    bool ok = true;
    size_t at = SIZE_MAX;
    if (change == CHANGE_ARRAYS && js_size(value) == 0) {
        buf_add_text(out, "[]");
        return true;
    }
    buf_add_char(out, '{');
    for (size_t i = 0; ok && i < js_size(value); i++) {
        at = change == CHANGE_SORTED        ? next_sorted(value, at, by_key)
             : change == CHANGE_SORTED_TEXT ? next_sorted(value, at, by_text)
                                            : i;
        const struct js *member = js_at(value, at);
        if (change == CHANGE_NO_NULLS && js_kind(member) == JS_NULL)
            continue;
        if (any)
            buf_add_char(out, ',');
        any = true;
        js_quote(js_key(value, at), out);
        buf_add_char(out, ':');
        ok = write_changed(member, change, depth + 1, out);
    }
    buf_add_char(out, '}');
    return ok;
}

static bool write_changed(const struct js *value, enum change change, size_t depth, struct buf *out)
{
    bool ok = depth < DEPTH_MAX;
    if (js_kind(value) == JS_OBJECT)
        return ok && write_object(value, change, depth, out);
    if (js_kind(value) == JS_STRING && change == CHANGE_TRIMMED) {
        write_trimmed(js_string(value), out);
    } else if (js_kind(value) == JS_ARRAY) {
        buf_add_char(out, '[');
        for (size_t i = 0; ok && i < js_size(value); i++) {
            if (i)
                buf_add_char(out, ',');
            ok = write_changed(js_at(value, i), change, depth + 1, out);
        }
        buf_add_char(out, ']');
    } else {
        js_write(value, out);
    }
    return ok;
}

static bool sign_changed(const struct hypothesis *hypothesis, struct bytes json,
                         struct signing *signing)
{
    struct js *value = js_parse(json, NULL);
    bool ok = value && write_changed(value, change_of(hypothesis->argument), 0, &signing->message);
    js_free(value);
    return ok;
}

bool sign_changed_data(const struct hypothesis *hypothesis, struct signing *signing)
{
    return sign_changed(hypothesis, buf_bytes(&signing->subject->message), signing);
}

bool sign_changed_inner(const struct hypothesis *hypothesis, struct signing *signing)
{
    return sign_changed(hypothesis, buf_bytes(&signing->subject->data), signing);
}

/* The text as a whole, keys and escapes too. */
bool sign_lower_data(const struct hypothesis *hypothesis, struct signing *signing)
{
    text_add_lower(&signing->message, buf_bytes(&signing->subject->message), SIZE_MAX);
    return true;
}

/* --- escapes that JSON.stringify does not make --- */

static void add_unit(unsigned unit, struct buf *out)
{
    buf_add_format(out, "\\u%04x", unit);
}

static void add_escaped(unsigned code, struct buf *out)
{
    if (code >= 0x10000) {
        add_unit(0xd800 + ((code - 0x10000) >> 10), out);
        code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    add_unit(code, out);
}

static bool is_escaped(unsigned code, const char *which)
{
    if (strcmp(which, "html") == 0)
        return code == '<' || code == '>' || code == '&';
    if (strcmp(which, "separators") == 0)
        return code == 0x2028 || code == 0x2029;
    return strcmp(which, "ascii") == 0 && code >= 0x80;
}

static bool sign_escaped(const char *which, struct bytes json, struct buf *out)
{
    bool slashes = strcmp(which, "slashes") == 0;
    size_t len = 1;
    for (size_t i = 0; i < json.len; i += len) {
        const char *at = json.data + i;
        len = utf8_len(bytes_after(json, i));
        if (len == 0)
            return false;
        unsigned code = utf8_point(at, len);
        if (slashes && code == '/')
            buf_add_text(out, "\\/");
        else if (is_escaped(code, which))
            add_escaped(code, out);
        else
            buf_add(out, at, len);
    }
    return true;
}

bool sign_escaped_data(const struct hypothesis *hypothesis, struct signing *signing)
{
    return sign_escaped(hypothesis->argument, buf_bytes(&signing->subject->message),
                        &signing->message);
}

/* What the text in data holds, written again by JSON.stringify and then escaped. */
bool sign_escaped_inner(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct js *value = js_parse(buf_bytes(&signing->subject->data), NULL);
    struct buf json = {0};
    if (value)
        js_write(value, &json);
    bool ok = value && sign_escaped(hypothesis->argument, buf_bytes(&json), &signing->message);
    js_free(value);
    buf_clear(&json);
    return ok;
}
