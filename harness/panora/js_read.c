/*
 * JSON.parse (ECMA-262 25.5.1). One stack holds all values that are read and not yet inside a
 * container; an open container is a marker on it, and what stands above the marker is its content
 * so far.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "panora/js_internal.h"

#define NOT_OPEN SIZE_MAX

/* From here on the stack grows by a quarter: a stranger's text must not cost much more than it has
 * values. */
#define LARGE ((size_t)256 * 1024)

/* So many may be open, whatever comes after. */
#define DEPTH_FREE ((size_t)128 * 1024)

struct reader {
    const char *start;
    const char *at;
    const char *end;
    struct js *values; /* an object's content: key, value, key, value */
    size_t count;
    size_t capacity;
    size_t open;        /* where the marker of the innermost open container stands, or NOT_OPEN */
    size_t depth;       /* how many are open */
    struct buf scratch; /* a string that cannot be taken as it is */
    struct js_tree *tree;
    struct error *err;
};

enum step { STEP_FAILED, STEP_VALUE, STEP_AFTER_VALUE, STEP_DONE };

static void push(struct reader *reader, struct js value)
{
    if (reader->count == reader->capacity) {
        size_t more = reader->capacity < LARGE ? reader->capacity : reader->capacity / 4;
        reader->capacity += more ? more : 32;
        reader->values = mem_resize(reader->values, reader->capacity, sizeof(*reader->values));
    }
    reader->values[reader->count++] = value;
}

static void skip_white(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
                                        *reader->at == '\r' || *reader->at == '\t'))
        reader->at++;
}

static bool fail(const struct reader *reader, const char *problem)
{
    return error_set(reader->err, "not JSON: %s at byte %zu", problem,
                     (size_t)(reader->at - reader->start));
}

/* What stands here is not `wanted`. */
static bool fail_here(const struct reader *reader, const char *wanted)
{
    size_t place = (size_t)(reader->at - reader->start);
    if (reader->at == reader->end)
        return error_set(reader->err, "not JSON: the text ends where %s is expected, at byte %zu",
                         wanted, place);
    unsigned char byte = (unsigned char)*reader->at;
    if (byte > 0x20 && byte < 0x7F)
        return error_set(reader->err, "not JSON: '%c' instead of %s at byte %zu", byte, wanted,
                         place);
    return error_set(reader->err, "not JSON: byte 0x%02X instead of %s at byte %zu", byte, wanted,
                     place);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Reads the four digits after \u. */
static bool read_code_unit(struct reader *reader, uint32_t *out_unit)
{
    *out_unit = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        int digit = reader->at < reader->end ? hex_digit(*reader->at) : -1;
        if (digit < 0)
            return fail_here(reader, "a hexadecimal digit");
        *out_unit = *out_unit << 4 | (uint32_t)digit;
    }
    return true;
}

/* Takes a high surrogate off the end of the string so far; 0 when there is none. Only an escape can
 * have put it there, because in the bytes of the text it is not UTF-8. */
static uint32_t take_high_surrogate(struct buf *text)
{
    if (text->len < 3)
        return 0;
    const unsigned char *tail = (const unsigned char *)text->data + text->len - 3;
    if (tail[0] != 0xED || tail[1] < 0xA0 || tail[1] > 0xAF)
        return 0;
    uint32_t unit = 0xD000U | (uint32_t)(tail[1] & 0x3F) << 6 | (tail[2] & 0x3FU);
    text->len -= 3;
    return unit;
}

static void add_code_unit(struct buf *text, uint32_t unit)
{
    bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
    uint32_t high = is_low ? take_high_surrogate(text) : 0;
    if (high)
        unit = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00);
    char utf8[4];
    buf_add(text, utf8, utf8_write(unit, utf8));
}

