/* Faults of limits and connections, which need more than one request or a large one. */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/clock.h"
#include "tests/support/started_receiver.h"
#include "tests/support/tries.h"

TestSuite(receive_fault_limits, .timeout = 120);

#define RESET (-(int)REPLY_RESET)

Test(receive_fault_limits, b15_breaks_at_a_long_header)
{
    static const int statuses[] = {500, 204};
    struct buf headers = {0};
    buf_add_text(&headers, "X-Long: ");
    buf_add_repeated(&headers, 'x', 9000);
    buf_add_text(&headers, "\r\n");
    const struct posting posting = {.headers = buf_text(&headers)};
    for (int i = 0; i < 2; i++) {
        struct started_receiver started;
        started_begin_wrong(&started, i == 0 ? "B15" : NULL, NULL);
        cr_expect_eq(post_status(&started, &posting), statuses[i]);
        started_end(&started);
    }
    buf_clear(&headers);
}

Test(receive_fault_limits, b20_ends_the_process_when_data_is_nested_deep)
{
    struct started_receiver started;
    struct buf data = {0};
    const struct posting genuine = {0};
    buf_add_repeated(&data, '[', 6000);
    buf_add_repeated(&data, ']', 6000);
    const struct posting deep = {.data = buf_text(&data), .dialect = DIALECT_OBJECT};
    started_begin(&started, NULL);
    cr_expect_eq(post_status(&started, &deep), 204, "the right receiver takes it");
    started_end(&started);
    started_begin_wrong(&started, "B20", NULL);
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_eq(post_status(&started, &deep), RESET);
    started_end(&started);
    cr_expect(started.died);
    buf_clear(&data);
}

Test(receive_fault_limits, f02_resets_instead_of_answering_413)
{
    static const struct {
        const char *fault;
        enum reply_end end;
        int status;
    } sides[] = {{"F02", REPLY_RESET, 0}, {NULL, REPLY_WHOLE, 413}};
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        struct started_receiver started;
        struct client client;
        struct reply reply;
        started_begin_wrong(&started, sides[i].fault, NULL);
        client_open(&client, receiver_port(started.receiver));
        (void)client_send(&client, bytes_of("POST / HTTP/1.1\r\nHost: a\r\n"
                                            "Content-Type: application/json\r\n"
                                            "Content-Length: 20000000\r\n\r\n"));
        client_read(&client, PATIENCE_MS, &reply);
        cr_expect_eq(reply.end, sides[i].end, "side %zu: %d", i, (int)reply.end);
        cr_expect_eq(reply.status, sides[i].status, "side %zu", i);
        reply_clear(&reply);
        client_close(&client);
        started_end(&started);
    }
}

/* Sixteen connections that say nothing keep the seventeenth waiting; one that leaves lets it in. */
Test(receive_fault_limits, f04_serves_sixteen_connections_at_once)
{
    enum { WORKERS = 16 };
    struct started_receiver started;
    struct client held[WORKERS];
    struct client last;
    struct reply reply;
    struct buf bytes = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    started_begin_wrong(&started, "F04", NULL);
    for (int i = 0; i < WORKERS; i++)
        client_open(&held[i], receiver_port(started.receiver));
    client_open(&last, receiver_port(started.receiver));
    (void)client_send(&last, buf_bytes(&bytes));
    client_read(&last, 300, &reply);
    cr_expect_eq(reply.end, REPLY_SILENCE, "all workers are busy");
    reply_clear(&reply);
    client_close(&held[0]);
    client_read(&last, PATIENCE_MS, &reply);
    cr_expect_eq(reply.status, 204, "a worker is free");
    reply_clear(&reply);
    for (int i = 1; i < WORKERS; i++)
        client_close(&held[i]);
    client_close(&last);
    started_end(&started);
    buf_clear(&bytes);
}

Test(receive_fault_limits, f07_refuses_late)
{
    struct started_receiver started;
    const struct posting forged = {.key = "other"};
    started_begin_wrong(&started, "F07=300ms", NULL);
    int64_t start_ns = clock_monotonic_ns();
    cr_expect_eq(post_status(&started, &forged), 401);
    cr_expect_geq(clock_monotonic_ns() - start_ns, 300 * NS_PER_MS);
    started_end(&started);
}

/* Many in a row: at first they get in, then some meet a bare 429, and after a pause one gets in. */
Test(receive_fault_limits, f08_turns_a_burst_away_without_retry_after)
{
    enum { BURST = 40 };
    struct started_receiver started;
    const struct posting genuine = {0};
    started_begin_wrong(&started, "F08", NULL);
    cr_expect_eq(post_status(&started, &genuine), 204);
    struct tries tries = {0};
    while (tries_go_on(&tries)) {
        for (int i = 0; i < BURST; i++) {
            struct reply reply;
            post(&started, &genuine, &reply);
            tries.ok = tries.ok || reply.status == 429;
            cr_expect(reply.status != 429 || !headers_find(&reply.headers, "Retry-After"));
            reply_clear(&reply);
        }
    }
    cr_expect(tries.ok, "a burst is turned away");
    (void)nanosleep(&(struct timespec){.tv_nsec = 200 * NS_PER_MS}, NULL);
    cr_expect_eq(post_status(&started, &genuine), 204, "there is room again");
    started_end(&started);
}

