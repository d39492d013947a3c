#include "judge/likeness.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "panora/event.h"

#define ID_MIN     12 /* characters of a word with digits in it, that is taken for an id */
#define NUMBER_MIN 10 /* digits of a number that is taken for a time */
#define QUOTE_MIN  8  /* characters of a signature; a shorter one is found by chance */

/* --- headers --- */

/* Headers that differ between any two answers without telling anything about the request. The
 * length follows from the body, which is compared by itself. */
static bool is_incidental(const char *name)
{
    static const char *const patterns[] = {
        "date",          "age",        "expires",     "set-cookie", "cf-ray",
        "server-timing", "etag",       "nel",         "report-to",  "via",
        "retry-after",   "connection", "keep-alive",  "x-runtime",  "x-response-time",
        "*-id",          "*trace*",    "*ratelimit*", "*amzn*",     "content-length",
    };
    char lower[64];
    size_t len = 0;
    for (; len < sizeof lower - 1 && name[len]; len++)
        lower[len] = (char)tolower((unsigned char)name[len]);
    lower[len] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
        if (text_glob(patterns[i], lower))
            return true;
    return false;
}

static const struct header *next_telling(const struct headers *headers, size_t *at)
{
    while (*at < headers->count) {
        const struct header *item = &headers->items[(*at)++];
        if (!is_incidental(item->name))
            return item;
    }
    return NULL;
}

/* --- texts --- */

/* A text and how far it was looked at. */
struct scan {
    struct bytes rest;
    struct bytes given; /* the signature that was sent */
    struct bytes right;
    struct buf *out;
};

static size_t num_digits(struct bytes text)
{
    size_t count = 0;
    while (count < text.len && isdigit((unsigned char)text.data[count]))
        count++;
    return count;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_-+=", c));
}

static void take(struct scan *scan, size_t len, const char *instead)
{
    if (instead)
        buf_add_text(scan->out, instead);
    else
        buf_add(scan->out, scan->rest.data, len);
    scan->rest = (struct bytes){scan->rest.data + len, scan->rest.len - len};
}

/* "12:30", "12:30:05", "12:30:05.123"; 0 = none. */
static size_t time_len(struct bytes text)
{
    size_t len = 0;
    size_t parts = 0;
    while (parts < 3 && num_digits((struct bytes){text.data + len, text.len - len}) == 2) {
        parts++;
        len += 2;
        if (parts == 3 || len >= text.len || text.data[len] != ':')
            break;
        len++;
    }
    if (parts < 2)
        return 0;
    if (len < text.len && text.data[len] == '.')
        len += 1 + num_digits((struct bytes){text.data + len + 1, text.len - len - 1});
    return len;
}

/* A piece of the right signature is no id, however long it is. */
static bool is_of_right(const struct scan *scan, size_t len)
{
    for (size_t i = 0; i + len <= scan->right.len; i++)
        if (memcmp(scan->right.data + i, scan->rest.data, len) == 0)
            return true;
    return false;
}

static bool is_duration(struct bytes word, size_t digits)
{
    static const char *const units[] = {"ms", "us", "ns"};
    struct bytes unit = {word.data + digits, word.len - digits};
    for (size_t i = 0; digits && i < ARRAY_LEN(units); i++)
        if (bytes_equal(unit, bytes_of(units[i])))
            return true;
    return false;
}

static void blur_word(struct scan *scan)
{
    size_t len = 0;
    bool numbered = false;
    bool lettered = false;
    for (; len < scan->rest.len && in_word(scan->rest.data[len]); len++) {
        numbered = numbered || isdigit((unsigned char)scan->rest.data[len]);
        lettered = lettered || isalpha((unsigned char)scan->rest.data[len]);
    }
    struct bytes word = {scan->rest.data, len};
    bool is_long = len >= (lettered ? ID_MIN : NUMBER_MIN);
    size_t time = time_len(scan->rest);
    if (time)
        take(scan, time, "(time)");
    else if (numbered && is_long && !is_of_right(scan, len))
        take(scan, len, "(id)");
    else if (is_duration(word, num_digits(word)))
        take(scan, len, "(time)");
    else
        take(scan, len, NULL);
}

/* Seconds of a time may go on behind a point: 1769860800.123. */
static void blur_fraction(struct scan *scan)
{
    bool after_id = text_ends_with(buf_text(scan->out), "(id)");
    size_t digits = num_digits((struct bytes){scan->rest.data + 1, scan->rest.len - 1});
    take(scan, after_id ? 1 + digits : 1, after_id ? "" : NULL);
}

static void blur(struct bytes text, const struct exchange *exchange, struct buf *out)
{
    struct scan scan = {text, {NULL, 0}, bytes_of(exchange->right_signature), out};
    const char *given = headers_find(&exchange->request.headers, PANORA_SIGNATURE_HEADER);
    if (given && strlen(given) >= QUOTE_MIN)
        scan.given = bytes_of(given);
    while (scan.rest.len) {
        bool quoted = scan.given.len && scan.given.len <= scan.rest.len &&
                      memcmp(scan.rest.data, scan.given.data, scan.given.len) == 0;
        if (quoted)
            take(&scan, scan.given.len, "(given)");
        else if (in_word(scan.rest.data[0]))
            blur_word(&scan);
        else if (scan.rest.data[0] == '.')
            blur_fraction(&scan);
        else
            take(&scan, 1, NULL);
    }
}