static bool read_escape(struct reader *reader)
{
    static const char escapes[][2] = {{'"', '"'},  {'\\', '\\'}, {'/', '/'},  {'b', '\b'},
                                      {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'}};
    reader->at++; /* the backslash */
    if (reader->at < reader->end && *reader->at == 'u') {
        reader->at++;
        uint32_t unit = 0;
        if (!read_code_unit(reader, &unit))
            return false;
        add_code_unit(&reader->scratch, unit);
        return true;
    }
    for (size_t i = 0; reader->at < reader->end && i < ARRAY_LEN(escapes); i++)
        if (*reader->at == escapes[i][0]) {
            reader->at++;
            buf_add_char(&reader->scratch, escapes[i][1]);
            return true;
        }
    return fail_here(reader, "an escape");
}

/* Up to the next byte that needs a look: a quote, a backslash, a control character, or one that is
 * not ASCII. */
static const char *skip_plain(const char *at, const char *end)
{
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20 &&
           (unsigned char)*at < 0x80)
        at++;
    return at;
}

static void keep_text(struct reader *reader, struct bytes text, struct js *out)
{
    char *copy = js_tree_room(reader->tree, text.len + 1);
    if (text.len)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    *out = (struct js){.kind = JS_STRING, .as.text = copy, .size = (uint32_t)text.len};
}

/* Text with many short escapes, as JSON within JSON has: `\"` and `\\` and the plain text between
 * them, straight into `scratch`. */
static void read_dense(struct reader *reader)
{
    struct buf *out = &reader->scratch;
    const char *at = reader->at;
    buf_reserve(out, (size_t)(reader->end - at));
    char *to = out->data + out->len;
    for (;;) {
        size_t plain = js_copy_plain(at, reader->end, to);
        at += plain;
        to += plain;
        bool is_short = reader->end - at >= 2 && at[0] == '\\' && (at[1] == '"' || at[1] == '\\');
        if (!is_short)
            break;
        *to++ = at[1];
        at += 2;
    }
    *to = '\0';
    out->len = (size_t)(to - out->data);
    reader->at = at;
}

/* Reads on in a string whose first part is in `scratch`, up to its closing quote. */
static bool read_hard_string(struct reader *reader)
{
    for (read_dense(reader); reader->at < reader->end; read_dense(reader)) {
        unsigned char byte = (unsigned char)*reader->at;
        if (byte == '"')
            return true;
        if (byte == '\\') {
            if (!read_escape(reader))
                return false;
        } else if (byte < 0x20) {
            return fail_here(reader,
                             "a character of a string (control characters must be escaped)");
        } else {
            bool valid = false;
            size_t len = js_utf8_length(reader->at, reader->end, &valid);
            buf_add(&reader->scratch, valid ? reader->at : JS_REPLACEMENT, valid ? len : 3);
            reader->at += len;
        }
    }
    return fail(reader, "the text ends inside a string");
}

static bool read_string(struct reader *reader, struct js *out)
{
    const char *from = ++reader->at;
    reader->at = skip_plain(from, reader->end);
    struct bytes text = {from, (size_t)(reader->at - from)};
    if (reader->at == reader->end || *reader->at != '"') {
        if (!reader->scratch.data) /* once, for the longest that may come */
            buf_reserve(&reader->scratch, (size_t)(reader->end - from));
        buf_reset(&reader->scratch);
        buf_add_bytes(&reader->scratch, text);
        if (!read_hard_string(reader))
            return false;
        text = buf_bytes(&reader->scratch);
    }
    reader->at++;
    keep_text(reader, text, out);
    return true;
}

static bool skip_digits(struct reader *reader)
{
    const char *from = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        reader->at++;
    return reader->at > from || fail_here(reader, "a digit");
}

static bool next_is(const struct reader *reader, char a, char b)
{
    return reader->at < reader->end && (*reader->at == a || *reader->at == b);
}

static bool read_number(struct reader *reader)
{
    const char *from = reader->at;
    if (*reader->at == '-')
        reader->at++;
    if (next_is(reader, '0', '0'))
        reader->at++;
    else if (!skip_digits(reader))
        return false;
    if (next_is(reader, '.', '.')) {
        reader->at++;
        if (!skip_digits(reader))
            return false;
    }
    if (next_is(reader, 'e', 'E')) {
        reader->at++;
        if (next_is(reader, '+', '-'))
            reader->at++;
        if (!skip_digits(reader))
            return false;
    }
    double number = js_number_value((struct bytes){from, (size_t)(reader->at - from)});
    push(reader, (struct js){.kind = JS_NUMBER, .as.number = number});
    return true;
}

static bool read_word(struct reader *reader)
{
    static const struct {
        const char *word;
        struct js value;
    } words[] = {{"true", {.kind = JS_BOOL, .as.boolean = true}},
                 {"false", {.kind = JS_BOOL, .as.boolean = false}},
                 {"null", {.kind = JS_NULL}}};
    size_t left = (size_t)(reader->end - reader->at);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t len = strlen(words[i].word);
        if (left >= len && memcmp(reader->at, words[i].word, len) == 0) {
            reader->at += len;
            push(reader, words[i].value);
            return true;
        }
    }
    return fail_here(reader, "a value");
}

/* Reads `"key" :`. */
static bool read_key(struct reader *reader)
{
    skip_white(reader);
    if (!next_is(reader, '"', '"'))
        return fail_here(reader, "a key in double quotes");
    struct js key;
    if (!read_string(reader, &key))
        return false;
    push(reader, key);
    skip_white(reader);
    if (!next_is(reader, ':', ':'))
        return fail_here(reader, "':'");
    reader->at++;
    return true;
}

