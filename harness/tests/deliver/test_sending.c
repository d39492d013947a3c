/* How requests go out: every byte, and the pauses between them. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "tests/support/delivery.h"
#include "tests/support/tries.h"

TestSuite(deliver_sending, .timeout = 120);

#define ANSWER "HTTP/1.1 204 No Content\r\n\r\n"

static struct request request_with(const char *body, const struct transport *transport)
{
    struct request request = delivery_request(body);
    request.transport = *transport;
    return request;
}

/* What the server has got: behind the empty line. */
static const char *body_of(const struct buf *received)
{
    const char *end = strstr(buf_text(received), "\r\n\r\n");
    return end ? end + 4 : "";
}

struct row {
    const char *what;
    struct transport transport;
    const char *body;
};

static const struct row rows[] = {
    {"plain", {.chunk_size = 0}, "0123456789"},
    {"in chunks", {.chunk_size = 4}, "4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n"},
    {"in one chunk", {.chunk_size = 16}, "a\r\n0123456789\r\n0\r\n\r\n"},
    {"over HTTP/1.0", {.http_1_0 = true}, "0123456789"},
    {"in pieces", {.piece_size = 3, .pause_ns = NS_PER_MS}, "0123456789"},
    {"in two pieces", {.split_at = 4, .pause_ns = 20 * NS_PER_MS}, "0123456789"},
};

Test(deliver_sending, puts_the_same_body_on_the_wire_in_every_way)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        const struct raw_step steps[] = {
            {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, ANSWER, 0}, {RAW_HOLD, NULL, 0}};
        struct delivery delivery;
        struct request request = request_with("0123456789", &row->transport);
        delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
        struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
        struct buf received = raw_server_received(delivery.server, 0);
        cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s: %s", row->what, seen.detail);
        cr_expect_eq(seen.status, 204, "%s", row->what);
        cr_expect_str_eq(body_of(&received), row->body, "%s", row->what);
        const char *version = row->transport.http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
        cr_expect_not_null(strstr(buf_text(&received), version), "%s", row->what);
        int64_t least_ns = row->transport.pause_ns * (row->transport.piece_size ? 4 : 1);
        cr_expect_geq(seen.total_ns, least_ns, "%s: it pauses", row->what);
        observation_clear(&seen);
        buf_clear(&received);
        request_clear(&request);
        delivery_stop(&delivery);
    }
}

static const struct transport expecting = {.expect_continue = true};

Test(deliver_sending, sends_the_body_when_it_is_told_to_go_on)
{
    static const struct raw_step steps[] = {{RAW_READ_HEAD, NULL, 0},
                                            {RAW_SEND, "HTTP/1.1 100 Continue\r\n\r\n", 0},
                                            {RAW_READ_REQUEST, NULL, 0},
                                            {RAW_SEND, ANSWER, 0},
                                            {RAW_HOLD, NULL, 0}};
    struct request request = request_with("hello", &expecting);
    struct tries tries = {0};
    while (tries_go_on(&tries)) {
        struct delivery delivery;
        delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
        struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
        cr_expect_eq(seen.status, 204);
        cr_expect_eq(seen.num_interim, 1);
        tries.ok = !seen.waited_in_vain && seen.total_ns < 900 * NS_PER_MS;
        observation_clear(&seen);
        delivery_stop(&delivery);
    }
    cr_expect(tries.ok, "it waited longer than for the word");
    request_clear(&request);
}

Test(deliver_sending, sends_the_body_after_a_second_without_a_word)
{
    static const struct raw_step steps[] = {
        {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, ANSWER, 0}, {RAW_HOLD, NULL, 0}};
    struct delivery delivery;
    struct request request = request_with("hello", &expecting);
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
    cr_expect_eq(seen.status, 204);
    cr_expect(seen.waited_in_vain);
    cr_expect_geq(seen.total_ns, NS_PER_S);
    observation_clear(&seen);
    request_clear(&request);
    delivery_stop(&delivery);
}

