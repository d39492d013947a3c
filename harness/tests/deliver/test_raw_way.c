#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "tests/support/delivery.h"
#include "tests/support/tries.h"

TestSuite(deliver_raw_way, .timeout = 120);

struct extra_row {
    const char *what;
    const char *answer;
    const char *later; /* sent 10 ms after, or NULL */
    bool body_after_none;
    bool extra_bytes;
    bool bare_lf;
    bool keep_alive;
};

static const struct extra_row extras[] = {
    {"nothing extra", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", NULL, false, false, false,
     true},
    {"beyond the length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay", NULL, false, true,
     false, true},
    {"beyond the length, later", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ay", false,
     true, false, true},
    {"after the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nx",
     NULL, false, true, false, true},
    {"after a 204", "HTTP/1.1 204 No\r\n\r\nok", NULL, true, false, false, true},
    {"after a 204, later", "HTTP/1.1 204 No\r\n\r\n", "ok", true, false, false, true},
    {"after a 204 with a length", "HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nok", NULL, true,
     false, false, true},
    {"after a 304", "HTTP/1.1 304 No\r\n\r\nok", NULL, true, false, false, true},
    {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", NULL, false, false, true, true},
    {"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", NULL, false,
     false, false, false},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", NULL, false, false, false, false},
    {"HTTP/1.0 kept", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n",
     NULL, false, false, false, true},
};

static struct observation seen_of(const struct extra_row *row)
{
    const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0},
                                     {RAW_SEND, row->answer, 0},
                                     {RAW_PAUSE, NULL, row->later ? 10 : 0},
                                     {RAW_SEND, row->later ? row->later : "", 0},
                                     {RAW_HOLD, NULL, 0}};
    struct delivery delivery;
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    struct observation seen =
        delivery_post(&delivery, engine_connection_new(delivery.engine), 5000);
    delivery_stop(&delivery);
    return seen;
}

Test(deliver_raw_way, notes_what_should_not_follow_an_answer)
{
    for (size_t i = 0; i < ARRAY_LEN(extras); i++) {
        const struct extra_row *row = &extras[i];
        struct tries tries = {0};
        struct observation seen = {0};
        while (tries_go_on(&tries)) {
            observation_clear(&seen);
            seen = seen_of(row);
            tries.ok = !row->later || seen.body_after_none || seen.extra_bytes;
        }
        cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s: %s", row->what, seen.detail);
        cr_expect_eq(seen.body_after_none, row->body_after_none, "%s", row->what);
        cr_expect_eq(seen.extra_bytes, row->extra_bytes, "%s", row->what);
        cr_expect_eq(seen.bare_lf, row->bare_lf, "%s", row->what);
        cr_expect_eq(seen.keep_alive, row->keep_alive, "%s", row->what);
        cr_expect(seen.raw);
        observation_clear(&seen);
    }
}

Test(deliver_raw_way, a_body_after_an_interim_answer_is_noted)
{
    static const struct raw_step steps[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_SEND, "HTTP/1.1 100 C\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n", 0}};
    struct delivery delivery;
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    struct observation seen =
        delivery_post(&delivery, engine_connection_new(delivery.engine), 5000);
    cr_expect_eq(seen.outcome, OUTCOME_MALFORMED, "%s", outcome_name(seen.outcome));
    cr_expect(seen.body_after_none);
    observation_clear(&seen);
    delivery_stop(&delivery);
}

Test(deliver_raw_way, the_wait_for_stray_bytes_is_not_in_the_timings)
{
    static const struct raw_step steps[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0},
        {RAW_HOLD, NULL, 0}};
    struct delivery delivery;
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    int64_t start = clock_monotonic_ns();
    struct observation seen =
        delivery_post(&delivery, engine_connection_new(delivery.engine), 5000);
    int64_t took = clock_monotonic_ns() - start;
    cr_expect_geq(took, 50 * NS_PER_MS);
    cr_expect_lt(seen.total_ns, took - 40 * NS_PER_MS);
    observation_clear(&seen);
    delivery_stop(&delivery);
}

/* When something was noted is what the clock says once this process gets on. */
static bool phases_are_apart(bool raw)
{
    static const struct raw_step steps[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_PAUSE, NULL, 60},
        {RAW_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", 0},
        {RAW_PAUSE, NULL, 60},
        {RAW_SEND, "ok", 0}};
    struct delivery delivery;
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    struct engine_connection *connection = raw ? engine_connection_new(delivery.engine) : NULL;
    int64_t start = clock_monotonic_ns();
    struct observation seen = delivery_post(&delivery, connection, 5000);
    cr_expect_geq(seen.started_ns, start);
    cr_expect_geq(seen.dns_ns, 0);
    cr_expect_geq(seen.connect_ns, seen.dns_ns);
    cr_expect_eq(seen.tls_ns, -1);
    cr_expect_geq(seen.sent_ns, seen.connect_ns);
    char peer[64];
    (void)snprintf(peer, sizeof peer, "127.0.0.1:%d", raw_server_port(delivery.server));
    cr_expect_str_eq(seen.peer, peer);
    bool apart = seen.first_byte_ns >= seen.sent_ns + 50 * NS_PER_MS &&
                 seen.total_ns >= seen.first_byte_ns + 50 * NS_PER_MS && seen.total_ns < NS_PER_S;
    observation_clear(&seen);
    delivery_stop(&delivery);
    return apart;
}

Test(deliver_raw_way, phases_come_one_after_another)
{
    for (int raw = 0; raw < 2; raw++) {
        struct tries tries = {0};
        while (tries_go_on(&tries))
            tries.ok = phases_are_apart(raw);
        cr_expect(tries.ok, "raw %d", raw);
    }
}

Test(deliver_raw_way, a_reset_is_told_from_a_close)
{
    static const struct raw_step resets[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_RESET, NULL, 0}};
    static const struct raw_step late_resets[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", 0},
        {RAW_PAUSE, NULL, 100},
        {RAW_RESET, NULL, 0}};
    for (int i = 0; i < 4; i++) {
        struct delivery delivery;
        bool late = i / 2;
        delivery_start(&delivery, late ? late_resets : resets,
                       late ? ARRAY_LEN(late_resets) : ARRAY_LEN(resets), NULL);
        struct engine_connection *connection =
            i % 2 ? engine_connection_new(delivery.engine) : NULL;
        struct observation seen = delivery_post(&delivery, connection, 5000);
        cr_expect_eq(seen.outcome, OUTCOME_RESET, "%d: %s %s", i, outcome_name(seen.outcome),
                     seen.detail);
        cr_expect_eq(seen.status, late ? 200 : 0);
        cr_expect_str_eq(seen.detail,
                         late ? "the connection was reset before the response was complete"
                              : "the connection was reset without a response");
        observation_clear(&seen);
        delivery_stop(&delivery);
    }
}
