/* Endpoints that answer too early, too much, too slowly or never: by both ways. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/delivery.h"

TestSuite(deliver_hostile, .timeout = 120);

static struct request large_request(void)
{
    char *body = mem_alloc(8 * 1024 * 1024 + 1);
    memset(body, 'x', 8 * 1024 * 1024);
    struct request request = delivery_request(body);
    free(body);
    return request;
}

struct early_row {
    const char *what;
    const char *answer;
    enum raw_action then;
    int status;
};

static const struct early_row early[] = {
    {"413 and close", "HTTP/1.1 413 L\r\nContent-Length: 2\r\n\r\nno", RAW_PAUSE, 413},
    {"413 announced to close", "HTTP/1.1 413 L\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
     RAW_PAUSE, 413},
    {"413 and hold", "HTTP/1.1 413 L\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", RAW_HOLD,
     413},
    {"200 and hold", "HTTP/1.1 200 L\r\nContent-Length: 2\r\n\r\nok", RAW_HOLD, 200},
    {"204 and close", "HTTP/1.1 204 L\r\n\r\n", RAW_PAUSE, 204},
};

Test(deliver_hostile, an_answer_before_the_request_is_gone_is_an_answer)
{
    for (size_t i = 0; i < 2 * ARRAY_LEN(early); i++) {
        const struct early_row *row = &early[i / 2];
        const struct raw_step steps[] = {
            {RAW_READ_HEAD, NULL, 0}, {RAW_SEND, row->answer, 0}, {row->then, NULL, 0}};
        struct delivery delivery;
        delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
        struct request request = large_request();
        struct engine_connection *connection =
            i % 2 ? engine_connection_new(delivery.engine) : NULL;
        struct observation seen = delivery_send(&delivery, &request, connection, 60000);
        cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s, raw %zu: %s %s", row->what, i % 2,
                     outcome_name(seen.outcome), seen.detail);
        cr_expect_eq(seen.status, row->status, "%s, raw %zu", row->what, i % 2);
        cr_expect_lt(seen.total_ns, 40 * NS_PER_S, "%s waited for the deadline", row->what);
        request_clear(&request);
        observation_clear(&seen);
        delivery_stop(&delivery);
    }
}

struct hostile_row {
    const char *what;
    struct raw_step steps[3];
    enum outcome outcome;    /* by the raw way */
    bool libcurl_is_patient; /* ... while libcurl reads on until the deadline */
};

static const struct hostile_row hostile[] = {
    {"silence", {{RAW_READ_REQUEST, NULL, 0}, {RAW_HOLD, NULL, 0}}, OUTCOME_TIMED_OUT, false},
    {"never reading", {{RAW_HOLD, NULL, 0}}, OUTCOME_TIMED_OUT, false},
    {"a body without end",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\n\r\n", 0},
      {RAW_FLOOD, "0123456789012345678901234567890123456789012345678901234567890123456789", 0}},
     OUTCOME_TIMED_OUT,
     false},
    {"a chunked body without end",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 0},
      {RAW_FLOOD, "1\r\nx\r\n", 0}},
     OUTCOME_TIMED_OUT,
     false},
    {"chunk extensions without end",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", 0},
      {RAW_FLOOD, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0}},
     OUTCOME_MALFORMED,
     true},
    {"headers without end",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\n", 0},
      {RAW_FLOOD, "X-Header: some value of a header that goes on\r\n", 0}},
     OUTCOME_MALFORMED,
     false},
    {"one header without end",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\nX: ", 0},
      {RAW_FLOOD, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0}},
     OUTCOME_MALFORMED,
     false},
    {"a status line without end",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 ", 0},
      {RAW_FLOOD, "xxxxxxxxxxxxxxxxxxxxxx", 0}},
     OUTCOME_MALFORMED,
     false},
    {"interim answers slowly without end",
     {{RAW_READ_REQUEST, NULL, 0}, {RAW_FLOOD_SLOWLY, "HTTP/1.1 100 Continue\r\n\r\n", 20}},
     OUTCOME_TIMED_OUT,
     false},
    {"a dripping head",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\n", 0},
      {RAW_FLOOD_SLOWLY, "X: y\r\n", 20}},
     OUTCOME_TIMED_OUT,
     false},
    {"a dripping body",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", 0},
      {RAW_FLOOD_SLOWLY, "x", 20}},
     OUTCOME_TIMED_OUT,
     false},
};

