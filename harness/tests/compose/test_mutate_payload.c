/* Bodies that are no event any more, byte for byte. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "compose/compose.h"
#include "suite/step.h"
#include "tests/support/composing.h"

TestSuite(compose_mutate_payload, .timeout = 120);

static struct composing composing;

static void set_up(void)
{
    composing_init(&composing, DIALECT_TEXT);
    composing.data = "{\"n\":\"\xc3\xab\xf0\x9f\x98\x80\"}";
}

static void tear_down(void)
{
    composing_clear(&composing);
}

static void make(const char *mutation, struct composed *out)
{
    cr_assert(compose_with(&composing, mutation, false, out), "%s: %s", mutation,
              composing.err.message);
}

Test(compose_mutate_payload, raw_bytes_stand_as_they_are, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *text;
        struct bytes body;
    } rows[] = {
        {"raw-body=", {"", 0}},
        {"raw-body=AA==", {"\0", 1}},
        {"raw-body=/+7/AP8=", {"\xff\xee\xff\0\xff", 5}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct composed made;
        make(rows[i].text, &made);
        cr_expect(bytes_equal(buf_bytes(&made.request.body), rows[i].body), "%s", rows[i].text);
        char length[8];
        (void)snprintf(length, sizeof length, "%zu", rows[i].body.len);
        cr_expect_str_eq(headers_find(&made.request.headers, "Content-Length"), length, "%s",
                         rows[i].text);
        cr_expect_str_eq(headers_find(&made.request.headers, "Panora-Signature"), made.signature,
                         "the base event's digest stays");
        composed_clear(&made);
    }
}

Test(compose_mutate_payload, bytes_go_to_their_place, .init = set_up, .fini = tear_down)
{
    struct composed plain;
    struct composed made;
    make(NULL, &plain);
    make("insert-bytes=/w==", &made);
    const char *data = strstr(buf_text(&plain.request.body), "\"data\":\"");
    size_t at = (size_t)(data - buf_text(&plain.request.body)) + strlen("\"data\":\"");
    cr_expect_eq(made.request.body.len, plain.request.body.len + 1);
    cr_expect_eq((unsigned char)made.request.body.data[at], 0xff, "inside data");
    cr_expect_eq(memcmp(made.request.body.data, plain.request.body.data, at), 0);
    cr_expect_str_eq(made.request.body.data + at + 1, plain.request.body.data + at);
    composed_clear(&made);
    composed_clear(&plain);
}

/* Both halves of a surrogate pair, in both orders of bytes; iconv gives the same. */
Test(compose_mutate_payload, utf_16_has_a_mark_and_surrogates, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *text;
        const char *start;
        const char *letters;
    } rows[] = {
        {"utf-16-body=little", "fffe7b0022006900", "eb003dd800de"},
        {"utf-16-body=big", "feff007b00220069", "00ebd83dde00"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct composed made;
        struct buf hex = {0};
        make(rows[i].text, &made);
        encode_hex(buf_bytes(&made.request.body), &hex);
        cr_expect_eq(strncmp(buf_text(&hex), rows[i].start, 16), 0, "%s", buf_text(&hex));
        cr_expect(strstr(buf_text(&hex), rows[i].letters), "%s", buf_text(&hex));
        buf_clear(&hex);
        composed_clear(&made);
    }
}

Test(compose_mutate_payload, members_go_and_change, .init = set_up, .fini = tear_down)
{
    static const char *const gone[] = {"id_event", "data", "type"};
    for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
        struct composed made;
        char text[40];
        char member[20];
        (void)snprintf(text, sizeof text, "remove-member=%s", gone[i]);
        (void)snprintf(member, sizeof member, "\"%s\":", gone[i]);
        make(text, &made);
        const char *body = buf_text(&made.request.body);
        cr_expect_null(strstr(body, member), "%s", body);
        cr_expect_null(strstr(body, ",}"), "%s", body);
        cr_expect_null(strstr(body, "{,"), "%s", body);
        composed_clear(&made);
    }
    struct composed made;
    make("set-member=type", &made);
    cr_expect(strstr(buf_text(&made.request.body), "\"type\":null}"), "%s",
              buf_text(&made.request.body));
    composed_clear(&made);
}

/* The steps of suites put one after another: other bytes first, then a digest over these. */
Test(compose_mutate_payload, a_digest_over_what_is_sent, .init = set_up, .fini = tear_down)
{
    struct composed made;
    make("sign-sent-body", &made);
    char right[SIGNATURE_SIZE];
    signature_make(secret_bytes(&composing.secret), buf_bytes(&made.request.body), right);
    cr_expect_str_eq(headers_find(&made.request.headers, "Panora-Signature"), right);
    cr_expect_str_neq(right, made.signature);
    cr_expect_not(made.genuine);
    composed_clear(&made);
}
