#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "http/request.h"
#include "panora/event.h"
#include "panora/js.h"

TestSuite(panora_event, .timeout = 120);

#define ID "7e57c0de-0001-4000-8000-000000000001"

static struct event make_event(enum dialect dialect, const char *data)
{
    struct event event = {.id = ID, .type = mem_text("crm.deal.push"), .dialect = dialect};
    buf_add_text(&event.data, data);
    return event;
}

static void expect_body(enum dialect dialect, const char *data, const char *body)
{
    struct event event = make_event(dialect, data);
    struct buf out = {0};
    event_write_body(&event, &out);
    cr_expect_str_eq(buf_text(&out), body);
    buf_clear(&out);
    event_clear(&event);
}

static void expect_message(enum dialect dialect, const char *data, const char *message)
{
    struct event event = make_event(dialect, data);
    struct buf out = {0};
    event_write_message(&event, &out);
    cr_expect_str_eq(buf_text(&out), message);
    buf_clear(&out);
    event_clear(&event);
}

Test(panora_event, the_body_has_its_members_in_panoras_order_without_white_space)
{
    expect_body(DIALECT_TEXT, "{\"a\":\"\\\"\\n/\"}",
                "{\"id_event\":\"" ID "\",\"data\":\"{\\\"a\\\":\\\"\\\\\\\"\\\\n/\\\"}\","
                "\"type\":\"crm.deal.push\"}");
    expect_body(DIALECT_OBJECT, "{\"a\":[1, 2]}",
                "{\"id_event\":\"" ID "\",\"data\":{\"a\":[1, 2]},\"type\":\"crm.deal.push\"}");
}

Test(panora_event, the_message_of_the_text_dialect_is_the_text_as_a_json_string)
{
    expect_message(DIALECT_TEXT, "{\"a\":1.0}", "\"{\\\"a\\\":1.0}\"");
    expect_message(DIALECT_TEXT, "not json \xE2\x80\xA8", "\"not json \xE2\x80\xA8\"");
    expect_message(DIALECT_TEXT, "", "\"\"");
}

Test(panora_event, the_message_of_the_object_dialect_is_what_the_language_would_write)
{
    expect_message(DIALECT_OBJECT, "{\"b\": 1.0, \"1\":-0, \"b\":1E400}", "{\"1\":0,\"b\":null}");
    expect_message(DIALECT_OBJECT, "{broken", "{broken");
}

/* The sender and the verifier must see the same message, whatever the data. */
Test(panora_event, the_message_is_what_a_verifier_finds_in_the_body)
{
    static const char *const texts[] = {"{\"a\":1}",
                                        "[]",
                                        "null",
                                        "\"x\"",
                                        "{\"2\":1,\"1\":\"\\ud800\"}",
                                        "[1e21,1e-7,\"\xF0\x9F\x98\x80\"]",
                                        "[\"\xFF\"]"};
    for (size_t i = 0; i < 2 * ARRAY_LEN(texts); i++) {
        struct event event = make_event(i % 2 ? DIALECT_TEXT : DIALECT_OBJECT, texts[i / 2]);
        struct buf body = {0};
        struct buf message = {0};
        struct buf found = {0};
        event_write_body(&event, &body);
        event_write_message(&event, &message);
        struct js *value = js_parse(buf_bytes(&body), NULL);
        cr_assert_not_null(js_get(value, "data"), "%s", buf_text(&body));
        js_write(js_get(value, "data"), &found);
        cr_expect_str_eq(buf_text(&message), buf_text(&found));
        js_free(value);
        buf_clear(&body);
        buf_clear(&message);
        buf_clear(&found);
        event_clear(&event);
    }
}

Test(panora_event, the_headers_are_those_of_panoras_sender_in_its_order)
{
    static const char *const expected[][2] = {
        {"Accept", "application/json, text/plain, */*"},
        {"Content-Type", "application/json"},
        {"Panora-Signature", "abc"},
        {"User-Agent", "axios/1.6.8"},
        {"Content-Length", "137"},
        {"Accept-Encoding", "gzip, compress, deflate, br"},
        {"Host", REQUEST_HOST_PLACEHOLDER},
        {"Connection", "keep-alive"},
    };
    struct headers headers = {0};
    event_add_headers(&headers, "abc", 137);
    cr_assert_eq(headers.count, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        cr_expect_str_eq(headers.items[i].name, expected[i][0]);
        cr_expect_str_eq(headers.items[i].value, expected[i][1]);
    }
    headers_clear(&headers);
}

Test(panora_event, no_signature_means_no_header_for_it)
{
    struct headers headers = {0};
    event_add_headers(&headers, NULL, 0);
    cr_expect_eq(headers.count, 7);
    cr_expect_null(headers_find(&headers, PANORA_SIGNATURE_HEADER));
    cr_expect_str_eq(headers_find(&headers, "Content-Length"), "0");
    headers_clear(&headers);
}

Test(panora_event, an_id_is_a_version_4_uuid_that_names_the_program_and_the_run)
{
    struct rng rng = rng_for(7, "id");
    char first[UUID_SIZE];
    char second[UUID_SIZE];
    event_new_id(&rng, 0xBEEF, first);
    event_new_id(&rng, 0x1BEEF, second);
    cr_expect_eq(strncmp(first, "7e57c0de-beef-4", 15), 0, "%s", first);
    cr_expect_eq(strlen(first), 36);
    cr_expect_eq(strspn(first, "0123456789abcdef-"), 36);
    cr_expect_not_null(strchr("89ab", first[19]), "%s: variant", first);
    for (size_t i = 0; i < 36; i++)
        cr_expect_eq(first[i] == '-', i == 8 || i == 13 || i == 18 || i == 23, "%s", first);
    cr_expect_eq(strncmp(first, second, 14), 0, "only 16 bits of the tag count");
    cr_expect_str_neq(first, second);
}

Test(panora_event, a_copy_shares_nothing)
{
    struct event event = make_event(DIALECT_OBJECT, "{}");
    struct event copy;
    event_copy(&copy, &event);
    event_clear(&event);
    cr_expect_str_eq(copy.id, ID);
    cr_expect_str_eq(copy.type, "crm.deal.push");
    cr_expect_eq(copy.dialect, DIALECT_OBJECT);
    cr_expect_str_eq(buf_text(&copy.data), "{}");
    event_clear(&copy);
    cr_expect_null(copy.type);
}

Test(panora_event, the_dialects_have_names)
{
    cr_expect_str_eq(dialect_name(DIALECT_TEXT), "text");
    cr_expect_str_eq(dialect_name(DIALECT_OBJECT), "object");
}
