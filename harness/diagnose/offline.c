#include "diagnose/offline.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/text.h"
#include "diagnose/hypothesis.h"
#include "panora/event.h"
#include "panora/js.h"
#include "sign/digest.h"

/* Above this, only single hypotheses are tried. */
#define PAIRS_MAX ((size_t)256 * 1024)

struct search {
    const struct headers *headers;
    struct subject subject;
    struct bytes secret;
    struct buf *out;
    size_t num_found;
};

/* Times that other senders' schemes carry are part of what is signed. */
static void read_time(struct search *search)
{
    static const char *const names[] = {"webhook-timestamp", "svix-timestamp",
                                        "X-Slack-Request-Timestamp"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = headers_find(search->headers, names[i]);
        if (value)
            search->subject.wall_s = strtoll(value, NULL, 10);
    }
    for (size_t i = 0; i < search->headers->count; i++)
        if (text_starts_with(search->headers->items[i].value, "t="))
            search->subject.wall_s = strtoll(search->headers->items[i].value + 2, NULL, 10);
}

/* The header of the request that has this value, under the name that the signing gives it, or any.
 */
static const struct header *header_with(const struct search *search, const struct signing *signing)
{
    for (size_t i = 0; i < search->headers->count; i++) {
        const struct header *header = &search->headers->items[i];
        for (size_t k = 0; k < signing->headers.count; k++)
            if (header_name_equal(header->name, signing->headers.items[k].name) &&
                signing->value.len > 0 &&
                digest_equal(bytes_of(header->value), buf_bytes(&signing->value)))
                return header;
    }
    return NULL;
}

static bool try_one(struct search *search, const struct hypothesis *first,
                    const struct hypothesis *second)
{
    struct signing signing = {0};
    bool fits = hypothesis_sign(first, second, &search->subject, search->secret, &signing) &&
                header_with(search, &signing);
    signing_clear(&signing);
    if (!fits)
        return false;
    if (search->num_found++ > 0) {
        buf_add_format(search->out, "or by %s, which is the same for this body: the signer %s\n",
                       first->id, first->sentence);
        return true;
    }
    buf_add_format(search->out, "explained by %s%s%s: the signer %s%s%s\n", first->id,
                   second ? " and " : "", second ? second->id : "", first->sentence,
                   second ? ", and it " : "", second ? second->sentence : "");
    buf_add_format(search->out, "remedy: %s%s%s\n", first->remedy, second ? "; " : "",
                   second ? second->remedy : "");
    return true;
}

static void try_singles(struct search *search)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        (void)try_one(search, &hypotheses[i], NULL);
}

static void try_pairs(struct search *search)
{
    for (size_t i = 0; search->num_found == 0 && i < num_hypotheses; i++)
        for (size_t k = i + 1; search->num_found == 0 && k < num_hypotheses; k++)
            if (hypotheses[i].part != hypotheses[k].part)
                (void)try_one(search, &hypotheses[i], &hypotheses[k]);
}

/* --- altered after it was signed --- */

typedef bool restore_data(struct bytes data, struct buf *out);

static bool restore_compact(struct bytes data, struct buf *out)
{
    return serialiser_rewrite(serialiser_find("javascript"), data, out);
}

static bool restore_trimmed(struct bytes data, struct buf *out)
{
    while (data.len && strchr(" \t\r\n", data.data[data.len - 1]))
        data.len--;
    while (data.len && strchr(" \t\r\n", data.data[0]))
        data = (struct bytes){data.data + 1, data.len - 1};
    buf_add_bytes(out, data);
    return true;
}

static bool restore_newline(struct bytes data, struct buf *out)
{
    buf_add_bytes(out, data);
    buf_add_char(out, '\n');
    return true;
}

static bool restore_unix_lines(struct bytes data, struct buf *out)
{
    for (size_t i = 0; i < data.len; i++)
        if (data.data[i] != '\r' || i + 1 == data.len || data.data[i + 1] != '\n')
            buf_add_char(out, data.data[i]);
    return true;
}

/* UTF-8 that was taken for Latin-1 and encoded once more. */
static bool restore_encoding(struct bytes data, struct buf *out)
{
    for (size_t i = 0; i < data.len; i++) {
        unsigned char lead = (unsigned char)data.data[i];
        if (lead < 0x80) {
            buf_add_char(out, (char)lead);
        } else if ((lead == 0xc2 || lead == 0xc3) && i + 1 < data.len) {
            unsigned char next = (unsigned char)data.data[++i];
            buf_add_char(out, (char)((lead & 3) << 6 | (next & 0x3f)));
        } else {
            return false;
        }
    }
    return true;
}

