#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "format/request_format.h"
#include "tests/support/one_request_server.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(format_curl_command, .timeout = 120);

static void fill(struct request *request, const char *method, struct bytes body)
{
    char length[24];
    (void)snprintf(length, sizeof length, "%zu", body.len);
    request->method = mem_text(method);
    buf_add_bytes(&request->body, body);
    headers_add(&request->headers, "Accept", "application/json, text/plain, */*");
    headers_add(&request->headers, "Content-Type", "application/json");
    headers_add(&request->headers, "Panora-Signature", "0123");
    headers_add(&request->headers, "User-Agent", "axios/1.6.8");
    headers_add(&request->headers, "Content-Length", length);
    headers_add(&request->headers, "Accept-Encoding", "gzip, compress, deflate, br");
    headers_add(&request->headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&request->headers, "Connection", "keep-alive");
}

/* Pastes the command into sh, with a secret in the environment, and returns what curl sent. */
static void paste(const struct request *request, const char *path, int *listener, int port,
                  const char *input, struct buf *out, size_t len)
{
    char *authority = mem_format("127.0.0.1:%d", port);
    char *url = mem_format("http://%s%s", authority, path);
    struct request_place place = {.url = url, .authority = authority, .path = path};
    struct buf command = {0};
    buf_add_format(&command, "export HOOKCHECK_SECRET='s3 \"c\\r'; ( %s", input);
    curl_command(request, &place, &command);
    buf_add_text(&command, " ) >/dev/null 2>&1");
    FILE *shell = popen(buf_text(&command), "r");
    cr_assert_not_null(shell);
    cr_expect(server_take(*listener, len, out), "nothing came from: %s", buf_text(&command));
    cr_expect_eq(pclose(shell), 0, "this failed: %s", buf_text(&command));
    buf_clear(&command);
    free(authority);
    free(url);
}

/* The http format is what must arrive: the same head, order, spelling and bytes. */
static void expect_same(const char *what, const struct request *pasted, const struct request *sent,
                        const char *input)
{
    static const char path[] = "/hook/{a}?x=[1]&y=%20";
    NEED_TOOL("curl", "curl lines");
    int port = 0;
    int listener = server_listen(&port);
    cr_assert_geq(listener, 0);
    char *authority = mem_format("127.0.0.1:%d", port);
    struct request_place place = {.authority = authority, .path = path};
    struct buf expected = {0};
    struct buf got = {0};
    request_format_find("http", NULL)->render(sent, &place, &expected);
    paste(pasted, path, &listener, port, input, &got, expected.len);
    cr_expect(bytes_equal(buf_bytes(&got), buf_bytes(&expected)), "%s: sent\n%s\ninstead of\n%s",
              what, buf_text(&got), buf_text(&expected));
    (void)close(listener);
    free(authority);
    buf_clear(&expected);
    buf_clear(&got);
}

Test(format_curl_command, sends_every_body_byte_for_byte)
{
    static const struct {
        const char *what;
        struct bytes body;
    } rows[] = {
        {"an event", {"{\"id_event\":\"1\",\"data\":\"{\\\"a\\\":1}\"}", 35}},
        {"empty", {"", 0}},
        {"quotes and what a shell expands", {"it's \"$HOME\" `id` $(id) \\ !", 27}},
        {"newlines, also at the end", {"a\nb\r\n\n", 6}},
        {"an at sign, which would name a file", {"@/etc/hostname", 14}},
        {"not UTF-8", {"\xff\xfe{\xe9}", 5}},
        {"NUL", {"a\0b\0", 4}},
        {"percent signs with a control", {"100%s\x01%d%%", 10}},
        {"an ampersand and a plus", {"a=b&c=+d e", 10}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct request request = {0};
        fill(&request, "POST", rows[i].body);
        expect_same(rows[i].what, &request, &request, "");
        request_clear(&request);
    }
}

Test(format_curl_command, sends_headers_as_they_are)
{
    struct request request = {0};
    fill(&request, "POST", bytes_of("{}"));
    headers_set(&request.headers, "Panora-Signature", "\xe9 'x' $y \"z\"");
    headers_add(&request.headers, "panora-SIGNATURE", "twice");
    headers_add(&request.headers, "X-Empty", "");
    headers_add(&request.headers, "x-long", "a;b:c,d");
    expect_same("headers", &request, &request, "");
    request_clear(&request);
}

Test(format_curl_command, adds_no_header_of_curls_own)
{
    struct request request = {.method = mem_text("POST")};
    headers_add(&request.headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&request.headers, "Content-Length", "2");
    buf_add_text(&request.body, "{}");
    expect_same("bare", &request, &request, "");
    request_clear(&request);
}

/* So long that curl by itself would ask for a 100 Continue. */
Test(format_curl_command, reads_a_long_body_from_standard_input_and_asks_for_no_100_continue)
{
    struct request request = {0};
    struct buf body = {0};
    buf_add_repeated(&body, 'x', 1500000);
    fill(&request, "POST", buf_bytes(&body));
    expect_same("long", &request, &request, "head -c 1500000 /dev/zero | tr '\\0' x | ");
    request_clear(&request);
    buf_clear(&body);
}

Test(format_curl_command, uses_the_method)
{
    static const char *const methods[] = {"GET", "DELETE", "PUT", "HEAD", "PATCH"};
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        struct request without = {0};
        fill(&without, methods[i], (struct bytes){"", 0});
        (void)headers_remove(&without.headers, "Content-Length");
        (void)headers_remove(&without.headers, "Content-Type");
        expect_same(methods[i], &without, &without, "");
        request_clear(&without);
    }
    struct request with = {0};
    fill(&with, "PUT", bytes_of("{}"));
    expect_same("PUT with a body", &with, &with, "");
    request_clear(&with);
}

Test(format_curl_command, lets_the_shell_put_the_secret_in_its_place)
{
    struct request pasted = {0};
    struct request sent = {0};
    fill(&pasted, "POST", bytes_of("{\"s\":\"$HOOKCHECK_SECRET\",\"n\":\"\x01\"}"));
    fill(&sent, "POST", bytes_of("{\"s\":\"s3 \"c\\r\",\"n\":\"\x01\"}"));
    headers_set(&pasted.headers, "Panora-Signature", "$HOOKCHECK_SECRET");
    headers_set(&sent.headers, "Panora-Signature", "s3 \"c\\r");
    headers_set(&pasted.headers, "Content-Length", headers_find(&sent.headers, "Content-Length"));
    expect_same("the secret", &pasted, &sent, "");
    request_clear(&pasted);
    request_clear(&sent);
}

Test(format_curl_command, stays_on_one_line)
{
    struct request request = {0};
    struct buf command = {0};
    struct request_place place = {.url = "http://h/", .authority = "h", .path = "/"};
    fill(&request, "POST", bytes_of("a\nb\n"));
    headers_add(&request.headers, "X", "\xe9");
    curl_command(&request, &place, &command);
    cr_expect_null(strchr(buf_text(&command), '\n'));
    cr_expect(text_is_utf8(buf_bytes(&command)));
    request_clear(&request);
    buf_clear(&command);
}
