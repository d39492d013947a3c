#include "deliver/engine.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "tests/support/delivery.h"
#include "tests/support/tries.h"

TestSuite(deliver_engine, .timeout = 120);

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const struct raw_step answers[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, ANSWER, 0}};
static const struct raw_step slow[] = {
    {RAW_READ_REQUEST, NULL, 0}, {RAW_PAUSE, NULL, 300}, {RAW_SEND, ANSWER, 0}};
static const struct raw_step silent[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_HOLD, NULL, 0}};

struct tally {
    struct delivery *delivery;
    struct request request;
    size_t num[OUTCOME_COUNT];
    size_t num_again; /* how many more to begin from within the call back */
};

static void send_one(struct tally *tally, struct engine_connection *connection, int64_t timeout_ms);

static void on_done(void *payload, struct observation *seen)
{
    struct tally *tally = payload;
    tally->num[seen->outcome]++;
    observation_clear(seen);
    if (tally->num_again == 0)
        return;
    tally->num_again--;
    send_one(tally, NULL, 5000);
}

static void send_one(struct tally *tally, struct engine_connection *connection, int64_t timeout_ms)
{
    const struct engine_send send = {.request = &tally->request,
                                     .connection = connection,
                                     .timeout_ns = timeout_ms * NS_PER_MS,
                                     .on_done = on_done,
                                     .payload = tally};
    engine_send(tally->delivery->engine, &send);
}

static void start(struct tally *tally, struct delivery *delivery, const struct raw_step *steps,
                  size_t num_steps)
{
    delivery_start(delivery, steps, num_steps, NULL);
    *tally = (struct tally){.delivery = delivery, .request = delivery_request("{}")};
}

static void stop(struct tally *tally)
{
    request_clear(&tally->request);
    delivery_stop(tally->delivery);
}

static void wait_for_all(struct tally *tally)
{
    while (engine_wait(tally->delivery->engine, NS_PER_S)) {
    }
}

Test(deliver_engine, carries_two_hundred_attempts_at_once)
{
    struct delivery delivery;
    struct tally tally;
    start(&tally, &delivery, slow, ARRAY_LEN(slow));
    int64_t begun = clock_monotonic_ns();
    for (int i = 0; i < 200; i++)
        send_one(&tally, i % 2 ? engine_connection_new(delivery.engine) : NULL, 60000);
    wait_for_all(&tally);
    cr_expect_eq(tally.num[OUTCOME_ANSWERED], 200);
    cr_expect_lt(clock_monotonic_ns() - begun, 30 * NS_PER_S, "one after another");
    cr_expect_eq(raw_server_num_connections(delivery.server), 200);
    stop(&tally);
}

Test(deliver_engine, begins_attempts_from_within_the_call_back)
{
    struct delivery delivery;
    struct tally tally;
    start(&tally, &delivery, answers, ARRAY_LEN(answers));
    tally.num_again = 5;
    send_one(&tally, NULL, 5000);
    wait_for_all(&tally);
    cr_expect_eq(tally.num[OUTCOME_ANSWERED], 6);
    stop(&tally);
}

Test(deliver_engine, waits_no_longer_than_it_may)
{
    struct delivery delivery;
    struct tally tally;
    start(&tally, &delivery, silent, ARRAY_LEN(silent));
    send_one(&tally, NULL, 60000);
    send_one(&tally, engine_connection_new(delivery.engine), 60000);
    static const int64_t waits_ms[] = {0, 1, 20, 200};
    for (size_t i = 0; i < ARRAY_LEN(waits_ms); i++) {
        struct tries tries = {0};
        while (tries_go_on(&tries)) {
            int64_t begun = clock_monotonic_ns();
            cr_expect_eq(engine_wait(delivery.engine, waits_ms[i] * NS_PER_MS), 2);
            int64_t took = clock_monotonic_ns() - begun;
            cr_expect_geq(took, waits_ms[i] * NS_PER_MS);
            tries.ok = took < (waits_ms[i] + 100) * NS_PER_MS;
        }
        cr_expect(tries.ok, "%lld ms", (long long)waits_ms[i]);
    }
    stop(&tally);
}

