#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "base/mem.h"
#include "report/request_format.h"

TestSuite(report_request_format, .timeout = 20);

static const struct request_place place = {.url = "https://example.com/hook?x=1",
                                           .authority = "example.com",
                                           .path = "/hook?x=1",
                                           .verdict = "reject"};

static void fill(struct request *request, const char *body, size_t len)
{
    request->method = mem_text("POST");
    headers_add(&request->headers, "Panora-Signature",
                "\xe9"
                "1");
    headers_add(&request->headers, "X-Empty", "");
    headers_add(&request->headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&request->headers, "panora-signature", "2");
    headers_add(&request->headers, "X-Host", REQUEST_HOST_PLACEHOLDER);
    (void)buf_add(&request->body, body, len);
}

static void render(const char *format, const char *body, size_t len, struct buf *out)
{
    struct request request = {0};
    fill(&request, body, len);
    request_format_find(format, NULL)->render(&request, &place, out);
    request_clear(&request);
}

Test(report_request_format, stand_in_the_order_in_which_they_are_listed)
{
    static const char *const names[] = {"http", "curl", "json", "headers", "body"};
    cr_assert_eq(num_request_formats, 5);
    for (size_t i = 0; i < num_request_formats; i++)
        cr_expect_str_eq(request_formats[i].name, names[i]);
}

Test(report_request_format, an_unknown_one_is_refused_with_the_nearest)
{
    struct error err = {0};
    cr_expect_null(request_format_find("header", &err));
    cr_expect_str_eq(err.message, "no request format \"header\"; did you mean \"headers\"?");
}

Test(report_request_format, http_is_the_request_as_it_stands_on_the_wire)
{
    struct buf out = {0};
    render("http", "a\0b", 3, &out);
    static const char expected[] = "POST /hook?x=1 HTTP/1.1\r\n"
                                   "Panora-Signature: \xe9"
                                   "1\r\nX-Empty:\r\nHost: example.com\r\n"
                                   "panora-signature: 2\r\nX-Host: {host}\r\n\r\na\0b";
    cr_expect(bytes_equal(buf_bytes(&out), (struct bytes){expected, sizeof expected - 1}));
    buf_clear(&out);
}

Test(report_request_format, headers_are_lines_and_body_is_the_bytes_only)
{
    struct buf out = {0};
    render("headers", "x", 1, &out);
    cr_expect_str_eq(buf_text(&out), "Panora-Signature: \xe9"
                                     "1\nX-Empty:\nHost: example.com\npanora-signature: 2\n"
                                     "X-Host: {host}\n");
    buf_reset(&out);
    render("body", "a\0b\n", 4, &out);
    cr_expect(bytes_equal(buf_bytes(&out), (struct bytes){"a\0b\n", 4}));
    buf_clear(&out);
}

Test(report_request_format, json_keeps_order_duplicates_and_bytes)
{
    struct buf out = {0};
    render("json", "{\"a\":\"\xc3\xab\"}", 10, &out);
    json_t *root = json_loadb(out.data, out.len, 0, NULL);
    cr_assert_not_null(root);
    const json_t *headers = json_object_get(root, "headers");
    cr_assert_eq(json_array_size(headers), 5);
    const json_t *first = json_array_get(headers, 0);
    cr_expect_str_eq(json_string_value(json_array_get(first, 1)), "\xc3\xa9"
                                                                  "1");
    const json_t *fourth = json_array_get(headers, 3);
    cr_expect_str_eq(json_string_value(json_array_get(fourth, 0)), "panora-signature");
    cr_expect_str_eq(json_string_value(json_object_get(root, "body")), "{\"a\":\"\xc3\xab\"}");
    cr_expect_str_eq(json_string_value(json_object_get(root, "verdict")), "reject");
    cr_expect_str_eq(json_string_value(json_object_get(root, "url")), place.url);
    json_decref(root);
    buf_clear(&out);
}

Test(report_request_format, json_gives_a_body_that_is_not_utf8_as_base64)
{
    struct buf out = {0};
    render("json", "\xff\x00", 2, &out);
    json_t *root = json_loadb(out.data, out.len, 0, NULL);
    cr_assert_not_null(root);
    cr_expect_str_eq(json_string_value(json_object_get(root, "body_base64")), "/wA=");
    cr_expect_null(json_object_get(root, "body"));
    json_decref(root);
    buf_clear(&out);
}
