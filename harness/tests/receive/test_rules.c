/* The right rules against Panora's own verifier, on every vector. */
#include "receive/rules.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "panora/event.h"
#include "sign/signature.h"
#include "tests/support/vectors.h"

TestSuite(receive_rules, .timeout = 120);

struct checked {
    enum result result;
    int status;
};

static struct checked handle(const struct rules *rules, struct bytes secret, struct bytes body,
                             struct bytes signature)
{
    struct headers headers = {0};
    struct memory memory = {0};
    const struct argument argument = {0};
    headers_add(&headers, "Content-Type", "application/json");
    if (signature.data)
        headers_add(&headers, PANORA_SIGNATURE_HEADER, signature.data);
    const struct inbound request = {.method = "POST",
                                    .target = "/",
                                    .minor = 1,
                                    .headers = &headers,
                                    .body = body,
                                    .whole = true,
                                    .number = 1};
    struct handling handling = {.request = &request,
                                .rules = rules,
                                .argument = &argument,
                                .secret = secret,
                                .memory = &memory};
    struct checked checked = {.result = rules_handle(&handling)};
    checked.status = handling.answer.status;
    handling_clear(&handling);
    headers_clear(&headers);
    memory_clear(&memory);
    return checked;
}

/* Right signatures may be refused for the shape of the event, wrong ones never accepted. */
static void check_vector(struct bytes secret, const struct js *test)
{
    struct buf body = {0};
    struct buf room = {0};
    vectors_base64(test, "body", &body);
    struct bytes signature = vectors_text_or_base64(test, "signature", "signatureBase64", &room);
    if (!signature.data || memchr(signature.data, '\0', signature.len))
        signature = (struct bytes){NULL, 0};
    bool valid = signature_verify(secret, buf_bytes(&body), signature, NULL) == VERIFICATION_VALID;
    struct checked checked = handle(&rules_right, secret, buf_bytes(&body), signature);
    bool as_it_should =
        valid ? checked.result == RESULT_ACCEPTED || checked.result == RESULT_NOT_EVENT
              : checked.result == RESULT_SIGNATURE || checked.result == RESULT_NOT_EVENT;
    cr_expect(as_it_should, "%s: %s", vectors_text(test, "tcId").data,
              result_words(checked.result));
    cr_expect((checked.status >= 400 && checked.status < 500) == (checked.status != 204));
    buf_clear(&body);
    buf_clear(&room);
}

Test(receive_rules, agree_with_the_official_verifier_on_every_vector)
{
    struct js *file = vectors_read("fixtures/vectors/vectors.json");
    cr_assert_not_null(file);
    const struct js *groups = js_get(file, "testGroups");
    cr_assert_gt(js_size(groups), 0);
    for (size_t i = 0; i < js_size(groups); i++) {
        struct buf room = {0};
        const struct js *group = js_at(groups, i);
        struct bytes secret = vectors_text_or_base64(group, "secret", "secretBase64", &room);
        const struct js *tests = js_get(group, "tests");
        for (size_t j = 0; j < js_size(tests); j++)
            check_vector(secret, js_at(tests, j));
        buf_clear(&room);
    }
    js_free(file);
}

static enum result say_busy(struct handling *handling)
{
    return RESULT_BUSY;
}

Test(receive_rules, an_override_replaces_its_stage_and_nothing_else)
{
    struct rules rules = rules_right;
    const struct rules overrides = {.shape = say_busy, .manners = {.idle_ns = 7}};
    rules_override(&rules, &overrides);
    cr_expect_eq(rules.shape, say_busy);
    cr_expect_eq(rules.manners.idle_ns, 7);
    rules.shape = rules_right.shape;
    rules.manners.idle_ns = rules_right.manners.idle_ns;
    cr_expect_eq(memcmp(&rules, &rules_right, sizeof rules), 0);
}

static enum result say_trusted(struct handling *handling)
{
    return RESULT_TRUSTED;
}

Test(receive_rules, trust_ends_the_signature_but_not_the_rest)
{
    struct rules rules = rules_right;
    rules.find = say_trusted;
    const char *event = "{\"id_event\":\"a\",\"data\":1,\"type\":\"b\"}";
    const struct bytes none = {NULL, 0};
    cr_expect_eq(handle(&rules, bytes_of("s"), bytes_of(event), none).result, RESULT_ACCEPTED);
    cr_expect_eq(handle(&rules, bytes_of("s"), bytes_of("{}"), none).result, RESULT_NOT_EVENT);
}

Test(receive_rules, a_header_given_twice_has_no_value)
{
    struct headers headers = {0};
    const struct inbound request = {.headers = &headers};
    cr_expect_null(inbound_header(&request, "A").data);
    headers_add(&headers, "A", "1");
    cr_expect(bytes_equal(inbound_header(&request, "a"), bytes_of("1")));
    headers_add(&headers, "a", "1");
    cr_expect_null(inbound_header(&request, "A").data);
    headers_clear(&headers);
}
