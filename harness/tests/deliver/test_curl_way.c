#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/delivery.h"

TestSuite(deliver_curl_way, .timeout = 120);

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const struct raw_step answers[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, ANSWER, 0}};

/* Expects the bytes on the wire to be `expected` with %d for the port, and then `body`. */
static void expect_wire(struct delivery *delivery, const char *what, const char *expected,
                        struct bytes body)
{
    struct buf wire = raw_server_received(delivery->server, 0);
    struct buf want = {0};
    const char *mark = strstr(expected, "%d");
    buf_add(&want, expected, mark ? (size_t)(mark - expected) : strlen(expected));
    if (mark) {
        buf_add_format(&want, "%d", raw_server_port(delivery->server));
        buf_add_text(&want, mark + 2);
    }
    buf_add_bytes(&want, body);
    cr_expect(bytes_equal(buf_bytes(&wire), buf_bytes(&want)), "%s: sent\n%s\n-- not --\n%s", what,
              buf_text(&wire), buf_text(&want));
    buf_clear(&wire);
    buf_clear(&want);
}

#define PANORA_HEAD                                                                                \
    "Accept: application/json, text/plain, */*\r\nContent-Type: application/json\r\n"              \
    "Panora-Signature: 00ff\r\nUser-Agent: axios/1.6.8\r\nContent-Length: 7\r\n"                   \
    "Accept-Encoding: gzip, compress, deflate, br\r\nHost: 127.0.0.1:%d\r\n"                       \
    "Connection: keep-alive\r\n"

Test(deliver_curl_way, sends_the_head_that_panora_sends_byte_for_byte)
{
    struct delivery delivery;
    delivery_start(&delivery, answers, ARRAY_LEN(answers), NULL);
    struct observation seen = delivery_post(&delivery, NULL, 5000);
    cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s", seen.detail);
    cr_expect_not(seen.raw);
    expect_wire(&delivery, "panora", "POST /hook?x=1 HTTP/1.1\r\n" PANORA_HEAD "\r\n",
                bytes_of("{\"a\":1}"));
    observation_clear(&seen);
    delivery_stop(&delivery);
}

struct wire_row {
    const char *what;
    const char *method;
    const char *query;
    const char *fields[8]; /* name, value, name, value */
    const char *head;      /* after the request line */
    struct bytes body;
};

#define NO_BODY                                                                                    \
    {                                                                                              \
        "", 0                                                                                      \
    }

static const struct wire_row wires[] = {
    {"no header at all", "POST", NULL, {NULL}, "", NO_BODY},
    {"a body without a length", "POST", NULL, {NULL}, "", {"x", 1}},
    {"a length that lies",
     "POST",
     NULL,
     {"Content-Length", "1"},
     "Content-Length: 1\r\n",
     {"abc", 3}},
    {"two hosts", "POST", NULL, {"host", "a", "HOST", "b"}, "host: a\r\nHOST: b\r\n", NO_BODY},
    {"order and case",
     "POST",
     NULL,
     {"zEbra", "1", "alpha", "2", "Host", "h", "B", "3"},
     "zEbra: 1\r\nalpha: 2\r\nHost: h\r\nB: 3\r\n",
     NO_BODY},
    {"duplicates",
     "POST",
     NULL,
     {"S", "1", "S", "2", "s", "1", "S", "1"},
     "S: 1\r\nS: 2\r\ns: 1\r\nS: 1\r\n",
     NO_BODY},
    {"an empty value",
     "POST",
     NULL,
     {"Panora-Signature", "", "A", "b"},
     "Panora-Signature:\r\nA: b\r\n",
     NO_BODY},
    {"an empty host", "POST", NULL, {"Host", ""}, "Host:\r\n", NO_BODY},
    {"a byte beyond ASCII",
     "POST",
     NULL,
     {"Panora-Signature", "a\xE9z"},
     "Panora-Signature: a\xE9z\r\n",
     NO_BODY},
    {"blanks inside and around", "POST", NULL, {"A", " b  c "}, "A:  b  c \r\n", NO_BODY},
    {"semicolons and colons", "POST", NULL, {"A", "b;c:d;"}, "A: b;c:d;\r\n", NO_BODY},
    {"NUL in the body",
     "POST",
     NULL,
     {"Content-Length", "5"},
     "Content-Length: 5\r\n",
     {"a\0b\0c", 5}},
    {"GET", "GET", NULL, {"Accept", "*/*"}, "Accept: */*\r\n", NO_BODY},
    {"GET with a body", "GET", NULL, {"Content-Length", "2"}, "Content-Length: 2\r\n", {"hi", 2}},
    {"PUT", "PUT", NULL, {"Content-Length", "2"}, "Content-Length: 2\r\n", {"hi", 2}},
    {"PATCH", "PATCH", NULL, {"Content-Length", "2"}, "Content-Length: 2\r\n", {"hi", 2}},
    {"DELETE", "DELETE", NULL, {"Content-Length", "0"}, "Content-Length: 0\r\n", NO_BODY},
    {"DELETE with a body",
     "DELETE",
     NULL,
     {"Content-Length", "2"},
     "Content-Length: 2\r\n",
     {"hi", 2}},
    {"HEAD", "HEAD", NULL, {"Host", "h"}, "Host: h\r\n", NO_BODY},
    {"HEAD with a body", "HEAD", NULL, {"Content-Length", "2"}, "Content-Length: 2\r\n", {"hi", 2}},
    {"a made-up method", "BREW", NULL, {"Host", "h"}, "Host: h\r\n", NO_BODY},
    {"a query", "POST", "sig=00&b=%20", {"Host", "h"}, "Host: h\r\n", NO_BODY},
    {"a body that is framed already",
     "POST",
     NULL,
     {"Transfer-Encoding", "chunked"},
     "Transfer-Encoding: chunked\r\n",
     {"2\r\nhi\r\n0\r\n\r\n", 12}},
    {"length and chunked",
     "POST",
     NULL,
     {"Transfer-Encoding", "chunked", "Content-Length", "12"},
     "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n",
     {"2\r\nhi\r\n0\r\n\r\n", 12}},
    {"cookie, authorization, te",
     "POST",
     NULL,
     {"Cookie", "a=b", "Authorization", "x", "TE", "trailers"},
     "Cookie: a=b\r\nAuthorization: x\r\nTE: trailers\r\n",
     NO_BODY},
};

