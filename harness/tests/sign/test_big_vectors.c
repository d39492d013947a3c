/* Events too large for a file of vectors: made here, with the signatures that Node computed. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "panora/event.h"
#include "panora/js.h"
#include "sign/signature.h"

TestSuite(sign_big_vectors, .timeout = 120);

#define SECRET   "b1f7a3c2-7c55-4f0e-9a52-2a3a4b5c6d7e"
#define ID_EVENT "f4e1ff72-e727-409a-8935-a63a63d4891e"

/* {"s": TEXT} */
static void add_s(struct buf *out, const char *text, size_t count)
{
    struct buf all = {0};
    for (size_t i = 0; i < count; i++)
        buf_add_text(&all, text);
    buf_add_text(out, "{\"s\":");
    js_quote(buf_bytes(&all), out);
    buf_add_text(out, "}");
    buf_clear(&all);
}

static void add_ascii(struct buf *out, size_t count)
{
    struct buf all = {0};
    for (size_t i = 0; i < count; i++)
        buf_add_char(&all, "abcdefghij"[i % 10]);
    add_s(out, buf_text(&all), 1);
    buf_clear(&all);
}

static void add_quotes(struct buf *out, size_t count)
{
    struct buf all = {0};
    buf_add_repeated(&all, '"', count);
    buf_add_repeated(&all, '\\', count);
    add_s(out, buf_text(&all), 1);
    buf_clear(&all);
}

static void add_unicode(struct buf *out, size_t count)
{
    add_s(out, "\xC3\xA9\xF0\x9F\x98\x80\xE2\x80\xA8", count);
}

static void add_controls(struct buf *out, size_t count)
{
    add_s(out, "\x01\x1F", count);
}

static void add_rows(struct buf *out, size_t count)
{
    buf_add_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        buf_add_format(out, "%s{\"id\":%zu,\"name\":\"row %zu\",\"v\":", i ? "," : "", i, i);
        js_write_number((double)i / 3, out);
        buf_add_format(out, ",\"tags\":[\"a\",\"%zu\"],\"z\":null}", i);
    }
    buf_add_text(out, "]");
}

static void add_wide(struct buf *out, size_t count)
{
    buf_add_text(out, "{");
    for (size_t i = 0; i < count; i++)
        buf_add_format(out, "%s\"key_%zu\":%zu", i ? "," : "", i, i);
    buf_add_text(out, "}");
}

static const struct {
    const char *what;
    enum dialect dialect;
    void (*add)(struct buf *out, size_t count);
    size_t count;
    const char *signature;
} rows[] = {
    {"100KB of ascii", DIALECT_OBJECT, add_ascii, 102400,
     "d434ba8fcd3c75a3d827cb6b4a3905419109ab4faa7f15f845a49433ee468443"},
    {"1MB of ascii", DIALECT_TEXT, add_ascii, 1048576,
     "4f3ae51490e5a3295ae1e0e9fa6e5914f85e55006e2851226f0e94e5824f7652"},
    {"1MB of ascii", DIALECT_OBJECT, add_ascii, 1048576,
     "99d408eedfd89db703619d6523f8c5c6567581ea7ee5fa4743b7e261b3b30bb7"},
    {"100KB of quotes", DIALECT_TEXT, add_quotes, 51200,
     "2321811ef4fd07f04d31a90d804b854dd400c832fa961a5c8aab05b44d9392a3"},
    {"1MB of unicode", DIALECT_OBJECT, add_unicode, 100000,
     "0ee5cdc3cb962ae8baf36a0ccaa1edf46795e9a121827bfea98dcdfbeb11943f"},
    {"100KB of rows", DIALECT_TEXT, add_rows, 1000,
     "ac8343df6b08e0f6cf00ded213b38e462e7c812d392e66c271479481326ecfc0"},
    {"1MB of rows", DIALECT_OBJECT, add_rows, 12000,
     "47fd47a003b9b2622f35eb8eb3fd26c121ebf7b4957b72bde62d0f678a0c124c"},
    {"1MB of controls", DIALECT_TEXT, add_controls, 90000,
     "7345360e912f88d1179a87b0583ef0eb8f7a68bfdbb000696eb1c4db0af4ec69"},
    {"100KB of wide", DIALECT_OBJECT, add_wide, 6000,
     "a89fe6ccbe3caecd3c5da32ed3a651f5c7eced83f21ff10471b0d7523c6dea0f"},
};

static void make_body(size_t row, struct buf *body)
{
    struct buf data = {0};
    rows[row].add(&data, rows[row].count);
    buf_add_text(body, "{\"id_event\":\"" ID_EVENT "\",\"data\":");
    if (rows[row].dialect == DIALECT_TEXT)
        js_quote(buf_bytes(&data), body);
    else
        buf_add_bytes(body, buf_bytes(&data));
    buf_add_text(body, ",\"type\":\"crm.contact.pulled\"}");
    buf_clear(&data);
}

Test(sign_big_vectors, are_valid)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf body = {0};
        struct error err = {0};
        make_body(i, &body);
        cr_expect_eq(
            signature_verify(bytes_of(SECRET), buf_bytes(&body), bytes_of(rows[i].signature), &err),
            VERIFICATION_VALID, "%s: %s", rows[i].what, err.message);
        buf_clear(&body);
    }
}
