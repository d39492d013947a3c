/* Connections of the receiver: keep-alive, pipelining, limits, clients that behave badly. */
#include "serve/connection.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/started_receiver.h"

TestSuite(serve_connection, .timeout = 120);

#define SOON_MS 60000

static const struct posting genuine = {0};

static void expect_status(struct client *client, int status)
{
    struct reply reply;
    client_read(client, SOON_MS, &reply);
    cr_expect_eq(reply.end, REPLY_WHOLE, "ended with %d", (int)reply.end);
    cr_expect_eq(reply.status, status, "%d, not %d", reply.status, status);
    reply_clear(&reply);
}

static void send_posting(struct client *client, const struct posting *posting)
{
    struct buf bytes = {0};
    posting_write(posting, &bytes);
    cr_expect(client_send(client, buf_bytes(&bytes)));
    buf_clear(&bytes);
}

static void send_text(struct client *client, const char *text)
{
    cr_expect(client_send(client, bytes_of(text)));
}

/* A receiver and one connection to it. */
struct pair {
    struct started_receiver started;
    struct client client;
};

static void pair_begin(struct pair *pair, const struct receiver_options *options)
{
    started_begin(&pair->started, options);
    client_open(&pair->client, receiver_port(pair->started.receiver));
}

static void pair_end(struct pair *pair)
{
    cr_expect_eq(post_status(&pair->started, &genuine), 204, "it is still there");
    client_close(&pair->client);
    started_end(&pair->started);
}

Test(serve_connection, carries_many_requests)
{
    struct pair pair;
    pair_begin(&pair, NULL);
    const struct posting forged = {.key = "other"};
    for (int i = 0; i < 50; i++) {
        send_posting(&pair.client, &genuine);
        expect_status(&pair.client, 204);
        send_posting(&pair.client, &forged);
        expect_status(&pair.client, 401);
    }
    pair_end(&pair);
}

Test(serve_connection, answers_pipelined_requests_in_order)
{
    struct pair pair;
    struct buf bytes = {0};
    const struct posting forged = {.no_signature = true};
    pair_begin(&pair, NULL);
    for (int i = 0; i < 500; i++) {
        posting_write(&genuine, &bytes);
        posting_write(&forged, &bytes);
    }
    cr_expect(client_send(&pair.client, buf_bytes(&bytes)));
    for (int i = 0; i < 500; i++) {
        expect_status(&pair.client, 204);
        expect_status(&pair.client, 401);
    }
    buf_clear(&bytes);
    pair_end(&pair);
}

/* More than the socket takes at once: the rest follows, and the connection stays. */
Test(serve_connection, sends_a_long_response_whole)
{
    enum { LEN = 12 * 1000 * 1000 };
    struct buf text = {0};
    struct pair pair;
    struct reply reply;
    buf_add_text(&text, "text=");
    buf_add_repeated(&text, 'x', LEN);
    const char *const behaviours[] = {buf_text(&text)};
    const struct receiver_options options = {.behaviours = behaviours, .num_behaviours = 1};
    pair_begin(&pair, &options);
    for (int i = 0; i < 3; i++) {
        send_posting(&pair.client, &genuine);
        client_read(&pair.client, SOON_MS, &reply);
        cr_expect_eq(reply.end, REPLY_WHOLE);
        cr_expect_eq(reply.body.len, LEN, "%zu bytes", reply.body.len);
        reply_clear(&reply);
    }
    client_close(&pair.client);
    started_end(&pair.started);
    buf_clear(&text);
}

Test(serve_connection, reads_a_request_byte_by_byte)
{
    struct pair pair;
    struct buf bytes = {0};
    const struct posting chunked = {.chunked = true};
    pair_begin(&pair, NULL);
    posting_write(&chunked, &bytes);
    for (size_t i = 0; i < bytes.len; i++)
        cr_expect(client_send(&pair.client, (struct bytes){bytes.data + i, 1}));
    expect_status(&pair.client, 204);
    buf_clear(&bytes);
    pair_end(&pair);
}

