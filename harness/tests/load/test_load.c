/* A whole load, in this process, against the reference receiver and against servers that fail. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "load/load.h"
#include "suite/step.h"
#include "tests/support/delivery.h"
#include "tests/support/raw_server.h"
#include "tests/support/started_receiver.h"

TestSuite(load_load, .timeout = 120);

struct loading {
    struct catalogue *catalogue;
    struct secret secret;
    struct composer composer;
    struct step step;
    struct target target;
    struct engine_options engine;
    struct load_type types[2];
    struct load_plan plan;
    struct load_result result;
    bool is_unreached;
    struct error err;
};

static void begin(struct loading *loading, int port)
{
    *loading = (struct loading){.types = {{"crm.contact.created", 3}, {"crm.deal.created", 1}}};
    char *url = mem_format("http://127.0.0.1:%d/hook", port);
    cr_assert(target_parse(&loading->target, url, NULL));
    secret_set(&loading->secret, bytes_of(RECEIVER_SECRET));
    step_init(&loading->step);
    free(url);
    loading->catalogue = catalogue_load();
    loading->composer =
        (struct composer){.catalogue = loading->catalogue, .secret = &loading->secret};
    loading->plan = (struct load_plan){
        .target = &loading->target,
        .engine = &loading->engine,
        .composer = &loading->composer,
        .step = &loading->step,
        .types = loading->types,
        .num_types = ARRAY_LEN(loading->types),
        .per_second = 2000,
        .connections = 10,
        .threads = 1,
        .duration_ns = 60 * NS_PER_S,
        .deadline_ns = 20 * NS_PER_S,
        .max_requests = 600,
        .seed = 7,
    };
}

static void end(struct loading *loading)
{
    load_result_clear(&loading->result);
    target_clear(&loading->target);
    step_clear(&loading->step);
    secret_clear(&loading->secret);
    catalogue_free(loading->catalogue);
}

static void run(struct loading *loading)
{
    cr_assert(load_run(&loading->plan, &loading->result, &loading->is_unreached, &loading->err),
              "%s", loading->err.message);
}

Test(load_load, finds_a_right_endpoint_right_in_both_loops)
{
    for (int64_t rate = 0; rate <= 2000; rate += 2000) {
        struct started_receiver receiver;
        struct loading loading;
        started_begin(&receiver, NULL);
        begin(&loading, receiver_port(receiver.receiver));
        loading.plan.per_second = rate;
        loading.plan.forged = 0.2;
        loading.plan.duplicates = 0.1;
        loading.plan.threads = 2;
        run(&loading);
        const struct tally *tally = &loading.result.tally;
        cr_expect_eq(tally->answered, 600);
        cr_expect_eq(tally_errors(tally), 0);
        cr_expect_eq(tally_outcomes(tally), 600);
        cr_expect_eq(tally->latency.count, 600);
        for (size_t i = 0; i < LOAD_NUM_KINDS; i++) {
            cr_expect(tally->by_kind[i] > 20, "%s: %d", load_kinds[i], (int)tally->by_kind[i]);
            cr_expect_eq(tally->fine[i], tally->by_kind[i]);
        }
        end(&loading);
        started_end(&receiver);
    }
}

Test(load_load, keeps_a_forgery_that_was_accepted_whole)
{
    struct started_receiver receiver;
    struct loading loading;
    started_begin_wrong(&receiver, "A01", NULL);
    begin(&loading, receiver_port(receiver.receiver));
    loading.plan.forged = 0.5;
    run(&loading);
    const struct tally *tally = &loading.result.tally;
    cr_expect_eq(tally->faults[LOAD_FORGERY_ACCEPTED].count, tally->by_kind[LOAD_FORGED]);
    cr_expect_eq(tally_findings(tally), tally->by_kind[LOAD_FORGED]);
    cr_assert_eq(tally->num_offenders, LOAD_OFFENDERS_MAX);
    const struct load_offender *offender = &tally->offenders[0];
    cr_expect_eq(offender->kind, LOAD_FORGED);
    cr_expect_not_null(offender->forgery);
    cr_expect_eq(strncmp(buf_text(&offender->request), "POST /hook HTTP/1.1\r\n", 21), 0);
    cr_expect(strstr(buf_text(&offender->request), "\r\n\r\n{\"id_event\":\"7e57c0de-"));
    cr_expect_eq(strncmp(buf_text(&offender->answer), "HTTP/1.1 204", 12), 0);
    end(&loading);
    started_end(&receiver);
}

Test(load_load, keeps_a_genuine_event_that_was_refused)
{
    struct started_receiver receiver;
    struct loading loading;
    started_begin(&receiver, NULL);
    begin(&loading, receiver_port(receiver.receiver));
    secret_set(&loading.secret, bytes_of("another secret"));
    run(&loading);
    cr_expect_eq(loading.result.tally.faults[LOAD_GENUINE_REFUSED].count, 600);
    end(&loading);
    started_end(&receiver);
}

static const struct raw_step closing[] = {{RAW_READ_REQUEST, NULL, 0}};
static const struct raw_step unready[] = {
    {RAW_READ_REQUEST, NULL, 0},
    {RAW_SEND, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 0}};
static const struct raw_step no_http[] = {{RAW_READ_REQUEST, NULL, 0},
                                          {RAW_SEND, "hello\r\n\r\n", 0}};
static const struct raw_step silent[] = {{RAW_HOLD, NULL, 0}};
static const struct raw_step until_close[] = {{RAW_READ_REQUEST, NULL, 0},
                                              {RAW_SEND, "HTTP/1.1 200 OK\r\n\r\nfine", 0}};

Test(load_load, names_each_kind_of_error)
{
    static const struct {
        const struct raw_step *steps;
        size_t num_steps;
        enum load_fault fault;
    } rows[] = {
        {closing, ARRAY_LEN(closing), LOAD_CLOSED},
        {unready, ARRAY_LEN(unready), LOAD_SERVER_ERROR},
        {no_http, ARRAY_LEN(no_http), LOAD_MALFORMED},
        {silent, ARRAY_LEN(silent), LOAD_TIMED_OUT},
        {until_close, ARRAY_LEN(until_close), LOAD_FINE},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct loading loading;
        struct raw_server *server = raw_server_start(rows[i].steps, rows[i].num_steps, NULL);
        begin(&loading, raw_server_port(server));
        loading.plan.max_requests = 20;
        loading.plan.deadline_ns = rows[i].fault == LOAD_TIMED_OUT ? NS_PER_S / 2 : 20 * NS_PER_S;
        run(&loading);
        const struct tally *tally = &loading.result.tally;
        uint64_t got =
            rows[i].fault ? tally->faults[rows[i].fault].count : tally->fine[LOAD_GENUINE];
        cr_expect_eq(got, 20, "%s: %d", load_faults[rows[i].fault].name, (int)got);
        cr_expect_eq(tally_outcomes(tally), 20);
        end(&loading);
        raw_server_stop(server);
    }
}

static const struct raw_step rude[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_CLOSE, NULL, 0}};
static const struct raw_step cut[] = {
    {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfin", 0}};

/* Over TLS an end without a farewell is no end of an answer; and a long event takes many writes. */
Test(load_load, speaks_tls_on_its_own)
{
    static const struct {
        const struct raw_step *steps;
        size_t num_steps;
        enum load_fault fault;
    } rows[] = {{until_close, ARRAY_LEN(until_close), LOAD_FINE},
                {unready, ARRAY_LEN(unready), LOAD_SERVER_ERROR},
                {cut, ARRAY_LEN(cut), LOAD_CLOSED},
                {rude, ARRAY_LEN(rude), LOAD_CLOSED}};
    struct test_cert cert;
    test_cert_make(&cert);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct loading loading;
        struct raw_server *server =
            raw_server_start(rows[i].steps, rows[i].num_steps,
                             &(struct raw_options){.cert = cert.cert, .key = cert.key});
        begin(&loading, raw_server_port(server));
        char *url = mem_format("https://127.0.0.1:%d/hook", raw_server_port(server));
        target_clear(&loading.target);
        cr_assert(target_parse(&loading.target, url, NULL));
        free(url);
        loading.engine.insecure = true;
        loading.step.size = 1000000;
        loading.plan.max_requests = 5;
        run(&loading);
        const struct tally *tally = &loading.result.tally;
        uint64_t got =
            rows[i].fault ? tally->faults[rows[i].fault].count : tally->fine[LOAD_GENUINE];
        cr_expect_eq(got, 5, "%zu: %d", i, (int)got);
        cr_expect_gt(tally->bytes_sent, 5000000);
        end(&loading);
        raw_server_stop(server);
    }
    test_cert_remove(&cert);
}

