/* Requests on their way to an application, and its answers on their way back. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "platform/forward.h"
#include "tests/support/raw_server.h"
#include "tests/support/started_receiver.h"

TestSuite(platform_forward, .timeout = 120);

struct started_forward {
    struct forward *forward;
    pthread_t thread;
};

static void *run(void *payload)
{
    forward_run(payload);
    return NULL;
}

static void begin_trusting(struct started_forward *started, const char *to, const char *cacert)
{
    struct error err = {0};
    const struct forward_options options = {
        .to = to, .cacert = cacert, .secret = bytes_of(RECEIVER_SECRET)};
    started->forward = forward_start(&options, &err);
    cr_assert_not_null(started->forward, "%s", err.message);
    cr_assert_eq(pthread_create(&started->thread, NULL, run, started->forward), 0);
}

static void begin(struct started_forward *started, const char *to)
{
    begin_trusting(started, to, NULL);
}

static void end(struct started_forward *started)
{
    forward_stop(started->forward);
    (void)pthread_join(started->thread, NULL);
    forward_free(started->forward);
}

static int port_of(const struct started_forward *started)
{
    return atoi(strrchr(forward_url(started->forward), ':') + 1);
}

Test(platform_forward, gives_back_what_a_receiver_answers)
{
    struct started_receiver receiver;
    struct started_forward forward;
    static const struct posting postings[] = {{0},
                                              {.chunked = true},
                                              {.no_signature = true},
                                              {.target = "/other?a=b&c"},
                                              {.method = "PUT"}};
    started_begin(&receiver, NULL);
    char *to = mem_format("http://127.0.0.1:%d/", receiver_port(receiver.receiver));
    begin(&forward, to);
    for (size_t i = 0; i < ARRAY_LEN(postings); i++) {
        struct client client;
        struct buf bytes = {0};
        struct reply reply;
        client_open(&client, port_of(&forward));
        posting_write(&postings[i], &bytes);
        cr_assert(client_send(&client, buf_bytes(&bytes)));
        client_read(&client, 60000, &reply);
        cr_expect_eq(reply.status, post_status(&receiver, &postings[i]), "%zu: %d", i,
                     reply.status);
        reply_clear(&reply);
        buf_clear(&bytes);
        client_close(&client);
    }
    end(&forward);
    free(to);
    started_end(&receiver);
}

Test(platform_forward, says_that_nobody_answers)
{
    struct started_forward forward;
    struct client client;
    struct reply reply;
    begin(&forward, "http://127.0.0.1:1/hook");
    client_open(&client, port_of(&forward));
    cr_assert(client_send(&client,
                          bytes_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")));
    client_read(&client, 60000, &reply);
    cr_expect_eq(reply.status, 502);
    cr_expect(bytes_find(buf_bytes(&reply.body), bytes_of("connection refused")));
    reply_clear(&reply);
    client_close(&client);
    end(&forward);
}

Test(platform_forward, speaks_tls_with_an_application_whose_authority_it_is_given)
{
    struct started_receiver receiver;
    const struct receiver_options options = {.tls = true, .wall_ms = clock_wall_ms};
    const char *const authorities[] = {NULL, ""};
    started_begin(&receiver, &options);
    char *to = mem_format("https://localhost:%d/", receiver_port(receiver.receiver));
    for (size_t i = 0; i < ARRAY_LEN(authorities); i++) {
        struct started_forward forward;
        struct client client;
        struct reply reply;
        begin_trusting(&forward, to, authorities[i] ? receiver_ca_path(receiver.receiver) : NULL);
        client_open(&client, port_of(&forward));
        cr_assert(client_send(&client, bytes_of("PUT / HTTP/1.1\r\nHost: h\r\n"
                                                "Content-Length: 0\r\n\r\n")));
        client_read(&client, 60000, &reply);
        cr_expect_eq(reply.status, authorities[i] ? 405 : 502, "%d: %s", reply.status,
                     buf_text(&reply.body));
        reply_clear(&reply);
        client_close(&client);
        end(&forward);
    }
    free(to);
    started_end(&receiver);
}

Test(platform_forward, does_not_start_without_its_authorities)
{
    struct error err = {0};
    const struct forward_options options = {
        .to = "https://localhost/", .cacert = "/nowhere/ca.pem", .secret = bytes_of("s")};
    cr_expect_null(forward_start(&options, &err));
    cr_expect(strstr(err.message, "/nowhere/ca.pem"), "%s", err.message);
}

/* An application that never answers: the sender goes away, and so may the forwarder. */
Test(platform_forward, ends_while_an_application_holds_a_request)
{
    static const struct raw_step holding[] = {{RAW_HOLD, NULL, 0}};
    struct raw_server *server = raw_server_start(holding, ARRAY_LEN(holding), NULL);
    char *to = mem_format("http://127.0.0.1:%d/", raw_server_port(server));
    struct started_forward forward;
    struct client clients[2];
    begin(&forward, to);
    for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
        client_open(&clients[i], port_of(&forward));
        cr_assert(client_send(&clients[i], bytes_of("POST / HTTP/1.1\r\nHost: h\r\n\r\n")));
    }
    cr_expect_not(client_sees_end(&clients[0], 300));
    client_close(&clients[0]);
    end(&forward);
    cr_expect(client_sees_end(&clients[1], 60000));
    client_close(&clients[1]);
    raw_server_stop(server);
    free(to);
}