static struct js make_array(struct reader *reader, const struct js *items, size_t count)
{
    struct js *kept = js_tree_room(reader->tree, count * sizeof(*kept));
    if (count)
        memcpy(kept, items, count * sizeof(*kept));
    return (struct js){.kind = JS_ARRAY, .as.items = kept, .size = (uint32_t)count};
}

static struct js make_object(struct reader *reader, const struct js *items, size_t num_items)
{
    size_t count = num_items / 2;
    struct js_member *members = js_tree_room(reader->tree, count * sizeof(*members));
    for (size_t i = 0; i < count; i++)
        members[i] = (struct js_member){items[2 * i], items[2 * i + 1]};
    count = js_order_members(members, count);
    return (struct js){.kind = JS_OBJECT, .as.members = members, .size = (uint32_t)count};
}

/* Puts the container in the place of its marker and content. */
static void close_container(struct reader *reader)
{
    struct js *marker = &reader->values[reader->open];
    size_t num_items = reader->count - reader->open - 1;
    reader->count = reader->open + 1;
    reader->open = marker->as.enclosing;
    reader->depth--;
    *marker = marker->kind == JS_ARRAY ? make_array(reader, marker + 1, num_items)
                                       : make_object(reader, marker + 1, num_items);
    reader->at++;
}

static char closing(const struct reader *reader)
{
    return reader->values[reader->open].kind == JS_ARRAY ? ']' : '}';
}

static enum step open_container(struct reader *reader, enum js_kind kind)
{
    push(reader, (struct js){.kind = kind, .as.enclosing = reader->open});
    reader->open = reader->count - 1;
    reader->at++;
    /* five million "[" and nothing else need not all be kept to be refused; a text of usual length
     * is read up to where JSON.parse refuses it */
    if (++reader->depth > DEPTH_FREE && reader->depth > (size_t)(reader->end - reader->at)) {
        (void)fail(reader, "more is open than the rest of the text can close");
        return STEP_FAILED;
    }
    skip_white(reader);
    if (next_is(reader, closing(reader), closing(reader))) {
        close_container(reader);
        return STEP_AFTER_VALUE;
    }
    return kind == JS_ARRAY || read_key(reader) ? STEP_VALUE : STEP_FAILED;
}

static enum step step_value(struct reader *reader)
{
    skip_white(reader);
    char c = '\0';
    if (reader->at < reader->end)
        c = *reader->at;
    if (c == '{')
        return open_container(reader, JS_OBJECT);
    if (c == '[')
        return open_container(reader, JS_ARRAY);
    bool ok = false;
    if (c == '"') {
        struct js text;
        ok = read_string(reader, &text);
        if (ok)
            push(reader, text);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        ok = read_number(reader);
    } else {
        ok = read_word(reader);
    }
    return ok ? STEP_AFTER_VALUE : STEP_FAILED;
}

static enum step step_after_value(struct reader *reader)
{
    skip_white(reader);
    if (reader->open == NOT_OPEN) {
        if (reader->at == reader->end)
            return STEP_DONE;
        (void)fail_here(reader, "the end of the text");
        return STEP_FAILED;
    }
    bool in_array = reader->values[reader->open].kind == JS_ARRAY;
    if (next_is(reader, ',', ',')) {
        reader->at++;
        return in_array || read_key(reader) ? STEP_VALUE : STEP_FAILED;
    }
    if (next_is(reader, closing(reader), closing(reader))) {
        close_container(reader);
        return STEP_AFTER_VALUE;
    }
    (void)fail_here(reader, in_array ? "',' or ']'" : "',' or '}'");
    return STEP_FAILED;
}

static bool read_text(struct reader *reader)
{
    enum step step = STEP_VALUE;
    while (step == STEP_VALUE || step == STEP_AFTER_VALUE)
        step = step == STEP_VALUE ? step_value(reader) : step_after_value(reader);
    return step == STEP_DONE;
}

struct js *js_parse(struct bytes text, struct error *err)
{
    if (text.len > JS_TEXT_MAX) {
        (void)error_set(err, "not JSON: longer than %zu bytes", JS_TEXT_MAX);
        return NULL;
    }
    if (!text.data)
        text = bytes_of("");
    struct reader reader = {text.data, text.data, text.data + text.len, .open = NOT_OPEN,
                            .err = err};
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        reader.at += 3;
    reader.tree = mem_alloc(sizeof(*reader.tree));
    bool ok = read_text(&reader);
    if (ok)
        reader.tree->root = reader.values[0];
    free(reader.values);
    buf_clear(&reader.scratch);
    if (ok)
        return &reader.tree->root;
    js_tree_free(reader.tree);
    return NULL;
}
