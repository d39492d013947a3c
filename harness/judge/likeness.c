#include "judge/likeness.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"
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
        return "their status";
    if (texts_differ(buf_bytes(&a->seen.body), a, buf_bytes(&b->seen.body), b))
        return "their body";
    return headers_differ(a, b) ? "their headers" : NULL;
}
