/* How captured requests are read. */
#include "format/capture.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"

TestSuite(format_capture, .timeout = 120);

#define HEAD "POST / HTTP/1.1\r\nContent-Length: 8\r\n\r\n"

Test(format_capture, a_body_is_as_long_as_it_is_but_for_what_an_editor_adds)
{
    static const struct {
        const char *text;
        const char *body;
    } rows[] = {
        {HEAD "{\"a\": 1}", "{\"a\": 1}"},
        {HEAD "{\"a\": 1}\n", "{\"a\": 1}"},
        {HEAD "{\"a\": 1}\r\n\r\n", "{\"a\": 1}"},
        {HEAD "{\"a\": 1", "{\"a\": 1"},
        {HEAD "{\"a\": 12}\n", "{\"a\": 12}"},
        {HEAD "{\"a\":1}\n\n", "{\"a\":1}\n"},
        {"POST / HTTP/1.1\n\n{\"a\": 1}\n", "{\"a\": 1}\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct request request = {0};
        struct error err = {0};
        cr_assert(capture_read(bytes_of(rows[i].text), &request, &err), "%s", err.message);
        cr_expect_str_eq(buf_text(&request.body), rows[i].body, "row %zu", i);
        request_clear(&request);
    }
}

Test(format_capture, reads_a_curl_command_as_curl_does)
{
    static const struct {
        const char *text;
        const char *method;
        const char *header; /* "Name: value" that must be there, or NULL */
        const char *body;
    } rows[] = {
        {"curl http://x -d '{\"a\":1}'", "POST", NULL, "{\"a\":1}"},
        {"curl -d'{\"a\":1}' http://x", "POST", NULL, "{\"a\":1}"},
        {"curl -XPUT http://x -H'X-A: b' -d a -d b", "PUT", "b", "a&b"},
        {"curl --request PATCH http://x --json '{}'", "PATCH", NULL, "{}"},
        {"curl http://x --data-raw @name", "POST", NULL, "@name"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct request request = {0};
        struct error err = {0};
        cr_assert(capture_read(bytes_of(rows[i].text), &request, &err), "%s", err.message);
        cr_expect_str_eq(request.method, rows[i].method, "%s", rows[i].text);
        cr_expect_str_eq(buf_text(&request.body), rows[i].body, "%s", rows[i].text);
        if (rows[i].header)
            cr_expect_str_eq(headers_find(&request.headers, "X-A"), rows[i].header);
        request_clear(&request);
    }
}

/* The command may come from a stranger, who must not choose what is read here and sent away. */
Test(format_capture, takes_no_file_from_elsewhere_and_no_open_quote)
{
    static const struct {
        const char *text;
        const char *said;
    } rows[] = {
        {"curl http://x -d @/etc/passwd", "is in /etc/passwd; only a file in this folder"},
        {"curl http://x -d@/etc/passwd", "only a file in this folder"},
        {"curl http://x --data-binary @../secret", "only a file in this folder"},
        {"curl http://x --json @.env", "only a file in this folder"},
        {"curl http://x -d @a/../../secret", "only a file in this folder"},
        {"curl 'http://x", "a quote in the curl command is not closed"},
        {"curl http://x -d 'abc", "a quote in the curl command is not closed"},
        {"curl http://x -d", "the curl command ends after -d"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct request request = {0};
        struct error err = {0};
        cr_expect_not(capture_read(bytes_of(rows[i].text), &request, &err), "%s", rows[i].text);
        cr_expect_not_null(strstr(err.message, rows[i].said), "%s: %s", rows[i].text, err.message);
        request_clear(&request);
    }
}
