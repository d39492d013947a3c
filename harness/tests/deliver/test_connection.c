#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "tests/support/delivery.h"
#include "tests/support/tries.h"

TestSuite(deliver_connection, .timeout = 120);

#define KEPT   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define CLOSES "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"

struct idle {
    struct delivery delivery;
    struct engine_connection *connection;
};

static void start(struct idle *idle, const struct raw_step *steps, size_t num_steps)
{
    delivery_start(&idle->delivery, steps, num_steps, NULL);
    idle->connection = engine_connection_new(idle->delivery.engine);
}

/* Waits until the server's close was seen, at most two seconds. */
static bool wait_for_close(struct idle *idle, int64_t *out_ns, bool *out_reset)
{
    int64_t until = clock_monotonic_ns() + 2 * NS_PER_S;
    while (clock_monotonic_ns() < until) {
        if (engine_connection_idle(idle->connection, out_ns, out_reset))
            return true;
        (void)engine_wait(idle->delivery.engine, 10 * NS_PER_MS);
    }
    return false;
}

static void expect_answer(struct idle *idle, bool reused)
{
    struct observation seen = delivery_post(&idle->delivery, idle->connection, 5000);
    cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s %s", outcome_name(seen.outcome), seen.detail);
    cr_expect_eq(seen.status, 200);
    cr_expect_eq(seen.reused, reused);
    cr_expect_eq(seen.connect_ns < 0, reused);
    observation_clear(&seen);
}

Test(deliver_connection, carries_one_exchange_after_another)
{
    static const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, KEPT, 0},
                                            {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, KEPT, 0},
                                            {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, KEPT, 0},
                                            {RAW_HOLD, NULL, 0}};
    struct idle idle;
    start(&idle, steps, ARRAY_LEN(steps));
    expect_answer(&idle, false);
    expect_answer(&idle, true);
    expect_answer(&idle, true);
    cr_expect_eq(raw_server_num_connections(idle.delivery.server), 1);
    int64_t closed_ns;
    bool was_reset;
    cr_expect_not(engine_connection_idle(idle.connection, &closed_ns, &was_reset));
    engine_connection_free(idle.connection);
    delivery_stop(&idle.delivery);
}

Test(deliver_connection, connects_anew_after_an_announced_close)
{
    static const struct raw_step steps[] = {
        {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, CLOSES, 0}, {RAW_HOLD, NULL, 0}};
    struct idle idle;
    start(&idle, steps, ARRAY_LEN(steps));
    expect_answer(&idle, false);
    expect_answer(&idle, false);
    cr_expect_eq(raw_server_num_connections(idle.delivery.server), 2);
    delivery_stop(&idle.delivery);
}

struct idle_row {
    const char *what;
    enum raw_action end;
    size_t pause_ms;
    bool was_reset;
};

static const struct idle_row ends[] = {
    {"closed at once", RAW_CLOSE, 0, false},
    {"closed after a while", RAW_CLOSE, 120, false},
    {"reset after a while", RAW_RESET, 120, true},
    {"reset while lingering", RAW_RESET, 20, true},
};

/* False when this process was away longer than the pauses. */
static bool sees_the_end(const struct idle_row *row)
{
    const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0},
                                     {RAW_SEND, KEPT, 0},
                                     {RAW_PAUSE, NULL, row->pause_ms},
                                     {row->end, NULL, 0}};
    struct idle idle;
    int64_t begun_ns = clock_monotonic_ns();
    start(&idle, steps, ARRAY_LEN(steps));
    struct observation seen = delivery_post(&idle.delivery, idle.connection, 5000);
    int64_t answered_ns = clock_monotonic_ns() - begun_ns; /* at the latest */
    bool soon = row->pause_ms < 50;
    bool in_time = (seen.idle_closed_ns >= 0) == soon;
    if (seen.outcome != OUTCOME_ANSWERED) {
        cr_expect(row->was_reset && seen.outcome == OUTCOME_RESET, "%s: %s", row->what,
                  seen.detail);
        observation_clear(&seen);
        delivery_stop(&idle.delivery);
        return false;
    }
    cr_expect(!in_time || seen.idle_was_reset == (soon && row->was_reset), "%s", row->what);
    int64_t closed_ns = -1;
    bool was_reset = false;
    cr_assert(wait_for_close(&idle, &closed_ns, &was_reset), "%s", row->what);
    cr_expect_eq(was_reset, row->was_reset, "%s", row->what);
    cr_expect_geq(closed_ns, (int64_t)row->pause_ms * NS_PER_MS - answered_ns, "%s", row->what);
    cr_expect_leq(closed_ns, clock_monotonic_ns() - begun_ns, "%s", row->what);
    expect_answer(&idle, false);
    observation_clear(&seen);
    delivery_stop(&idle.delivery);
    return in_time;
}

