/*
 * No spelling of a secret survives redaction, whatever stands around it; what is redacted needs no
 * second time; and what holds no secret stays as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEY "whsec_5c0a/8f6e+secret="

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void as_it_is(struct bytes in, struct buf *out)
{
    buf_add_bytes(out, in);
}

static void as_json(struct bytes in, struct buf *out)
{
    for (size_t i = 0; i < in.len; i++)
        buf_add_format(out, "\\u%04x", (unsigned char)in.data[i]);
}

static void as_percent(struct bytes in, struct buf *out)
{
    for (size_t i = 0; i < in.len; i++)
        buf_add_format(out, "%%%02X", (unsigned char)in.data[i]);
}

static void as_entities(struct bytes in, struct buf *out)
{
    for (size_t i = 0; i < in.len; i++)
        buf_add_format(out, "&#%u;", (unsigned char)in.data[i]);
}

static void (*const spellings[])(struct bytes, struct buf *) = {
    as_it_is, encode_hex, encode_hex_upper, encode_base64, as_json, as_percent, as_entities};
#define NUM_SPELLINGS (sizeof spellings / sizeof spellings[0])

/* Between two halves of the input, with a sign that belongs to no encoding on either side. */
static void check_hidden(const struct redactor *redactor, struct bytes in, size_t which)
{
    struct buf mixed = {0};
    struct buf spelled = {0};
    struct buf once = {0};
    size_t half = in.len / 2;
    spellings[which](bytes_of(KEY), &spelled);
    buf_add(&mixed, in.data, half);
    buf_add_char(&mixed, '~');
    buf_add_bytes(&mixed, buf_bytes(&spelled));
    buf_add_char(&mixed, '~');
    buf_add(&mixed, in.data + half, in.len - half);
    redact(redactor, buf_bytes(&mixed), &once);
    check(!bytes_find(buf_bytes(&once), buf_bytes(&spelled)));
    check(!bytes_find(buf_bytes(&once), bytes_of(KEY)));
    buf_reset(&once);
    redact_document(redactor, buf_bytes(&mixed), &once);
    check(!bytes_find(buf_bytes(&once), bytes_of(KEY)));
    buf_clear(&mixed);
    buf_clear(&spelled);
    buf_clear(&once);
}

static void check_pieces(const struct redactor *redactor, struct bytes in)
{
    struct buf whole = {0};
    struct buf parts[2] = {{0}};
    size_t half = in.len / 2;
    const struct bytes pieces[] = {{in.data, half}, {in.data + half, in.len - half}};
    redact(redactor, in, &whole);
    redact_pieces(redactor, pieces, 2, parts);
    check(!bytes_find(buf_bytes(&parts[0]), bytes_of(KEY)));
    check(!bytes_find(buf_bytes(&parts[1]), bytes_of(KEY)));
    check(!bytes_find(buf_bytes(&whole), bytes_of(KEY)));
    if (!bytes_find(buf_bytes(&whole), bytes_of("$S")))
        check(bytes_equal(buf_bytes(&whole), in));
    buf_clear(&whole);
    buf_clear(&parts[0]);
    buf_clear(&parts[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct redactor *redactor = redactor_new();
    struct bytes in = {(const char *)data, size};
    redactor_hide_secret(redactor, bytes_of(KEY), "$S");
    redactor_hide(redactor, bytes_of("short"), "$S");
    if (size) {
        check_hidden(redactor, in, data[0] % NUM_SPELLINGS);
        check_pieces(redactor, in);
    }
    redactor_free(redactor);
    return 0;
}
