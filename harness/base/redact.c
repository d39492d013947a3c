#include "base/redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/spelling.h"

/* Letters of one case, or digits: a document of ours may hold such a text as a word of its own. */
#define WORD_MAX_LEN 15
/* A number or a date; a longer one is none of ours but by chance. */
#define NUMBER_MAX_LEN 10

struct hidden {
    char *value;
    size_t len;
    char *replacement;
    bool is_word;
};

struct redactor {
    struct hidden *items;
    size_t count;
    struct needles *needles;
    size_t *searched; /* counted while others only read */
};

struct span {
    size_t at, end;
    size_t id;
};

struct spans {
    const struct redactor *redactor;
    struct bytes in;
    bool is_document;
    struct span *items;
    size_t count, capacity;
};

struct redactor *redactor_new(void)
{
    struct redactor *redactor = mem_alloc(sizeof *redactor);
    redactor->needles = needles_new();
    redactor->searched = mem_alloc(sizeof *redactor->searched);
    return redactor;
}

void redactor_free(struct redactor *redactor)
{
    for (size_t i = 0; redactor && i < redactor->count; i++) {
        explicit_bzero(redactor->items[i].value, redactor->items[i].len);
        free(redactor->items[i].value);
        free(redactor->items[i].replacement);
    }
    if (redactor) {
        free(redactor->items);
        free(redactor->searched);
        needles_free(redactor->needles);
    }
    free(redactor);
}

size_t redactor_searched(const struct redactor *redactor)
{
    return *redactor->searched;
}

static struct bytes value_of(const struct hidden *hidden)
{
    return (struct bytes){hidden->value, hidden->len};
}

/* "staging", "Accept", "2026-11-26" */
static bool could_be_ours(struct bytes value)
{
    size_t letters = 0;
    size_t lower = 0;
    size_t digits = 0;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        letters += isalpha(c) != 0;
        lower += islower(c) != 0 || c == '-' || c == '_' || c == ' ';
        digits += isdigit(c) != 0;
    }
    if (letters == 0)
        return value.len <= NUMBER_MAX_LEN;
    return value.len <= WORD_MAX_LEN && digits == 0 && lower + 1 >= value.len;
}

static void hide(struct redactor *redactor, struct bytes value, size_t enough,
                 const char *replacement)
{
    if (value.len == 0)
        return;
    for (size_t i = 0; i < redactor->count; i++)
        if (bytes_equal(value_of(&redactor->items[i]), value))
            return;
    redactor->items = mem_resize(redactor->items, redactor->count + 1, sizeof *redactor->items);
    redactor->items[redactor->count] = (struct hidden){mem_copy(value.data, value.len), value.len,
                                                       mem_text(replacement), could_be_ours(value)};
    needles_add(redactor->needles, value, enough, redactor->count++);
}

void redactor_hide(struct redactor *redactor, struct bytes value, const char *replacement)
{
    hide(redactor, value, 0, replacement);
}

void redactor_hide_secret(struct redactor *redactor, struct bytes value, const char *replacement)
{
    hide(redactor, value, REDACT_BEGINNING, replacement);
}

/* --- what is found --- */

static void add_span(struct spans *spans, size_t at, size_t len, size_t id)
{
    if (spans->count == spans->capacity) {
        spans->capacity = spans->capacity ? 2 * spans->capacity : 16;
        spans->items = mem_resize(spans->items, spans->capacity, sizeof *spans->items);
    }
    spans->items[spans->count++] = (struct span){at, at + len, id};
}

/* Whether the byte at `at` is the second of an escape: "\n" in front of what follows. */
static bool is_escaped(struct bytes in, size_t at)
{
    size_t backslashes = 0;
    while (backslashes < at && in.data[at - 1 - backslashes] == '\\')
        backslashes++;
    return backslashes % 2;
}

static bool on_found(void *payload, size_t at, size_t len, size_t id)
{
    struct spans *spans = payload;
    if (spans->is_document && spans->redactor->items[id].is_word)
        return true;
    if (spans->is_document && is_escaped(spans->in, at)) {
        at--;
        len++;
    }
    add_span(spans, at, len, id);
    return true;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *left = a;
    const struct span *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return (left->end < right->end) - (left->end > right->end);
}

/* What is a replacement already. */
static bool is_replacement(const struct spans *spans, const struct span *span)
{
    for (size_t i = 0; i < spans->redactor->count; i++) {
        const char *text = spans->redactor->items[i].replacement;
        size_t len = strlen(text);
        size_t first = span->end > len ? span->end - len : 0;
        for (size_t at = first; at <= span->at && at + len <= spans->in.len; at++)
            if (memcmp(spans->in.data + at, text, len) == 0)
                return true;
    }
    return false;
}