Test(deliver_engine, each_attempt_ends_at_its_own_deadline)
{
    struct delivery delivery;
    struct tally tally;
    start(&tally, &delivery, silent, ARRAY_LEN(silent));
    int64_t begun = clock_monotonic_ns();
    send_one(&tally, NULL, 100);
    send_one(&tally, engine_connection_new(delivery.engine), 100);
    send_one(&tally, NULL, 60000);
    while (tally.num[OUTCOME_TIMED_OUT] < 2)
        (void)engine_wait(delivery.engine, NS_PER_S);
    cr_expect_lt(clock_monotonic_ns() - begun, 30 * NS_PER_S);
    cr_expect_eq(engine_wait(delivery.engine, 0), 1);
    stop(&tally);
}

Test(deliver_engine, cancelling_ends_every_attempt_once)
{
    struct delivery delivery;
    struct tally tally;
    start(&tally, &delivery, silent, ARRAY_LEN(silent));
    for (int i = 0; i < 10; i++)
        send_one(&tally, i % 2 ? engine_connection_new(delivery.engine) : NULL, 60000);
    (void)engine_wait(delivery.engine, 50 * NS_PER_MS);
    engine_cancel_all(delivery.engine);
    cr_expect_eq(tally.num[OUTCOME_NOT_SENT], 10);
    cr_expect_eq(engine_wait(delivery.engine, 0), 0);
    stop(&tally);
}

Test(deliver_engine, cancelling_before_anything_was_sent_is_fine)
{
    struct delivery delivery;
    struct tally tally;
    start(&tally, &delivery, silent, ARRAY_LEN(silent));
    send_one(&tally, NULL, 10000);
    send_one(&tally, engine_connection_new(delivery.engine), 10000);
    engine_cancel_all(delivery.engine);
    engine_cancel_all(delivery.engine);
    cr_expect_eq(tally.num[OUTCOME_NOT_SENT], 2);
    cr_expect_eq(raw_server_num_connections(delivery.server), 0);
    stop(&tally);
}

Test(deliver_engine, freeing_it_calls_nobody)
{
    struct delivery delivery;
    struct tally tally;
    start(&tally, &delivery, silent, ARRAY_LEN(silent));
    send_one(&tally, NULL, 10000);
    send_one(&tally, engine_connection_new(delivery.engine), 10000);
    (void)engine_wait(delivery.engine, 50 * NS_PER_MS);
    stop(&tally);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        cr_expect_eq(tally.num[i], 0, "%s", outcome_name((enum outcome)i));
}

struct closing {
    struct engine_connection *other;
    size_t num_done;
};

static void close_other(void *payload, struct observation *seen)
{
    struct closing *closing = payload;
    closing->num_done++;
    observation_clear(seen);
    engine_connection_free(closing->other);
    closing->other = NULL;
}

Test(deliver_engine, a_connection_can_be_freed_from_within_the_call_back_of_another)
{
    struct delivery delivery;
    struct tally tally;
    start(&tally, &delivery, silent, ARRAY_LEN(silent));
    struct engine_connection *one = engine_connection_new(delivery.engine);
    struct closing closing = {.other = engine_connection_new(delivery.engine)};
    const struct engine_send first = {.request = &tally.request,
                                      .connection = one,
                                      .timeout_ns = 100 * NS_PER_MS,
                                      .on_done = close_other,
                                      .payload = &closing};
    struct engine_send second = first;
    second.connection = closing.other;
    engine_send(delivery.engine, &first);
    engine_send(delivery.engine, &second);
    wait_for_all(&tally);
    cr_expect_eq(closing.num_done, 2);
    stop(&tally);
}