static const struct {
    const char *how;
    restore_data *restore;
} alterations[] = {
    {"leading or trailing white space was added to the text in data", restore_trimmed},
    {"the newline at the end of the text in data was removed", restore_newline},
    {"line endings in the text in data became CRLF", restore_unix_lines},
    {"the text in data was parsed and serialized differently (white space, escapes, numbers)",
     restore_compact},
    {"the text in data was decoded as Latin-1 and encoded as UTF-8 again", restore_encoding},
};

static bool fits_message(const struct search *search, struct bytes message)
{
    struct digest digest;
    struct buf hex = {0};
    bool fits = false;
    if (digest_hmac("sha256", search->secret, message, &digest))
        encode_hex(digest_bytes(&digest), &hex);
    for (size_t i = 0; i < search->headers->count; i++)
        fits =
            fits || (header_name_equal(search->headers->items[i].name, PANORA_SIGNATURE_HEADER) &&
                     digest_equal(bytes_of(search->headers->items[i].value), buf_bytes(&hex)));
    buf_clear(&hex);
    return fits;
}

static void note_alteration(struct search *search, const char *how)
{
    const char * or = search->num_found++ ? "or it was " : "";
    buf_add_format(search->out,
                   "%saltered after it was signed: %s; something between Panora and the "
                   "capture changed the body\n",
                   or, how);
}

static void try_alterations(struct search *search)
{
    for (size_t i = 0; i < ARRAY_LEN(alterations); i++) {
        struct buf data = {0};
        struct buf message = {0};
        if (alterations[i].restore(buf_bytes(&search->subject.data), &data)) {
            js_quote(buf_bytes(&data), &message);
            if (search->subject.is_text && fits_message(search, buf_bytes(&message)))
                note_alteration(search, alterations[i].how);
        }
        buf_reset(&message);
        js_quote(buf_bytes(&search->subject.data), &message);
        if (i == 0 && !search->subject.is_text && fits_message(search, buf_bytes(&message)))
            note_alteration(search,
                            "data was a string when it was signed, and has been parsed since");
        buf_clear(&data);
        buf_clear(&message);
    }
}

/* --- what is wrong with the header itself --- */

static void add_right(const struct search *search, struct buf *out)
{
    struct digest digest;
    if (digest_hmac("sha256", search->secret, buf_bytes(&search->subject.message), &digest))
        encode_hex(digest_bytes(&digest), out);
}

static size_t common_len(struct bytes a, struct bytes b)
{
    size_t len = 0;
    while (len < a.len && len < b.len && a.data[len] == b.data[len])
        len++;
    return len;
}

/* Fewer digits in common are chance. */
#define COMMON_MIN 8

static bool explain_one(struct search *search, struct bytes given, struct bytes right)
{
    size_t common = common_len(given, right);
    if (given.len == 0)
        buf_add_text(search->out, "the Panora-Signature header is empty: something on the way "
                                  "removed its value, or the sender has no secret\n");
    else if (common == given.len && given.len < right.len)
        buf_add_format(search->out,
                       "the signature is truncated: the first %zu of its %zu digits are present "
                       "and right; look for a column or buffer that is too small\n",
                       given.len, right.len);
    else if (common == right.len && given.len > right.len)
        buf_add_format(search->out,
                       "the signature is right, but followed by %zu extra character%s\n",
                       given.len - right.len, given.len - right.len == 1 ? "" : "s");
    else if (common >= COMMON_MIN && common < right.len)
        buf_add_format(search->out,
                       "the first %zu digits of the signature are right, digit %zu is not: the "
                       "signature was changed, not the body\n",
                       common, common + 1);
    else
        return false;
    return true;
}

/* What the header says about itself, before any mistake of the signer is looked for. */
static bool explain_header(struct search *search)
{
    struct buf right = {0};
    size_t count = headers_count(search->headers, PANORA_SIGNATURE_HEADER);
    const char *first = headers_find(search->headers, PANORA_SIGNATURE_HEADER);
    size_t place = 0;
    bool told = false;
    add_right(search, &right);
    for (size_t i = 0; i < search->headers->count && count > 1 && !told; i++) {
        if (!header_name_equal(search->headers->items[i].name, PANORA_SIGNATURE_HEADER))
            continue;
        place++;
        told = bytes_equal(bytes_of(search->headers->items[i].value), buf_bytes(&right));
        if (told)
            buf_add_format(search->out,
                           "there are %zu Panora-Signature headers, and number %zu is right: "
                           "something on the way added one\n",
                           count, place);
    }
    if (count == 1)
        told = explain_one(search, bytes_of(first), buf_bytes(&right));
    buf_clear(&right);
    return told;
}

/* --- one byte of data that was taken away or doubled --- */

/* Each position costs an HMAC over all of data. */
#define EDITED_MAX ((size_t)8192)