Test(receive_fault_limits, f24_understands_the_first_request_only)
{
    struct started_receiver started;
    struct client client;
    struct buf bytes = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    started_begin_wrong(&started, "F24", NULL);
    client_open(&client, receiver_port(started.receiver));
    for (int i = 0; i < 2; i++) {
        struct reply reply;
        (void)client_send(&client, buf_bytes(&bytes));
        client_read(&client, PATIENCE_MS, &reply);
        cr_expect_eq(reply.status, i == 0 ? 204 : 400);
        reply_clear(&reply);
    }
    client_close(&client);
    started_end(&started);
    buf_clear(&bytes);
}

Test(receive_fault_limits, f25_takes_what_it_has_not_read_for_the_next_request)
{
    static const int wanted[] = {204, 401, 400};
    struct started_receiver started;
    struct client client;
    const struct posting genuine = {0};
    const struct posting unsigned_one = {.no_signature = true};
    started_begin_wrong(&started, "F25", NULL);
    client_open(&client, receiver_port(started.receiver));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        struct buf bytes = {0};
        struct reply reply;
        posting_write(i == 1 ? &unsigned_one : &genuine, &bytes);
        (void)client_send(&client, buf_bytes(&bytes));
        client_read(&client, PATIENCE_MS, &reply);
        cr_expect_eq(reply.status, wanted[i], "%d", reply.status);
        reply_clear(&reply);
        buf_clear(&bytes);
    }
    client_close(&client);
    started_end(&started);
}

Test(receive_fault_limits, f05_answers_late)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other"};
    started_begin_wrong(&started, "F05=300ms", NULL);
    struct tries tries = {0};
    while (tries_go_on(&tries)) {
        int64_t begun_ns = clock_monotonic_ns();
        cr_expect_eq(post_status(&started, &forged), 401);
        tries.ok = clock_monotonic_ns() - begun_ns < 250 * NS_PER_MS;
    }
    cr_expect(tries.ok, "refusals are quick");
    int64_t start_ns = clock_monotonic_ns();
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_geq(clock_monotonic_ns() - start_ns, 300 * NS_PER_MS);
    started_end(&started);
}

Test(receive_fault_limits, f12_resets_a_connection_that_was_idle)
{
    struct started_receiver started;
    struct client client;
    struct reply reply;
    struct buf bytes = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    started_begin_wrong(&started, "F12", NULL);
    struct tries tries = {0};
    while (tries_go_on(&tries)) {
        if (tries.count > 1)
            client_close(&client);
        client_open(&client, receiver_port(started.receiver));
        for (int i = 0; i < 2; i++) {
            (void)client_send(&client, buf_bytes(&bytes));
            client_read(&client, PATIENCE_MS, &reply);
            tries.ok = reply.status == 204;
            reply_clear(&reply);
        }
    }
    cr_expect(tries.ok, "used again at once");
    client_read(&client, 700, &reply);
    cr_expect_eq(reply.end, REPLY_SILENCE, "it announces nothing");
    reply_clear(&reply);
    (void)client_send(&client, buf_bytes(&bytes));
    client_read(&client, PATIENCE_MS, &reply);
    cr_expect_eq(reply.end, REPLY_RESET);
    reply_clear(&reply);
    client_close(&client);
    buf_clear(&bytes);
    started_end(&started);
}

Test(receive_fault_limits, f17_sends_bytes_after_a_204)
{
    struct started_receiver started;
    struct client client;
    struct reply reply;
    struct buf bytes = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    started_begin_wrong(&started, "F17", NULL);
    client_open(&client, receiver_port(started.receiver));
    (void)client_send(&client, buf_bytes(&bytes));
    client_read(&client, PATIENCE_MS, &reply);
    cr_expect_eq(reply.status, 204);
    cr_expect_str_eq(buf_text(&client.rest), "{\"ok\":true}");
    reply_clear(&reply);
    client_close(&client);
    buf_clear(&bytes);
    started_end(&started);
}

/* --- what befalls requests whatever they hold: so many genuine events in a row --- */

#define IN_A_ROW 12

static const struct {
    const char *fault;
    int status; /* of those that fail */
    int failed; /* of IN_A_ROW */
} rows[] = {
    {"H01=503,4", 503, 3},      {"H03=502,2", 502, 2}, {"H05=503,5", 503, 7},
    {"H06=5", -REPLY_RESET, 7}, {"H09=1/4", 401, 3},   {"H10=1/3", 401, 4},
};