/* Sorted, without those inside a replacement, and those that overlap made one: the one that is
 * longest says what is shown. */
static void settle(struct spans *spans)
{
    size_t kept = 0;
    size_t longest = 0;
    if (spans->count)
        qsort(spans->items, spans->count, sizeof *spans->items, compare_spans);
    for (size_t i = 0; i < spans->count; i++) {
        struct span span = spans->items[i];
        if (is_replacement(spans, &span))
            continue;
        struct span *last = kept ? &spans->items[kept - 1] : NULL;
        if (!last || span.at >= last->end) {
            spans->items[kept++] = span;
            longest = span.end - span.at;
            continue;
        }
        if (span.end - span.at > longest) {
            longest = span.end - span.at;
            last->id = span.id;
        }
        if (span.end > last->end)
            last->end = span.end;
    }
    spans->count = kept;
}

static struct spans find(const struct redactor *redactor, struct bytes in, bool is_document)
{
    struct spans spans = {.redactor = redactor, .in = in, .is_document = is_document};
    *redactor->searched += in.len;
    (void)spelling_search(redactor->needles, in, on_found, &spans);
    settle(&spans);
    return spans;
}

/* --- what is shown instead --- */

/* Appends the bytes from `at` to `end` of what was searched. */
static void add_part(const struct spans *spans, size_t at, size_t end, struct buf *out)
{
    for (size_t i = 0; i < spans->count && at < end; i++) {
        const struct span *span = &spans->items[i];
        if (span->end <= at)
            continue;
        if (span->at >= end)
            break;
        if (span->at > at)
            buf_add(out, spans->in.data + at, span->at - at);
        buf_add_text(out, spans->redactor->items[span->id].replacement);
        at = span->end;
    }
    if (at < end)
        buf_add(out, spans->in.data + at, end - at);
}

static void as_it_is(struct bytes value, struct buf *out)
{
    buf_add_bytes(out, value);
}

/* The whole of a field may be a value that is too short to be looked for. */
static const struct hidden *whole(const struct redactor *redactor, struct bytes in)
{
    static void (*const encoders[])(struct bytes, struct buf *) = {
        as_it_is, encode_hex, encode_hex_upper, encode_base64, encode_base64url};
    for (size_t i = 0; i < redactor->count; i++)
        for (size_t k = 0; k < ARRAY_LEN(encoders) && redactor->items[i].len < REDACT_MIN_LEN;
             k++) {
            struct buf form = {0};
            encoders[k](value_of(&redactor->items[i]), &form);
            bool same = bytes_equal(in, buf_bytes(&form));
            buf_clear(&form);
            if (same)
                return &redactor->items[i];
        }
    return NULL;
}

void redact(const struct redactor *redactor, struct bytes in, struct buf *out)
{
    redact_pieces(redactor, &in, 1, out);
}

void redact_pieces(const struct redactor *redactor, const struct bytes *pieces, size_t count,
                   struct buf *outs)
{
    struct buf all = {0};
    struct spans spans = {0};
    for (size_t i = 0; i < count && redactor; i++)
        buf_add_bytes(&all, pieces[i]);
    if (redactor)
        spans = find(redactor, buf_bytes(&all), false);
    for (size_t i = 0, at = 0; i < count; at += pieces[i].len, i++) {
        const struct hidden *hidden = redactor ? whole(redactor, pieces[i]) : NULL;
        if (hidden)
            buf_add_text(&outs[i], hidden->replacement);
        else if (redactor)
            add_part(&spans, at, at + pieces[i].len, &outs[i]);
        else
            buf_add_bytes(&outs[i], pieces[i]);
    }
    free(spans.items);
    buf_clear(&all);
}

void redact_beginning(const struct redactor *redactor, struct bytes in, size_t max, struct buf *out)
{
    size_t end = in.len < max ? in.len : max;
    size_t reach = redactor ? spelling_reach(redactor->needles) : 0;
    if (!redactor || end == in.len) {
        redact(redactor, (struct bytes){in.data, end}, out);
        return;
    }
    struct spans spans =
        find(redactor, (struct bytes){in.data, in.len - end < reach ? in.len : end + reach}, false);
    add_part(&spans, 0, end, out);
    free(spans.items);
}

void redact_document(const struct redactor *redactor, struct bytes in, struct buf *out)
{
    if (!redactor) {
        buf_add_bytes(out, in);
        return;
    }
    struct spans spans = find(redactor, in, true);
    add_part(&spans, 0, in.len, out);
    free(spans.items);
}

char *redacted_text(const struct redactor *redactor, const char *text)
{
    struct buf out = {0};
    if (!text)
        return NULL;
    redact(redactor, bytes_of(text), &out);
    return buf_take(&out);
}
