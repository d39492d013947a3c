/* The published golden vectors, when they lie beside the project or where HOOKCHECK_SHARED says. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "sign/digest.h"
#include "sign/signature.h"
#include "tests/support/vectors.h"

TestSuite(sign_vectors_shared, .timeout = 20);

/* The vectors, or NULL after saying loudly that they are skipped. */
static struct js *read_shared(const char *name)
{
    const char *folder = getenv("HOOKCHECK_SHARED");
    char *path = mem_format("%s/vectors/%s", folder ? folder : "../shared", name);
    struct js *vectors = vectors_read(path);
    if (!vectors)
        (void)fprintf(stderr, "SKIPPED: no golden vectors at %s\n", path);
    cr_expect(!vectors || js_size(vectors) > 0, "%s holds nothing", path);
    free(path);
    return vectors;
}

static void add_repeated(struct buf *out, const char *text, unsigned long count)
{
    for (unsigned long i = 0; i < count; i++)
        buf_add_text(out, text);
}

/* {"s": TEXT}, with TEXT still as characters: the quoting is done here. */
static void add_s(struct buf *out, const struct buf *text)
{
    buf_add_text(out, "{\"s\":");
    js_quote(buf_bytes(text), out);
    buf_add_text(out, "}");
}

static void add_rows(struct buf *out, unsigned long last)
{
    buf_add_text(out, "[");
    for (unsigned long i = 0; i <= last; i++) {
        buf_add_format(out, "%s{\"id\":%lu,\"name\":\"row %lu\",\"v\":", i ? "," : "", i, i);
        js_write_number((double)i / 3, out);
        buf_add_format(out, ",\"tags\":[\"a\",\"%lu\"],\"z\":null}", i);
    }
    buf_add_text(out, "]");
}

static void add_wide(struct buf *out, unsigned long last)
{
    buf_add_text(out, "{");
    for (unsigned long i = 0; i <= last; i++)
        buf_add_format(out, "%s\"key_%lu\":%lu", i ? "," : "", i, i);
    buf_add_text(out, "}");
}

static unsigned long number_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    cr_assert_not_null(at, "no \"%s\" in \"%s\"", words, text);
    return strtoul(at + strlen(words), NULL, 10);
}

/* Appends the JSON text of the object that the generator describes in words. */
static void add_generated(const char *generator, struct buf *out)
{
    struct buf text = {0};
    if (strstr(generator, "of \"abcdefghij\" repeated")) {
        unsigned long count = number_after(generator, "first ");
        add_repeated(&text, "abcdefghij", count / 10 + 1);
        text.len = count;
        add_s(out, &text);
    } else if (strstr(generator, "double quotes followed by")) {
        buf_add_repeated(&text, '"', number_after(generator, "{\"s\": "));
        buf_add_repeated(&text, '\\', number_after(generator, "followed by "));
        add_s(out, &text);
    } else if (strstr(generator, "raw UTF-8, 9 bytes each")) {
        add_repeated(&text, "\xC3\xA9\xF0\x9F\x98\x80\xE2\x80\xA8",
                     number_after(generator, "repeated "));
        add_s(out, &text);
    } else if (strstr(generator, "\\u0001\\u001f")) {
        add_repeated(&text, "\x01\x1F", number_after(generator, "repeated "));
        add_s(out, &text);
    } else if (strstr(generator, "\"key_0\":0")) {
        add_wide(out, number_after(generator, ",...,\"key_"));
    } else {
        cr_assert(strstr(generator, "rows, i in 0..") || strstr(generator, "[{\"id\":i,"),
                  "no way to make \"%s\"", generator);
        add_rows(out, number_after(generator, " in 0.."));
    }
    buf_clear(&text);
}

static void make_body(const struct js *vector, struct buf *body)
{
    struct buf data = {0};
    add_generated(vectors_text(vector, "generator").data, &data);
    buf_add_text(body, "{\"id_event\":");
    js_quote(vectors_text(vector, "id_event"), body);
    buf_add_text(body, ",\"data\":");
    if (bytes_equal(vectors_text(vector, "dialect"), bytes_of("string")))
        js_quote(buf_bytes(&data), body);
    else
        buf_add_bytes(body, buf_bytes(&data));
    buf_add_text(body, ",\"type\":");
    js_quote(vectors_text(vector, "type"), body);
    buf_add_text(body, "}");
    buf_clear(&data);
}

static void expect_sha256(const char *name, const char *what, struct bytes in, struct bytes right)
{
    struct digest digest;
    struct buf hex = {0};
    cr_assert(digest_hash("sha256", in, &digest));
    encode_hex(digest_bytes(&digest), &hex);
    cr_expect(bytes_equal(buf_bytes(&hex), right), "%s: %s has another hash", name, what);
    buf_clear(&hex);
}

static void check_positive(const struct js *vector)
{
    const char *name = vectors_text(vector, "name").data;
    struct buf body = {0};
    struct buf message = {0};
    struct buf right = {0};
    struct error err = {0};
    if (vectors_text(vector, "generator").data)
        make_body(vector, &body);
    else
        vectors_base64(vector, "body_base64", &body);
    expect_sha256(name, "the body", buf_bytes(&body), vectors_text(vector, "body_sha256"));
    cr_expect_eq(signature_message(buf_bytes(&body), &message, &err), VERIFICATION_VALID, "%s: %s",
                 name, err.message);
    if (vectors_text(vector, "message_base64").data) {
        vectors_base64(vector, "message_base64", &right);
        cr_expect(bytes_equal(buf_bytes(&message), buf_bytes(&right)), "%s: message", name);
    } else {
        expect_sha256(name, "the message", buf_bytes(&message),
                      vectors_text(vector, "message_sha256"));
    }
    char made[SIGNATURE_SIZE];
    signature_make(vectors_text(vector, "secret"), buf_bytes(&message), made);
    cr_expect(bytes_equal(bytes_of(made), vectors_text(vector, "signature")), "%s: signature",
              name);
    cr_expect_eq(signature_verify(vectors_text(vector, "secret"), buf_bytes(&body),
                                  vectors_text(vector, "signature"), &err),
                 VERIFICATION_VALID, "%s: %s", name, err.message);
    buf_clear(&body);
    buf_clear(&message);
    buf_clear(&right);
}

Test(sign_vectors_shared, every_positive_vector_is_valid)
{
    struct js *vectors = read_shared("vectors.json");
    for (size_t i = 0; vectors && i < js_size(vectors); i++)
        check_positive(js_at(vectors, i));
    js_free(vectors);
}

Test(sign_vectors_shared, every_negative_vector_is_refused)
{
    struct js *vectors = read_shared("negative.json");
    for (size_t i = 0; vectors && i < js_size(vectors); i++) {
        const struct js *vector = js_at(vectors, i);
        struct buf body = {0};
        struct error err = {0};
        vectors_base64(vector, "body_base64", &body);
        enum verification result = signature_verify(
            vectors_text(vector, "secret"), buf_bytes(&body), vectors_text(vector, "header"), &err);
        cr_expect_neq(result, VERIFICATION_VALID, "%s", vectors_text(vector, "name").data);
        cr_expect(error_is_set(&err), "%s: no sentence", vectors_text(vector, "name").data);
        buf_clear(&body);
    }
    js_free(vectors);
}