Test(serve_connection, lets_a_client_that_expects_100_go_on)
{
    struct pair pair;
    struct buf bytes = {0};
    struct reply reply;
    const struct posting expecting = {.headers = "Expect: 100-continue\r\n"};
    pair_begin(&pair, NULL);
    posting_write(&expecting, &bytes);
    size_t head_len = (size_t)(strstr(buf_text(&bytes), "\r\n\r\n") + 4 - buf_text(&bytes));
    cr_expect(client_send(&pair.client, (struct bytes){bytes.data, head_len}));
    client_read(&pair.client, 200, &reply);
    cr_expect_eq(reply.num_interim, 1, "100 comes before the body");
    cr_expect_eq(reply.end, REPLY_SILENCE);
    reply_clear(&reply);
    cr_expect(
        client_send(&pair.client, (struct bytes){bytes.data + head_len, bytes.len - head_len}));
    expect_status(&pair.client, 204);
    buf_clear(&bytes);
    pair_end(&pair);
}

static void check_refused_without_100(const char *head, int status)
{
    struct pair pair;
    struct reply reply;
    pair_begin(&pair, NULL);
    send_text(&pair.client, head);
    client_read(&pair.client, SOON_MS, &reply);
    cr_expect_eq(reply.status, status, "%d, not %d", reply.status, status);
    cr_expect_eq(reply.num_interim, 0);
    cr_expect_not(reply.keep_alive, "what follows could be a body or a request");
    reply_clear(&reply);
    pair_end(&pair);
}

#define EXPECTING "Expect: 100-continue\r\nContent-Type: application/json\r\n"

Test(serve_connection, refuses_before_the_body_when_it_will_refuse)
{
    check_refused_without_100("PUT / HTTP/1.1\r\n" EXPECTING "Content-Length: 5\r\n\r\n", 405);
    check_refused_without_100("POST / HTTP/1.1\r\n" EXPECTING "Content-Length: 99999999\r\n\r\n",
                              413);
    check_refused_without_100(
        "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", 415);
}