Test(receive_fault_limits, some_events_of_a_row_fail_whatever_they_hold)
{
    const struct posting genuine = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct started_receiver started;
        int failed = 0;
        started_begin_wrong(&started, rows[i].fault, NULL);
        for (int k = 0; k < IN_A_ROW; k++) {
            int status = post_status(&started, &genuine);
            failed += status != 204;
            cr_expect(status == 204 || status == rows[i].status, "%s: %d", rows[i].fault, status);
        }
        cr_expect_leq(abs(failed - rows[i].failed),
                      rows[i].fault[2] == '5' || rows[i].fault[2] == '6' ? 6 : 0, "%s: %d",
                      rows[i].fault, failed);
        started_end(&started);
    }
}

Test(receive_fault_limits, h11_keeps_everybody_out_after_so_many_forgeries)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other"};
    struct tries tries = {0};
    while (tries_go_on(&tries)) {
        started_begin_wrong(&started, "H11=403,3", NULL);
        for (int i = 0; i < 5; i++)
            cr_expect_eq(post_status(&started, &genuine), 204);
        for (int i = 0; i < 3; i++)
            cr_expect_eq(post_status(&started, &forged), 401);
        int kept_out = post_status(&started, &genuine); /* for one second */
        tries.ok = kept_out == 403 && post_status(&started, &forged) == 403;
        (void)nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100 * NS_PER_MS}, NULL);
        cr_expect_eq(post_status(&started, &genuine), 204);
        started_end(&started);
    }
    cr_expect(tries.ok);
}

Test(receive_fault_limits, h12_is_slow_after_a_pause)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    struct tries tries = {0};
    started_begin_wrong(&started, "H12=200ms", NULL);
    cr_expect_eq(post_status(&started, &genuine), 204);
    while (tries_go_on(&tries)) {
        int64_t start_ns = clock_monotonic_ns();
        cr_expect_eq(post_status(&started, &genuine), 204);
        tries.ok = clock_monotonic_ns() - start_ns < NS_PER_S;
    }
    cr_expect(tries.ok, "without a pause");
    (void)nanosleep(&(struct timespec){.tv_nsec = 300 * NS_PER_MS}, NULL);
    int64_t begun_ns = clock_monotonic_ns();
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_geq(clock_monotonic_ns() - begun_ns, NS_PER_S - 20 * NS_PER_MS);
    started_end(&started);
}

Test(receive_fault_limits, h07_ends_after_so_many_bytes)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    started_begin_wrong(&started, "H07=300", NULL);
    cr_expect_eq(post_status(&started, &genuine), 204);
    for (int i = 0; i < 4 && !started.died; i++)
        (void)post_status(&started, &genuine);
    started_end(&started);
    cr_expect(started.died);
}

Test(receive_fault_limits, h08_verifies_on_every_second_instance)
{
    struct started_receiver started;
    const struct posting forged = {.key = "other"};
    int in = 0;
    started_begin_wrong(&started, "H08", NULL);
    for (int i = 0; i < IN_A_ROW; i++)
        in += post_status(&started, &forged) == 204;
    started_end(&started);
    cr_expect_eq(in, IN_A_ROW / 2);
}

/* The first one works for 20 ms; what comes meanwhile is one too many. */
Test(receive_fault_limits, h04_takes_on_so_many_at_once)
{
    enum { CROWD = 4 };
    struct started_receiver started;
    struct client clients[CROWD];
    struct buf bytes = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    started_begin_wrong(&started, "H04=503,1", NULL);
    struct tries tries = {0};
    while (tries_go_on(&tries)) {
        int refused = 0;
        for (int i = 0; i < CROWD; i++)
            client_open(&clients[i], receiver_port(started.receiver));
        for (int i = 0; i < CROWD; i++)
            (void)client_send(&clients[i], buf_bytes(&bytes));
        for (int i = 0; i < CROWD; i++) {
            struct reply reply;
            client_read(&clients[i], PATIENCE_MS, &reply);
            refused += reply.status == 503;
            cr_expect(reply.status == 503 || reply.status == 204);
            reply_clear(&reply);
            client_close(&clients[i]);
        }
        tries.ok = refused > 0 && refused < CROWD; /* else they came one by one */
    }
    started_end(&started);
    cr_expect(tries.ok);
    buf_clear(&bytes);
}

/* --- several at once --- */

Test(receive_fault_limits, faults_of_different_stages_are_combined_with_their_own_arguments)
{
    static const char *const both[] = {"G09=302", "H01=503,3", "E11"};
    const struct receiver_options options = {.faults = both, .num_faults = ARRAY_LEN(both)};
    struct started_receiver started;
    const struct posting genuine = {0};
    const struct posting charset = {.content_type = "application/json; charset=utf-8"};
    started_begin(&started, &options);
    cr_expect_eq(post_status(&started, &genuine), 302);
    cr_expect_eq(post_status(&started, &charset), 415);
    cr_expect_eq(post_status(&started, &genuine), 503);
    started_end(&started);
}
