#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "format/request_format.h"

TestSuite(format_request_format, .timeout = 120);

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
    buf_add(&request->body, body, len);
}

static void render(const char *format, const char *body, size_t len, struct buf *out)
{
    struct request request = {0};
    fill(&request, body, len);
    request_format_find(format, NULL)->render(&request, &place, out);
    request_clear(&request);
}

Test(format_request_format, each_is_found_and_can_be_repeated_or_is_a_whole_file)
{
    for (size_t i = 0; i < num_request_formats; i++) {
        const struct request_format *one = request_formats[i];
        cr_expect_eq(request_format_find(one->name, NULL), one);
        cr_expect(one->between || one->file[0] == '.', "%s", one->name);
    }
}

/* What a format cannot say it refuses; it never says something else instead. */
Test(format_request_format, what_a_format_cannot_say_is_refused)
{
    static const struct {
        const char *format;
        const char *body;
        size_t len;
        const char *reason;
    } rows[] = {
        {"postman", "\xff", 1, "its body is not UTF-8"},
        {"postman", "{{$guid}}", 9, "its body contains {{, which starts a variable"},
        {"http-file", "a\n### b", 7,
         "its body starts or ends with white space, or has lines with a special meaning"},
        {"http-file", "{}\n", 3,
         "its body starts or ends with white space, or has lines with a special meaning"},
        {"curl-config", "a\0b", 3, "its body contains a NUL"},
        {"k6", "{}", 2, "it has two header fields with the same name"},
        {"hurl", "{}", 2, NULL},
        {"go-test", "\xff\0", 2, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request request = {0};
        struct error err = {0};
        struct buf out = {0};
        fill(&request, rows[i].body, rows[i].len);
        (void)headers_set(&request.headers, "X-Host", "example.com");
        request.headers.items[0].value[0] = '0'; /* instead of the byte that is not ASCII */
        const struct request_format *format = request_format_find(rows[i].format, NULL);
        const char *reason = request_format_refuses(format, &request);
        if (rows[i].reason)
            cr_expect_str_eq(reason ? reason : "nothing", rows[i].reason, "%s", rows[i].format);
        else
            cr_expect_null(reason, "%s: %s", rows[i].format, reason);
        bool said = request_format_single(format, &request, &place, &out, &err);
        cr_expect_eq(said, rows[i].reason == NULL);
        cr_expect_eq(out.len > 0, said);
        buf_clear(&out);
        request_clear(&request);
    }
}

Test(format_request_format, a_body_of_any_size_is_not_put_on_a_line_that_is_too_short_for_it)
{
    struct request request = {0};
    char *body = mem_alloc(REQUEST_LINE_MAX + 1);
    fill(&request, body, REQUEST_LINE_MAX + 1);
    memset(request.body.data, 'x', request.body.len);
    static const char *const short_ones[] = {"curl", "curl-config"};
    for (size_t i = 0; i < 2; i++)
        cr_expect_str_eq(request_format_refuses(request_format_find(short_ones[i], NULL), &request),
                         "its body is above 32 KiB");
    free(body);
    request_clear(&request);
}

Test(format_request_format, an_unknown_one_is_refused_with_the_nearest)
{
    struct error err = {0};
    cr_expect_null(request_format_find("header", &err));
    cr_expect_str_eq(err.message, "no request format \"header\"; did you mean \"headers\"?");
}

Test(format_request_format, http_is_the_request_as_it_stands_on_the_wire)
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

Test(format_request_format, headers_are_lines_and_body_is_the_bytes_only)
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

Test(format_request_format, json_keeps_order_duplicates_and_bytes)
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

Test(format_request_format, json_gives_a_body_that_is_not_utf8_as_base64)
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

Test(format_request_format, tests_say_why_the_endpoint_should_have_done_otherwise)
{
    static const char *const formats[] = {"pytest", "node-test", "jest", "go-test", "k6"};
    static const struct {
        const char *verdict;
        const char *reason;
        const char *written;
    } rows[] = {
        {"reject", "refuses a truncated signature", "\"refuses a truncated signature\""},
        {"reject", NULL, "\"refuses it\""},
        {"accept", NULL, "\"accepts it\""},
        {NULL, NULL, "\"accepts or refuses it\""},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            struct request request = {0};
            struct buf out = {0};
            struct request_place here = place;
            here.verdict = rows[k].verdict;
            here.reason = rows[k].reason;
            fill(&request, "{}", 2);
            request_format_find(formats[i], NULL)->render(&request, &here, &out);
            cr_expect(strstr(buf_text(&out), rows[k].written), "%s: %s", formats[i],
                      buf_text(&out));
            request_clear(&request);
            buf_clear(&out);
        }
}
