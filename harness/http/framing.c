#include <string.h>
#include <strings.h>

#include "http/parse.h"

/* Takes the next item of a comma-separated list off `list`; false at its end. Items may be empty.
 */
static bool next_item(const char **list, struct bytes *out)
{
    if (!*list)
        return false;
    size_t len = strcspn(*list, ",");
    *out = parse_trim((struct bytes){*list, len});
    *list = (*list)[len] == ',' ? *list + len + 1 : NULL;
    return true;
}

static struct flaw read_length(struct bytes digits, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return (struct flaw){400, "Content-Length is not a number"};
        if (*out > (INT64_MAX - 9) / 10)
            return (struct flaw){413, "Content-Length is too large"};
        *out = *out * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return digits.len ? NO_FLAW : (struct flaw){400, "Content-Length is empty"};
}

/* RFC 9110 section 8.6: equal values, in one field or several, may count as one; different ones
 * never. */
static struct flaw read_lengths(const struct headers *headers, struct framing *out)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (!header_name_equal(headers->items[i].name, "Content-Length"))
            continue;
        const char *list = headers->items[i].value;
        struct bytes item;
        while (next_item(&list, &item)) {
            uint64_t length;
            struct flaw flaw = read_length(item, &length);
            if (flaw.what)
                return flaw;
            if (out->has_length && out->length != length)
                return (struct flaw){400, "two values of Content-Length differ"};
            out->has_length = true;
            out->length = length;
        }
    }
    return NO_FLAW;
}

static const struct flaw both_framings = {400,
                                          "both Transfer-Encoding and Content-Length are present"};

/* What the fields named Transfer-Encoding hold together. */
struct codings {
    size_t num_chunked;
    size_t num_others;
    bool last_is_chunked;
    bool empty_item;
};

static void read_codings(const struct headers *headers, struct codings *out)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (!header_name_equal(headers->items[i].name, "Transfer-Encoding"))
            continue;
        const char *list = headers->items[i].value;
        struct bytes item;
        while (next_item(&list, &item)) {
            out->last_is_chunked = item.len == 7 && strncasecmp(item.data, "chunked", 7) == 0;
            out->empty_item = out->empty_item || item.len == 0;
            out->num_chunked += out->last_is_chunked;
            out->num_others += !out->last_is_chunked;
        }
    }
}

static struct flaw check_codings(const struct headers *headers, const struct codings *codings)
{
    if (headers_count(headers, "Content-Length"))
        return both_framings;
    if (codings->empty_item)
        return (struct flaw){400, "Transfer-Encoding has an empty value"};
    if (codings->num_chunked > 1)
        return (struct flaw){400, "Transfer-Encoding contains chunked more than once"};
    return NO_FLAW;
}

/* What Node's client, which Panora's sender uses, refuses (fixtures/answers): more than one length,
 * even when they are equal. Codings without a name, or chunked twice, it takes. */
static struct flaw check_response(const struct headers *headers, bool has_codings)
{
    const char *length = headers_find(headers, "Content-Length");
    size_t num_lengths = headers_count(headers, "Content-Length");
    if (num_lengths > 0 && has_codings)
        return both_framings;
    if (num_lengths > 1)
        return (struct flaw){400, "there is more than one Content-Length"};
    if (length && strchr(length, ','))
        return (struct flaw){400, "Content-Length is a list"};
    return NO_FLAW;
}

struct flaw framing_of_request(const struct headers *headers, int minor, struct framing *out)
{
    *out = (struct framing){0};
    if (!headers_count(headers, "Transfer-Encoding"))
        return read_lengths(headers, out);
    struct codings codings = {0};
    read_codings(headers, &codings);
    struct flaw flaw = check_codings(headers, &codings);
    if (flaw.what)
        return flaw;
    /* RFC 9112 section 6.1: HTTP/1.0 knows no Transfer-Encoding, so somebody passed it on unread.
     */
    if (minor == 0)
        return (struct flaw){400, "an HTTP/1.0 request has Transfer-Encoding"};
    if (codings.num_others)
        return (struct flaw){501, "Transfer-Encoding has a coding other than chunked"};
    out->chunked = true;
    return NO_FLAW;
}

struct flaw framing_of_response(const struct headers *headers, struct framing *out)
{
    bool has_codings = headers_count(headers, "Transfer-Encoding") > 0;
    struct flaw flaw = check_response(headers, has_codings);
    *out = (struct framing){0};
    if (flaw.what)
        return flaw;
    if (!has_codings) {
        flaw = read_lengths(headers, out);
        out->until_close = !out->has_length;
        return flaw;
    }
    struct codings codings = {0};
    read_codings(headers, &codings);
    out->chunked = codings.last_is_chunked;
    out->until_close = !codings.last_is_chunked;
    return NO_FLAW;
}