static const struct raw_step stalling[] = {
    {RAW_READ_REQUEST, NULL, 0},
    {RAW_PAUSE, NULL, 1000},
    {RAW_SEND, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", 0}};

/* One connection, and a second for each response: of the requests due in the first second those
 * behind the first wait for it, and are not forgotten. */
Test(load_load, counts_latency_from_when_a_request_was_due)
{
    struct loading loading;
    struct raw_server *server = raw_server_start(stalling, ARRAY_LEN(stalling), NULL);
    begin(&loading, raw_server_port(server));
    loading.plan.per_second = 10;
    loading.plan.connections = 1;
    loading.plan.max_requests = 3;
    run(&loading);
    const struct tally *tally = &loading.result.tally;
    cr_expect_eq(tally->answered, 3);
    cr_expect(tally->latency.max_ns >= 2800 * NS_PER_MS, "%d ms",
              (int)(tally->latency.max_ns / NS_PER_MS));
    cr_expect(tally->queue.max_ns >= 1800 * NS_PER_MS);
    cr_expect(tally->wait.min_ns >= 500 * NS_PER_MS);
    end(&loading);
    raw_server_stop(server);
}

Test(load_load, counts_what_was_due_and_never_sent)
{
    struct loading loading;
    struct raw_server *server = raw_server_start(silent, ARRAY_LEN(silent), NULL);
    begin(&loading, raw_server_port(server));
    loading.plan.per_second = 100;
    loading.plan.connections = 2;
    loading.plan.max_requests = 0;
    loading.plan.duration_ns = NS_PER_S;
    loading.plan.deadline_ns = 2 * NS_PER_S;
    run(&loading);
    const struct tally *tally = &loading.result.tally;
    cr_expect_eq(tally->faults[LOAD_UNSENT].count, 98);
    cr_expect_eq(tally->faults[LOAD_TIMED_OUT].count, 2);
    cr_expect_eq(tally_outcomes(tally), 100);
    end(&loading);
    raw_server_stop(server);
}

static const struct raw_step throttling[] = {
    {RAW_READ_REQUEST, NULL, 0},
    {RAW_SEND,
     "HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 0}};

Test(load_load, obeys_retry_after)
{
    struct loading loading;
    struct raw_server *server = raw_server_start(throttling, ARRAY_LEN(throttling), NULL);
    begin(&loading, raw_server_port(server));
    loading.plan.connections = 1;
    loading.plan.max_requests = 3;
    int64_t begun_ns = clock_monotonic_ns();
    run(&loading);
    cr_expect(clock_monotonic_ns() - begun_ns >= 2 * NS_PER_S);
    cr_expect_eq(loading.result.tally.faults[LOAD_THROTTLED].count, 3);
    cr_expect(loading.result.tally.paused_ns >= 1900 * NS_PER_MS);
    end(&loading);
    raw_server_stop(server);
}

Test(load_load, says_that_nothing_listens)
{
    struct loading loading;
    struct raw_server *server = raw_server_start(silent, ARRAY_LEN(silent), NULL);
    begin(&loading, raw_server_port(server));
    raw_server_stop(server);
    cr_expect_not(load_run(&loading.plan, &loading.result, &loading.is_unreached, &loading.err));
    cr_expect(loading.is_unreached);
    cr_expect(strstr(loading.err.message, "cannot connect to http://127.0.0.1:"), "%s",
              loading.err.message);
    end(&loading);
}
