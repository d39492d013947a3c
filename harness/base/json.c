#include "base/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/text.h"

void json_use_mem(void)
{
    json_set_alloc_funcs(mem_alloc, free);
}

void json_set_error(const char *file, const json_error_t *where, struct error *err)
{
    char *text = text_visible(where->text); /* it quotes the file */
    (void)error_set(err, "%s: line %d, column %d: %s", file, where->line, where->column, text);
    free(text);
}

json_t *json_read(const char *file, struct bytes text, struct error *err)
{
    static const char mark[] =
        "\xef\xbb\xbf"; /* editors on Windows write it; RFC 8259 lets us skip it */
    json_error_t where;
    if (text.len >= strlen(mark) && memcmp(text.data, mark, strlen(mark)) == 0)
        text = (struct bytes){text.data + strlen(mark), text.len - strlen(mark)};
    json_t *value = json_loadb(text.data ? text.data : "", text.len,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
    if (!value)
        json_set_error(file, &where, err);
    return value;
}

struct json_at json_root(const char *file, json_t *value)
{
    return (struct json_at){.value = value, .file = file};
}

struct json_at json_member(const struct json_at *at, const char *key)
{
    return (struct json_at){
        .value = json_object_get(at->value, key), .file = at->file, .parent = at, .key = key};
}

struct json_at json_item(const struct json_at *at, size_t index)
{
    return (struct json_at){
        .value = json_array_get(at->value, index), .file = at->file, .parent = at, .index = index};
}

bool json_next(const struct json_at *at, struct json_at *each)
{
    if (json_is_object(at->value)) {
        void *member = each->key
                           ? json_object_iter_next(at->value, json_object_key_to_iter(each->key))
                           : json_object_iter(at->value);
        const char *key = json_object_iter_key(member);
        *each = key ? json_member(at, key) : (struct json_at){0};
    } else {
        *each = json_item(at, each->parent ? each->index + 1 : 0);
    }
    return each->value != NULL;
}

/* RFC 6901, section 3: a key's own "~" and "/" are written "~0" and "~1". */
static void add_key(const char *key, struct buf *out)
{
    buf_add_char(out, '/');
    for (; *key; key++) {
        if (*key == '~')
            buf_add_text(out, "~0");
        else if (*key == '/')
            buf_add_text(out, "~1");
        else
            buf_add_char(out, *key);
    }
}

static void add_path(const struct json_at *at, struct buf *out)
{
    if (!at->parent)
        return;
    add_path(at->parent, out);
    if (at->key)
        add_key(at->key, out);
    else
        buf_add_format(out, "/%zu", at->index);
}

bool json_fail(const struct json_at *at, struct error *err, const char *format, ...)
{
    char message[ERROR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct buf path = {0};
    add_path(at, &path);
    (void)error_set(err, "%s: %s%s%s", at->file, buf_text(&path), path.len ? ": " : "", message);
    buf_clear(&path);
    return false;
}

static const char *kind_of(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a string",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a number",  [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };
    return value ? names[json_typeof(value)] : "nothing";
}

static bool wrong_kind(const struct json_at *at, const char *wanted, struct error *err)
{
    if (!at->value)
        return json_fail(at, err, "is missing; %s is needed here", wanted);
    return json_fail(at, err, "is %s; %s is needed here", kind_of(at->value), wanted);
}

bool json_get_text(const struct json_at *at, const char **out, struct error *err)
{
    if (!json_is_string(at->value))
        return wrong_kind(at, "a string", err);
    *out = json_string_value(at->value);
    return true;
}

bool json_get_bool(const struct json_at *at, bool *out, struct error *err)
{
    if (!json_is_boolean(at->value))
        return wrong_kind(at, "true or false", err);
    *out = json_is_true(at->value);
    return true;
}

bool json_get_integer(const struct json_at *at, json_int_t min, json_int_t max, json_int_t *out,
                      struct error *err)
{
    if (!json_is_integer(at->value))
        return wrong_kind(at, "a whole number", err);
    json_int_t number = json_integer_value(at->value);
    if (number < min || number > max)
        return json_fail(at, err,
                         "is %" JSON_INTEGER_FORMAT "; a whole number from %" JSON_INTEGER_FORMAT
                         " to %" JSON_INTEGER_FORMAT " is needed here",
                         number, min, max);
    *out = number;
    return true;
}

bool json_expect_object(const struct json_at *at, struct error *err)
{
    return json_is_object(at->value) || wrong_kind(at, "an object", err);
}

bool json_expect_array(const struct json_at *at, struct error *err)
{
    return json_is_array(at->value) || wrong_kind(at, "an array", err);
}

static bool is_among(const char *key, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal(bytes_of(key), bytes_of(keys[i])))
            return true;
    return false;
}

bool json_only_keys(const struct json_at *at, const char *const *keys, size_t count,
                    struct error *err)
{
    if (!json_expect_object(at, err))
        return false;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    json_t *object = at->value;
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
        const char *key = json_object_iter_key(it);
        if (is_among(key, keys, count))
            continue;
        struct error unknown = {0};
        (void)text_unknown(&unknown, "key", key, keys, count);
        return json_fail(at, err, "%s", unknown.message);
    }
    return true;
}