static void send_row(struct delivery *delivery, const struct wire_row *row, bool raw)
{
    struct request request = {.method = mem_text(row->method), .query = mem_text(row->query)};
    for (size_t i = 0; i < ARRAY_LEN(row->fields) && row->fields[i]; i += 2)
        headers_add(&request.headers, row->fields[i], row->fields[i + 1]);
    buf_add_bytes(&request.body, row->body);
    struct engine_connection *connection = raw ? engine_connection_new(delivery->engine) : NULL;
    struct observation seen = delivery_send(delivery, &request, connection, 5000);
    cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s: %s %s", row->what, outcome_name(seen.outcome),
                 seen.detail);
    char *head = mem_format("%s /hook?x=1%s%s HTTP/1.1\r\n%s\r\n", row->method,
                            row->query ? "&" : "", row->query ? row->query : "", row->head);
    expect_wire(delivery, row->what, head, row->body);
    free(head);
    observation_clear(&seen);
    request_clear(&request);
}

static void send_every_row(bool raw)
{
    for (size_t i = 0; i < ARRAY_LEN(wires); i++) {
        const struct wire_row *row = &wires[i];
        bool to_head = strcmp(row->method, "HEAD") == 0;
        const struct raw_step steps[] = {
            {RAW_READ_HEAD, NULL, 0},
            {RAW_READ, NULL,
             strlen(row->method) + strlen(" /hook?x=1 HTTP/1.1\r\n\r\n") +
                 (row->query ? strlen(row->query) + 1 : 0) + strlen(row->head) + row->body.len},
            {RAW_SEND, to_head ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" : ANSWER, 0},
            {RAW_READ_TO_END, NULL, 0}};
        struct delivery delivery;
        delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
        send_row(&delivery, row, raw);
        delivery_stop(&delivery);
    }
}

Test(deliver_curl_way, puts_every_request_on_the_wire_as_it_stands)
{
    send_every_row(false);
}

Test(deliver_curl_way, the_raw_way_puts_the_same_bytes_on_the_wire)
{
    send_every_row(true);
}

Test(deliver_curl_way, a_large_body_arrives_whole_and_without_expect)
{
    struct delivery delivery;
    delivery_start(&delivery, answers, ARRAY_LEN(answers), NULL);
    char *body = mem_alloc(3 * 1024 * 1024 + 1);
    for (size_t i = 0; i < 3 * 1024 * 1024; i++)
        body[i] = (char)('a' + i % 23);
    struct request request = delivery_request(body);
    struct observation seen = delivery_send(&delivery, &request, NULL, 10000);
    cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s", seen.detail);
    struct buf wire = raw_server_received(delivery.server, 0);
    const char *start = bytes_find(buf_bytes(&wire), bytes_of("\r\n\r\n"));
    cr_assert(start);
    cr_expect_str_eq(start + 4, body);
    cr_expect_null(strstr(buf_text(&wire), "Expect"));
    free(body);
    buf_clear(&wire);
    request_clear(&request);
    observation_clear(&seen);
    delivery_stop(&delivery);
}

Test(deliver_curl_way, extra_headers_come_last)
{
    struct engine_options options = {0};
    headers_add(&options.extra_headers, "X-Staging", "secret");
    headers_add(&options.extra_headers, "x-staging", "two");
    struct delivery delivery;
    delivery_start(&delivery, answers, ARRAY_LEN(answers), &options);
    struct observation seen = delivery_post(&delivery, NULL, 5000);
    expect_wire(&delivery, "extra",
                "POST /hook?x=1 HTTP/1.1\r\n" PANORA_HEAD
                "X-Staging: secret\r\nx-staging: two\r\n\r\n",
                bytes_of("{\"a\":1}"));
    observation_clear(&seen);
    delivery_stop(&delivery);
    headers_clear(&options.extra_headers);
}

/* Posts to http://u:p%40q@... with `own` as the request's Authorization (or none). */
static void post_with_userinfo(const char *own, const char *end_of_head)
{
    struct delivery delivery = {.server = raw_server_start(answers, ARRAY_LEN(answers), NULL)};
    char *url =
        mem_format("http://u:p%%40q@127.0.0.1:%d/hook?x=1", raw_server_port(delivery.server));
    delivery_aim(&delivery, url, NULL);
    struct request request = delivery_request("{\"a\":1}");
    if (own)
        headers_add(&request.headers, "Authorization", own);
    struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
    char *head = mem_format("POST /hook?x=1 HTTP/1.1\r\n%s%s\r\n", PANORA_HEAD, end_of_head);
    expect_wire(&delivery, "userinfo", head, bytes_of("{\"a\":1}"));
    free(head);
    free(url);
    request_clear(&request);
    observation_clear(&seen);
    delivery_stop(&delivery);
}

Test(deliver_curl_way, the_userinfo_becomes_a_header_as_with_axios)
{
    post_with_userinfo(NULL, "Authorization: Basic dTpwQHE=\r\n");
    post_with_userinfo("Bearer x", "Authorization: Bearer x\r\n");
}

Test(deliver_curl_way, each_attempt_has_a_connection_of_its_own)
{
    static const struct raw_step keeps[] = {{RAW_READ_REQUEST, NULL, 0},
                                            {RAW_SEND, ANSWER, 0},
                                            {RAW_READ_REQUEST, NULL, 0},
                                            {RAW_SEND, ANSWER, 0}};
    struct delivery delivery;
    delivery_start(&delivery, keeps, ARRAY_LEN(keeps), NULL);
    for (int i = 0; i < 3; i++) {
        struct observation seen = delivery_post(&delivery, NULL, 5000);
        cr_expect_eq(seen.outcome, OUTCOME_ANSWERED);
        cr_expect_not(seen.reused);
        observation_clear(&seen);
    }
    cr_expect_eq(raw_server_num_connections(delivery.server), 3);
    delivery_stop(&delivery);
}

Test(deliver_curl_way, waits_for_the_word_to_continue_when_the_request_expects_it)
{
    static const struct raw_step steps[] = {{RAW_READ_HEAD, NULL, 0},
                                            {RAW_SEND, "HTTP/1.1 100 Continue\r\n\r\n", 0},
                                            {RAW_READ_REQUEST, NULL, 0},
                                            {RAW_SEND, ANSWER, 0}};
    struct delivery delivery;
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    struct request request = delivery_request("{\"a\":1}");
    headers_add(&request.headers, "Expect", "100-continue");
    struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
    cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s", seen.detail);
    cr_expect_eq(seen.num_interim, 1);
    cr_expect_eq(seen.status, 200);
    request_clear(&request);
    observation_clear(&seen);
    delivery_stop(&delivery);
}

Test(deliver_curl_way, never_sends_again_after_417)
{
    static const struct raw_step steps[] = {
        {RAW_READ_HEAD, NULL, 0},
        {RAW_SEND, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", 0},
        {RAW_READ_TO_END, NULL, 0}};
    struct delivery delivery;
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    struct request request = delivery_request("{\"a\":1}");
    headers_add(&request.headers, "Expect", "100-continue");
    struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
    cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s", seen.detail);
    cr_expect_eq(seen.status, 417);
    cr_expect_eq(raw_server_num_connections(delivery.server), 1);
    struct buf wire = raw_server_received(delivery.server, 0);
    const char *first = bytes_find(buf_bytes(&wire), bytes_of("POST "));
    cr_assert(first);
    cr_expect_null(strstr(first + 1, "POST "), "sent twice");
    buf_clear(&wire);
    request_clear(&request);
    observation_clear(&seen);
    delivery_stop(&delivery);
}