Test(deliver_connection, sees_when_and_how_the_server_closes)
{
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct tries tries = {0};
        while (tries_go_on(&tries))
            tries.ok = sees_the_end(&ends[i]);
        cr_expect(tries.ok, "%s", ends[i].what);
    }
}

Test(deliver_connection, a_reset_on_a_used_connection_is_told_and_never_sent_again)
{
    static const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0},
                                            {RAW_SEND, KEPT, 0},
                                            {RAW_READ_REQUEST, NULL, 0},
                                            {RAW_RESET, NULL, 0}};
    struct idle idle;
    start(&idle, steps, ARRAY_LEN(steps));
    expect_answer(&idle, false);
    struct observation seen = delivery_post(&idle.delivery, idle.connection, 5000);
    cr_expect_eq(seen.outcome, OUTCOME_RESET, "%s", outcome_name(seen.outcome));
    cr_expect(seen.reused);
    cr_expect_eq(raw_server_num_connections(idle.delivery.server), 1);
    observation_clear(&seen);
    expect_answer(&idle, false);
    delivery_stop(&idle.delivery);
}

Test(deliver_connection, a_close_on_a_used_connection_is_told)
{
    static const struct raw_step steps[] = {
        {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, KEPT, 0}, {RAW_READ_REQUEST, NULL, 0}};
    struct idle idle;
    start(&idle, steps, ARRAY_LEN(steps));
    expect_answer(&idle, false);
    struct observation seen = delivery_post(&idle.delivery, idle.connection, 5000);
    cr_expect_eq(seen.outcome, OUTCOME_CLOSED, "%s", outcome_name(seen.outcome));
    cr_expect(seen.reused);
    observation_clear(&seen);
    delivery_stop(&idle.delivery);
}

Test(deliver_connection, stray_bytes_on_an_idle_connection_end_it)
{
    static const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0},
                                            {RAW_SEND, KEPT, 0},
                                            {RAW_PAUSE, NULL, 100},
                                            {RAW_FLOOD, "stray", 0}};
    struct idle idle;
    start(&idle, steps, ARRAY_LEN(steps));
    expect_answer(&idle, false);
    (void)engine_wait(idle.delivery.engine, 2 * NS_PER_S);
    expect_answer(&idle, false);
    cr_expect_eq(raw_server_num_connections(idle.delivery.server), 2);
    delivery_stop(&idle.delivery);
}

Test(deliver_connection, refuses_a_second_exchange_at_the_same_time)
{
    static const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_HOLD, NULL, 0}};
    struct idle idle;
    start(&idle, steps, ARRAY_LEN(steps));
    struct observation first = {0};
    struct request request = delivery_request("{}");
    const struct engine_send send = {.request = &request,
                                     .connection = idle.connection,
                                     .timeout_ns = 5 * NS_PER_S,
                                     .on_done = delivery_keep,
                                     .payload = &first};
    engine_send(idle.delivery.engine, &send);
    struct observation second = {0};
    struct engine_send again = send;
    again.payload = &second;
    engine_send(idle.delivery.engine, &again);
    cr_expect_eq(engine_wait(idle.delivery.engine, NS_PER_S), 1);
    cr_expect_eq(second.outcome, OUTCOME_NOT_SENT);
    cr_expect_neq(second.detail[0], '\0');
    engine_connection_free(idle.connection);
    cr_expect_eq(engine_wait(idle.delivery.engine, NS_PER_S), 0);
    cr_expect_eq(first.outcome, OUTCOME_NOT_SENT);
    observation_clear(&first);
    observation_clear(&second);
    request_clear(&request);
    delivery_stop(&idle.delivery);
}

Test(deliver_connection, one_that_was_never_used_can_be_freed)
{
    struct idle idle;
    static const struct raw_step steps[] = {{RAW_HOLD, NULL, 0}};
    start(&idle, steps, ARRAY_LEN(steps));
    engine_connection_free(idle.connection);
    engine_connection_free(NULL);
    cr_expect_eq(raw_server_num_connections(idle.delivery.server), 0);
    delivery_stop(&idle.delivery);
}