Test(serve_connection, answers_what_is_no_request_and_closes)
{
    static const struct {
        const char *bytes;
        int status;
    } rows[] = {
        {"nonsense\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"POST / HTTP/1.1\nHost: x\n\n", 400},
        {"POST / HTTP/3.0\r\n\r\n", 505},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: br\r\n\r\n", 501},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400},
        {"\x16\x03\x01\x02\x01\x01\r\n\r\n", 400},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct pair pair;
        pair_begin(&pair, NULL);
        send_text(&pair.client, rows[i].bytes);
        expect_status(&pair.client, rows[i].status);
        cr_expect(client_sees_end(&pair.client, SOON_MS));
        pair_end(&pair);
    }
}

static void check_long(const char *before, size_t len, int status)
{
    struct pair pair;
    struct buf bytes = {0};
    pair_begin(&pair, NULL);
    buf_add_text(&bytes, before);
    buf_add_repeated(&bytes, 'a', len);
    (void)client_send(&pair.client, buf_bytes(&bytes));
    expect_status(&pair.client, status);
    buf_clear(&bytes);
    pair_end(&pair);
}

Test(serve_connection, has_a_limit_for_everything_in_the_head)
{
    check_long("GET /", 1000000, 414);
    check_long("GET / HTTP/1.1\r\nX: ", 1000000, 431);
    check_long("GET / HTTP/1.1\r\n", 1000000, 431);
}

Test(serve_connection, gets_its_refusal_through_while_the_client_still_sends)
{
    struct pair pair;
    struct buf filler = {0};
    pair_begin(&pair, NULL);
    send_text(&pair.client, "POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n");
    buf_add_repeated(&filler, 'x', 20000000);
    (void)client_send(&pair.client, buf_bytes(&filler));
    expect_status(&pair.client, 413);
    buf_clear(&filler);
    pair_end(&pair);
}

Test(serve_connection, follows_http_1_0)
{
    struct pair pair;
    const struct posting plain = {.version = "HTTP/1.0"};
    const struct posting kept = {.version = "HTTP/1.0", .headers = "Connection: keep-alive\r\n"};
    pair_begin(&pair, NULL);
    struct reply reply;
    send_posting(&pair.client, &kept);
    client_read(&pair.client, SOON_MS, &reply);
    cr_expect_str_eq(headers_find(&reply.headers, "Connection"), "keep-alive");
    reply_clear(&reply);
    send_posting(&pair.client, &plain);
    client_read(&pair.client, SOON_MS, &reply);
    cr_expect_eq(reply.status, 204);
    cr_expect_str_eq(headers_find(&reply.headers, "Connection"), "close");
    reply_clear(&reply);
    cr_expect(client_sees_end(&pair.client, SOON_MS));
    pair_end(&pair);
}

Test(serve_connection, closes_when_the_client_wants_that)
{
    struct pair pair;
    const struct posting last = {.headers = "Connection: close\r\n"};
    pair_begin(&pair, NULL);
    send_posting(&pair.client, &last);
    expect_status(&pair.client, 204);
    cr_expect(client_sees_end(&pair.client, SOON_MS));
    pair_end(&pair);
}

Test(serve_connection, sends_no_body_after_head)
{
    struct pair pair;
    pair_begin(&pair, NULL);
    http_reader_expect_head_answer(pair.client.reader, true);
    send_text(&pair.client, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect_status(&pair.client, 405);
    cr_expect_eq(pair.client.rest.len, 0);
    http_reader_expect_head_answer(pair.client.reader, false);
    send_posting(&pair.client, &genuine);
    expect_status(&pair.client, 204);
    pair_end(&pair);
}

Test(serve_connection, answers_a_client_that_has_ended_its_side)
{
    struct pair pair;
    pair_begin(&pair, NULL);
    send_posting(&pair.client, &genuine);
    (void)shutdown(pair.client.fd, SHUT_WR);
    expect_status(&pair.client, 204);
    cr_expect(client_sees_end(&pair.client, SOON_MS));
    pair_end(&pair);
}

Test(serve_connection, survives_clients_that_go_away_anywhere)
{
    struct started_receiver started;
    struct buf bytes = {0};
    started_begin(&started, NULL);
    posting_write(&genuine, &bytes);
    const struct linger now = {1, 0};
    for (size_t len = 0; len <= bytes.len; len++) {
        struct client client;
        client_open(&client, receiver_port(started.receiver));
        cr_expect(client_send(&client, (struct bytes){bytes.data, len}));
        if (len % 2)
            (void)setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        client_close(&client);
    }
    cr_expect_eq(post_status(&started, &genuine), 204);
    buf_clear(&bytes);
    started_end(&started);
}

Test(serve_connection, ends_a_request_that_takes_too_long_with_408)
{
    struct pair pair;
    const struct receiver_options options = {.request_ns = NS_PER_S / 5};
    pair_begin(&pair, &options);
    send_text(&pair.client, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc");
    expect_status(&pair.client, 408);
    cr_expect(client_sees_end(&pair.client, SOON_MS));
    pair_end(&pair);
}

/* A client that sends a byte now and then does not push the deadline away. */
Test(serve_connection, does_not_wait_longer_for_a_client_that_dribbles)
{
    struct pair pair;
    struct reply reply = {0};
    const struct receiver_options options = {.request_ns = NS_PER_S / 5};
    pair_begin(&pair, &options);
    send_text(&pair.client, "POST / HTTP/1.1\r\nX: ");
    for (int i = 0; i < 100 && reply.status == 0; i++) {
        (void)client_send(&pair.client, bytes_of("a"));
        reply_clear(&reply);
        client_read(&pair.client, 20, &reply);
    }
    cr_expect_eq(reply.status, 408);
    reply_clear(&reply);
    pair_end(&pair);
}

Test(serve_connection, lets_idle_connections_wait)
{
    struct pair pair;
    const struct receiver_options options = {.request_ns = NS_PER_S / 20};
    pair_begin(&pair, &options);
    send_posting(&pair.client, &genuine);
    expect_status(&pair.client, 204);
    struct reply reply;
    client_read(&pair.client, 300, &reply);
    cr_expect_eq(reply.end, REPLY_SILENCE, "the deadline is for requests that have begun");
    reply_clear(&reply);
    send_posting(&pair.client, &genuine);
    expect_status(&pair.client, 204);
    pair_end(&pair);
}

Test(serve_connection, gives_an_idle_place_to_who_comes_next)
{
    enum { CLIENTS = 20 };
    struct started_receiver started;
    struct client clients[CLIENTS];
    const struct receiver_options options = {.max_connections = 4};
    started_begin(&started, &options);
    for (int i = 0; i < CLIENTS; i++) {
        client_open(&clients[i], receiver_port(started.receiver));
        send_posting(&clients[i], &genuine);
        expect_status(&clients[i], 204);
    }
    cr_expect(client_sees_end(&clients[0], SOON_MS), "the first was idle longest");
    send_posting(&clients[CLIENTS - 1], &genuine);
    expect_status(&clients[CLIENTS - 1], 204);
    for (int i = 0; i < CLIENTS; i++)
        client_close(&clients[i]);
    started_end(&started);
}