static bool fits_data(const struct search *search, struct bytes data)
{
    struct buf message = {0};
    if (search->subject.is_text)
        js_quote(data, &message);
    else
        buf_add_bytes(&message, data);
    bool fits = fits_message(search, buf_bytes(&message));
    buf_clear(&message);
    return fits;
}

static bool try_without(struct search *search, struct bytes data, size_t at)
{
    struct buf edited = {0};
    buf_add(&edited, data.data, at);
    buf_add(&edited, data.data + at + 1, data.len - at - 1);
    bool fits = fits_data(search, buf_bytes(&edited));
    buf_clear(&edited);
    if (fits) {
        search->num_found++;
        buf_add_format(search->out, "altered after it was signed: byte %zu of data was added (",
                       at + 1);
        text_add_visible(search->out, (struct bytes){data.data + at, 1}, 4);
        buf_add_text(search->out, "); something between Panora and the capture changed the body\n");
    }
    return fits;
}

static bool try_other(struct search *search, struct bytes data, size_t at)
{
    static const char *const others =
        " \n\"'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    struct buf edited = {0};
    bool fits = false;
    buf_add_bytes(&edited, data);
    for (const char *c = others; *c && !fits; c++) {
        edited.data[at] = *c;
        fits = *c != data.data[at] && fits_data(search, buf_bytes(&edited));
    }
    if (fits) {
        search->num_found++;
        buf_add_format(search->out, "altered after it was signed: byte %zu of data was ", at + 1);
        text_add_visible(search->out, (struct bytes){edited.data + at, 1}, 4);
        buf_add_text(search->out, " and is ");
        text_add_visible(search->out, (struct bytes){data.data + at, 1}, 4);
        buf_add_text(search->out, "; something between Panora and the capture changed the body\n");
    }
    buf_clear(&edited);
    return fits;
}

/* What gets lost on the way: escapes, quotes, blanks, line ends. */
static bool try_with(struct search *search, struct bytes data, size_t at)
{
    static const char *const lost = "\\ \n\r\t\"'+";
    bool fits = false;
    for (const char *c = lost; *c && !fits; c++) {
        struct buf edited = {0};
        buf_add(&edited, data.data, at);
        buf_add_char(&edited, *c);
        buf_add(&edited, data.data + at, data.len - at);
        fits = fits_data(search, buf_bytes(&edited));
        buf_clear(&edited);
        if (!fits)
            continue;
        search->num_found++;
        buf_add_format(search->out, "altered after it was signed: byte %zu of data was removed (",
                       at + 1);
        text_add_visible(search->out, (struct bytes){c, 1}, 4);
        buf_add_text(search->out, "); something between Panora and the capture changed the body\n");
    }
    return fits;
}

#define CHANGED_MAX ((size_t)1024)

static void try_edits(struct search *search)
{
    struct bytes data = buf_bytes(&search->subject.data);
    bool found = data.len > EDITED_MAX;
    for (size_t i = 0; !found && i < data.len; i++)
        found = try_without(search, data, i) || try_with(search, data, i);
    for (size_t i = 0; !found && data.len <= CHANGED_MAX && i < data.len; i++)
        found = try_other(search, data, i);
}

/* A body of another length than its head says was changed, or cut, after it was sent. */
static void explain_length(const struct headers *headers, struct bytes body, struct buf *out)
{
    const char *length = headers_find(headers, "Content-Length");
    char *end = NULL;
    unsigned long long len = length ? strtoull(length, &end, 10) : 0;
    if (!length || end == length || *end || len == body.len)
        return;
    buf_add_format(out,
                   "the body has %zu bytes, but Content-Length is %llu: it was changed or cut "
                   "after it was sent\n",
                   body.len, len);
}

bool offline_explain(const struct headers *headers, struct bytes body, struct bytes secret,
                     struct buf *out)
{
    struct search search = {.headers = headers, .secret = secret, .out = out};
    explain_length(headers, body, out);
    if (subject_read(&search.subject, body, 0)) {
        read_time(&search);
        const char *id = headers_find(headers, "webhook-id");
        if (id && strlen(id) < sizeof search.subject.id)
            (void)memcpy(search.subject.id, id, strlen(id) + 1);
        if (explain_header(&search)) {
            subject_clear(&search.subject);
            return true;
        }
        try_singles(&search);
        try_alterations(&search); /* where both explain it, both are said */
        if (search.num_found == 0 && headers_find(headers, PANORA_SIGNATURE_HEADER))
            try_edits(&search);
        if (search.num_found == 0 && body.len <= PAIRS_MAX)
            try_pairs(&search);
        if (search.num_found == 0)
            buf_add_text(out, headers_find(headers, PANORA_SIGNATURE_HEADER)
                                  ? "no known mistake matches: another secret, or data changed "
                                    "after signing\n"
                                  : "no other header contains a signature of this body\n");
    }
    subject_clear(&search.subject);
    return search.num_found > 0;
}