static bool texts_differ(struct bytes left, const struct exchange *a, struct bytes right,
                         const struct exchange *b)
{
    struct buf one = {0};
    struct buf other = {0};
    if (bytes_equal(left, right))
        return false;
    blur(left, a, &one);
    blur(right, b, &other);
    bool differ = !bytes_equal(buf_bytes(&one), buf_bytes(&other));
    buf_clear(&one);
    buf_clear(&other);
    return differ;
}

static bool headers_differ(const struct exchange *a, const struct exchange *b)
{
    size_t i = 0;
    size_t k = 0;
    for (;;) {
        const struct header *left = next_telling(&a->seen.headers, &i);
        const struct header *right = next_telling(&b->seen.headers, &k);
        if (!left && !right)
            return false;
        if (!left || !right || !header_name_equal(left->name, right->name) ||
            texts_differ(bytes_of(left->value), a, bytes_of(right->value), b))
            return true;
    }
}

const char *likeness_difference(const struct exchange *a, const struct exchange *b)
{
    if (a->seen.outcome != b->seen.outcome)
        return "how they ended";
    if (a->seen.status != b->seen.status)
        return "the status";
    if (texts_differ(buf_bytes(&a->seen.body), a, buf_bytes(&b->seen.body), b))
        return "the body";
    return headers_differ(a, b) ? "the headers" : NULL;
}

/* --- kinds --- */

/* The words of a text, and what stands between them: each other character by itself. */
struct words {
    struct buf text; /* blurred */
    struct bytes *items;
    size_t count;
    size_t capacity;
};

static void words_clear(struct words *words)
{
    buf_clear(&words->text);
    free(words->items);
    *words = (struct words){0};
}

static void cut_into_words(struct words *words)
{
    struct bytes rest = buf_bytes(&words->text);
    while (rest.len) {
        size_t len = 0;
        while (len < rest.len && isalnum((unsigned char)rest.data[len]))
            len++;
        len = len ? len : 1;
        if (words->count == words->capacity) {
            words->capacity = words->capacity ? 2 * words->capacity : 64;
            words->items = mem_resize(words->items, words->capacity, sizeof *words->items);
        }
        words->items[words->count++] = (struct bytes){rest.data, len};
        rest = (struct bytes){rest.data + len, rest.len - len};
    }
}

static void add_headers(const struct exchange *exchange, struct buf *out)
{
    size_t at = 0;
    const struct header *header;
    while ((header = next_telling(&exchange->seen.headers, &at)) != NULL) {
        buf_add_format(out, "%s:", header->name);
        blur(bytes_of(header->value), exchange, out);
        buf_add_char(out, '\n');
    }
}

static void add_body(const struct exchange *exchange, struct buf *out)
{
    struct bytes body = buf_bytes(&exchange->seen.body);
    if (body.len > LIKENESS_BODY_MAX)
        body.len = LIKENESS_BODY_MAX;
    blur(body, exchange, out);
}

static void add_status(const struct exchange *exchange, struct buf *out)
{
    buf_add_format(out, "%d", exchange->seen.status);
}

static void add_outcome(const struct exchange *exchange, struct buf *out)
{
    buf_add_text(out, outcome_name(exchange->seen.outcome));
}

typedef void add_part(const struct exchange *exchange, struct buf *out);

/* Whether all of them have as many words; those without are no text of one form. */
static bool same_count(const struct words *words, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (words[i].count != words[0].count)
            return false;
    return true;
}

static bool same_word(const struct words *words, size_t count, size_t at)
{
    for (size_t i = 1; i < count; i++)
        if (!bytes_equal(words[i].items[at], words[0].items[at]))
            return false;
    return true;
}

/* A word that is always the same in each kind, and another one in the other. */
static bool kinds_differ(const struct words *a, size_t num_a, const struct words *b, size_t num_b)
{
    if (!same_count(a, num_a) || !same_count(b, num_b))
        return false;
    if (a->count != b->count)
        return true;
    for (size_t at = 0; at < a->count; at++)
        if (same_word(a, num_a, at) && same_word(b, num_b, at) &&
            !bytes_equal(a->items[at], b->items[at]))
            return true;
    return false;
}

static struct words *words_of(struct likes likes, add_part *add)
{
    struct words *words = mem_alloc((likes.count + 1) * sizeof *words);
    for (size_t i = 0; i < likes.count; i++) {
        add(likes.items[i], &words[i].text);
        cut_into_words(&words[i]);
    }
    return words;
}

static void free_words(struct words *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words_clear(&words[i]);
    free(words);
}

static bool differ_in(struct likes a, struct likes b, add_part *add)
{
    struct words *one = words_of(a, add);
    struct words *other = words_of(b, add);
    bool differ = kinds_differ(one, a.count, other, b.count);
    free_words(one, a.count);
    free_words(other, b.count);
    return differ;
}

const char *likeness_of_kinds(struct likes a, struct likes b)
{
    static const struct {
        const char *what;
        add_part *add;
    } parts[] = {{"how they ended", add_outcome},
                 {"the status", add_status},
                 {"the body", add_body},
                 {"the headers", add_headers}};
    for (size_t i = 0; a.count && b.count && i < ARRAY_LEN(parts); i++)
        if (differ_in(a, b, parts[i].add))
            return parts[i].what;
    return NULL;
}