static void meet(const struct hostile_row *row, bool raw)
{
    size_t num_steps = 0;
    while (num_steps < ARRAY_LEN(row->steps) && (num_steps == 0 || row->steps[num_steps].action))
        num_steps++;
    struct delivery delivery;
    delivery_start(&delivery, row->steps, num_steps, NULL);
    struct request request = large_request();
    if (row->steps[0].action == RAW_READ_REQUEST) {
        request_clear(&request);
        request = delivery_request("{}");
    }
    struct engine_connection *connection = raw ? engine_connection_new(delivery.engine) : NULL;
    enum outcome expected = row->libcurl_is_patient && !raw ? OUTCOME_TIMED_OUT : row->outcome;
    int64_t timeout_ms = expected == OUTCOME_TIMED_OUT ? 500 : 60000;
    struct observation seen = delivery_send(&delivery, &request, connection, timeout_ms);
    cr_expect_eq(seen.outcome, expected, "%s, raw %d: %s %s", row->what, raw,
                 outcome_name(seen.outcome), seen.detail);
    cr_expect_lt(seen.total_ns, (timeout_ms + 20000) * NS_PER_MS, "%s, raw %d: %.3f s", row->what,
                 raw, (double)seen.total_ns / 1e9);
    cr_expect_leq(seen.body.len, OBSERVED_BODY_MAX, "%s", row->what);
    cr_expect_leq(seen.head_len, 256 * 1024, "%s", row->what);
    observation_clear(&seen);
    request_clear(&request);
    delivery_stop(&delivery);
}

static long resident_kib(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

Test(deliver_hostile, a_hostile_endpoint_costs_bounded_time_and_memory)
{
    long before = resident_kib();
    for (size_t i = 0; i < 2 * ARRAY_LEN(hostile); i++)
        meet(&hostile[i / 2], i % 2);
    cr_expect_lt(resident_kib() - before, 256 * 1024, "grew by %ld KiB", resident_kib() - before);
}

Test(deliver_hostile, interim_answers_at_full_speed_end_too)
{
    struct hostile_row row = {
        "interim answers without end",
        {{RAW_READ_REQUEST, NULL, 0}, {RAW_FLOOD, "HTTP/1.1 100 Continue\r\n\r\n", 0}},
        OUTCOME_MALFORMED,
        false};
    meet(&row, false);
    row.outcome = OUTCOME_TIMED_OUT; /* the raw way holds one head at a time and can read on */
    meet(&row, true);
}

Test(deliver_hostile, a_compressed_bomb_costs_bounded_memory_and_time)
{
    FILE *gzip = popen("head -c 134217728 /dev/zero | gzip -1 -c", "r");
    cr_assert(gzip);
    struct buf body = {0};
    char data[65536];
    for (size_t len; (len = fread(data, 1, sizeof data, gzip)) > 0;)
        buf_add(&body, data, len);
    cr_assert_eq(pclose(gzip), 0);
    struct buf wire = {0};
    buf_add_format(&wire,
                   "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
                   body.len);
    buf_add_bytes(&wire, buf_bytes(&body));
    const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, wire.data, wire.len}};
    struct delivery delivery;
    delivery_start(&delivery, steps, ARRAY_LEN(steps), NULL);
    struct observation seen = delivery_post(&delivery, NULL, 60000);
    cr_expect_eq(seen.outcome, OUTCOME_MALFORMED, "%s", outcome_name(seen.outcome));
    cr_expect(strstr(seen.detail, "64 MiB"), "%s", seen.detail);
    cr_expect_eq(seen.body.len, OBSERVED_BODY_MAX);
    cr_expect_lt(seen.body_len, UINT64_C(66) * 1024 * 1024);
    observation_clear(&seen);
    delivery_stop(&delivery); /* until then the server may be sending `wire` */
    buf_clear(&body);
    buf_clear(&wire);
}