/* DEL, or the two bytes of a character from U+0080 to U+009F: how many bytes; else 0. */
static size_t control_len(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    if (byte[0] == 0x7f)
        return 1;
    return byte[0] == 0xc2 && byte[1] >= 0x80 && byte[1] <= 0x9f ? 2 : 0;
}

void json_add_document_as(const json_t *value, size_t flags, struct buf *out)
{
    char *text = json_dumps(value, flags);
    const char *from = text ? text : "null";
    buf_reserve(out, strlen(from) + 1);
    while (*from) {
        const char *at = from + strcspn(from, "\x7f\xc2");
        buf_add(out, from, (size_t)(at - from));
        size_t len = control_len(at);
        if (len)
            buf_add_format(out, "\\u00%02x", (unsigned char)at[len - 1]);
        else if (*at)
            buf_add_char(out, *at);
        from = at + (len ? len : *at != '\0');
    }
    buf_add_char(out, '\n');
    free(text);
}

void json_add_document(const json_t *value, struct buf *out)
{
    json_add_document_as(value, JSON_INDENT(2), out);
}

/* --- writing --- */

json_t *json_visible(const char *text)
{
    struct buf out = {0};
    text_add_visible(&out, bytes_of(text), SIZE_MAX);
    json_t *string = json_stringn(buf_text(&out), out.len);
    buf_clear(&out);
    return string;
}

void json_set(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

void json_set_count(json_t *object, const char *name, uint64_t count)
{
    json_set(object, name, json_integer((json_int_t)count));
}

void json_set_flag(json_t *object, const char *name, bool value)
{
    json_set(object, name, json_boolean(value));
}

void json_set_text(json_t *object, const char *name, const char *text)
{
    bool is_plain = text && text_is_utf8(bytes_of(text));
    json_set(object, name, is_plain ? json_string(text) : text ? json_visible(text) : json_null());
}

void json_set_redacted(json_t *object, const char *name, const struct redactor *redactor,
                       const char *text)
{
    char *safe = redacted_text(redactor, text);
    json_set_text(object, name, safe);
    free(safe);
}

void json_set_bytes(json_t *object, const char *name, struct bytes bytes)
{
    if (text_is_utf8(bytes)) {
        json_set(object, name, json_stringn(bytes.len ? bytes.data : "", bytes.len));
        return;
    }
    struct buf encoded = {0};
    encode_base64(bytes, &encoded);
    char *key = mem_format("%s_base64", name);
    json_set(object, key, json_stringn(buf_text(&encoded), encoded.len));
    free(key);
    buf_clear(&encoded);
}

void json_set_ms(json_t *object, const char *name, int64_t ns)
{
    int64_t us = (ns + 500) / 1000;
    json_set(object, name, ns < 0 ? json_null() : json_real((double)us * 1000 / (double)NS_PER_MS));
}

json_t *json_add_row(json_t *list, const char *name, const char *text)
{
    json_t *row = json_object();
    json_set_text(row, name, text);
    json_array_append_new(list, row);
    return row;
}

json_t *json_texts(const char *const *items, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(items[i]));
    return list;
}