Test(deliver_sending, keeps_the_body_when_it_is_refused_by_its_head)
{
    static const struct raw_step steps[] = {
        {RAW_READ_HEAD, NULL, 0},
        {RAW_SEND, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", 0},
        {RAW_READ_TO_END, NULL, 0}};
    struct delivery delivery;
    struct request request = request_with("hello", &expecting);
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
    struct buf received = raw_server_received(delivery.server, 0);
    cr_expect_eq(seen.status, 417);
    cr_expect_not(seen.waited_in_vain);
    cr_expect_str_empty(body_of(&received));
    observation_clear(&seen);
    buf_clear(&received);
    request_clear(&request);
    delivery_stop(&delivery);
}

struct leaving_row {
    const char *what;
    struct transport transport;
    const char *body; /* on the wire */
    bool any_head;
};

static const struct leaving_row leavings[] = {
    {"reset in the body", {.stop = STOP_RESET, .stop_after = 4}, "0123", true},
    {"reset before the body", {.stop = STOP_RESET}, "", true},
    {"held in the body",
     {.stop = STOP_HOLD, .stop_after = 7, .hold_ns = NS_PER_S / 10},
     "0123456",
     true},
    {"held in silence", {.stop = STOP_HOLD, .silent = true, .hold_ns = NS_PER_S / 10}, "", false},
};

Test(deliver_sending, leaves_on_purpose)
{
    static const struct raw_step steps[] = {{RAW_READ_TO_END, NULL, 0}};
    for (size_t i = 0; i < ARRAY_LEN(leavings); i++) {
        const struct leaving_row *row = &leavings[i];
        struct delivery delivery;
        struct request request = request_with("0123456789", &row->transport);
        delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
        struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
        cr_expect_eq(seen.outcome, OUTCOME_LEFT, "%s: %s", row->what, seen.detail);
        cr_expect_geq(seen.total_ns, row->transport.hold_ns, "%s", row->what);
        cr_expect_geq(seen.connect_ns, 0, "%s", row->what);
        struct buf received = raw_server_received(delivery.server, 0);
        cr_expect_str_eq(body_of(&received), row->body, "%s", row->what);
        cr_expect_eq(received.len > 0, row->any_head, "%s", row->what);
        observation_clear(&seen);
        buf_clear(&received);
        request_clear(&request);
        delivery_stop(&delivery);
    }
}

/* A server that ends what is held has every right to: that is no death. */
Test(deliver_sending, a_held_connection_that_is_closed_is_no_failure)
{
    static const struct raw_step closing[] = {{RAW_READ_HEAD, NULL, 0}};
    static const struct raw_step resetting[] = {{RAW_READ_HEAD, NULL, 0}, {RAW_RESET, NULL, 0}};
    static const struct raw_step answering[] = {
        {RAW_READ_HEAD, NULL, 0},
        {RAW_SEND, "HTTP/1.1 408 Late\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 0}};
    static const struct {
        const struct raw_step *steps;
        size_t count;
        enum outcome outcome;
        int status;
    } servers[] = {{closing, ARRAY_LEN(closing), OUTCOME_LEFT, 0},
                   {resetting, ARRAY_LEN(resetting), OUTCOME_LEFT, 0},
                   {answering, ARRAY_LEN(answering), OUTCOME_ANSWERED, 408}};
    static const struct transport held = {
        .stop = STOP_HOLD, .stop_after = 3, .hold_ns = 10 * NS_PER_S};
    for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
        struct delivery delivery;
        struct request request = request_with("0123456789", &held);
        delivery_start(&delivery, servers[i].steps, servers[i].count, NULL);
        struct observation seen = delivery_send(&delivery, &request, NULL, 5000);
        cr_expect_eq(seen.outcome, servers[i].outcome, "%zu: %s", i, seen.detail);
        cr_expect_eq(seen.status, servers[i].status, "%zu", i);
        observation_clear(&seen);
        request_clear(&request);
        delivery_stop(&delivery);
    }
}

Test(deliver_sending, lets_go_of_what_is_held_when_it_is_told)
{
    static const struct raw_step steps[] = {{RAW_READ_TO_END, NULL, 0}};
    static const struct transport held = {
        .stop = STOP_HOLD, .stop_after = 3, .hold_ns = 10 * NS_PER_S};
    struct delivery delivery;
    struct observation seen;
    struct request request = request_with("0123456789", &held);
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    observation_init(&seen);
    const struct engine_send send = {.request = &request,
                                     .timeout_ns = 15 * NS_PER_S,
                                     .on_done = delivery_keep,
                                     .payload = &seen};
    engine_send(delivery.engine, &send);
    for (int i = 0; i < 200 && seen.outcome == OUTCOME_NOT_SENT; i++) {
        (void)engine_wait(delivery.engine, 10 * NS_PER_MS);
        engine_release_held(delivery.engine);
    }
    cr_expect_eq(seen.outcome, OUTCOME_LEFT, "%s", seen.detail);
    cr_expect_lt(seen.total_ns, 5 * NS_PER_S);
    observation_clear(&seen);
    request_clear(&request);
    delivery_stop(&delivery);
}
