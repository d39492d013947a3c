/* Every behaviour, seen from the client's side. */
#include "receive/behaviour.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "tests/support/started_receiver.h"
#include "tests/support/tries.h"

TestSuite(receive_behaviour, .timeout = 120);

struct row {
    const char *behaviour;
    enum reply_end end;
    int status;
    const char *body;   /* NULL = whatever */
    const char *header; /* name of one that must be there; NULL = none */
    bool closes;        /* the connection is not kept */
};

static const struct row rows[] = {
    {"status=503", REPLY_WHOLE, 503, "", NULL, false},
    {"status=200", REPLY_WHOLE, 200, "", NULL, false},
    {"header=X-One: two", REPLY_WHOLE, 204, "", "X-One", false},
    {"text", REPLY_WHOLE, 200, "ok\n", "Content-Type", false},
    {"text=hello", REPLY_WHOLE, 200, "hello", "Content-Type", false},
    {"json", REPLY_WHOLE, 200, "{\"received\":true}", "Content-Type", false},
    {"html", REPLY_WHOLE, 200, NULL, "Content-Type", false},
    {"redirect", REPLY_WHOLE, 307, "", "Location", false},
    {"redirect=301,http://x.test/", REPLY_WHOLE, 301, "", "Location", false},
    {"delay=20ms", REPLY_WHOLE, 204, "", NULL, false},
    {"delay-per-mib=1ms", REPLY_WHOLE, 204, "", NULL, false},
    {"drip=1ms", REPLY_WHOLE, 204, "", NULL, false},
    {"truncate", REPLY_CLOSED, 0, "", NULL, true},
    {"truncate=0", REPLY_CLOSED, 0, "", NULL, true},
    {"truncate=999", REPLY_WHOLE, 204, "", NULL, true},
    {"reset", REPLY_RESET, 0, "", NULL, true},
    {"reset=10", REPLY_RESET, 0, "", NULL, true},
    {"reset-upload", REPLY_RESET, 0, "", NULL, true},
    {"reset-after", REPLY_WHOLE, 204, "", NULL, true},
    {"close", REPLY_CLOSED, 0, "", NULL, true},
    {"silence", REPLY_SILENCE, 0, "", NULL, false},
    {"garbage", REPLY_MALFORMED, 0, "", NULL, true},
    {"wrong-length", REPLY_CLOSED, 200, "accepted\n", NULL, true},
    {"wrong-length=-4", REPLY_WHOLE, 200, "accep", NULL, true},
    {"body-after-204", REPLY_WHOLE, 204, "", NULL, false},
    {"extra-bytes", REPLY_WHOLE, 204, "", NULL, false},
    {"chunked", REPLY_WHOLE, 200, "", "Transfer-Encoding", false},
    {"gzip", REPLY_WHOLE, 204, "", NULL, false}, /* no body, and nobody asked */
    {"gzip-bomb=64KiB", REPLY_WHOLE, 200, NULL, "Content-Encoding", false},
    {"http-1.0", REPLY_WHOLE, 204, "", NULL, true},
    {"connection-close", REPLY_WHOLE, 204, "", "Connection", true},
    {"silent-close", REPLY_WHOLE, 204, "", NULL, true},
    {"bare-lf", REPLY_WHOLE, 204, "", NULL, false},
    {"huge-header", REPLY_WHOLE, 204, "", "X-Padding", false},
    {"interim=3", REPLY_WHOLE, 204, "", NULL, false},
    {"redirect-chain", REPLY_WHOLE, 307, "", "Location", false},
    {"redirect-chain=302,1", REPLY_WHOLE, 302, "", "Location", false},
    {"chunk-details", REPLY_WHOLE, 200, "", "Transfer-Encoding", false},
    {"unframed", REPLY_WHOLE, 204, "", NULL, true},
    {"lower-case", REPLY_WHOLE, 204, "", NULL, false},
    {"no-reason", REPLY_WHOLE, 204, "", NULL, false},
    {"unasked-continue", REPLY_WHOLE, 204, "", NULL, false},
    {"read-slowly=1MiB", REPLY_WHOLE, 204, "", NULL, false},
    {"answer-early", REPLY_WHOLE, 200, "", "Connection", true},
    {"endless", REPLY_SILENCE, 200, NULL, NULL, true},      /* see below */
    {"refuse-continue", REPLY_WHOLE, 204, "", NULL, false}, /* see below */
};

static void check_row(const struct row *row)
{
    struct started_receiver started;
    struct client client;
    struct reply reply;
    struct buf bytes = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    started_begin_wrong(&started, NULL, row->behaviour);
    client_open(&client, receiver_port(started.receiver));
    (void)client_send(&client, buf_bytes(&bytes));
    client_read(&client, row->end == REPLY_SILENCE ? 200 : PATIENCE_MS, &reply);
    cr_expect_eq(reply.end, row->end, "%s: ended with %d", row->behaviour, (int)reply.end);
    cr_expect_eq(reply.status, row->status, "%s: %d", row->behaviour, reply.status);
    cr_expect(!row->body || strcmp(buf_text(&reply.body), row->body) == 0, "%s: \"%s\"",
              row->behaviour, buf_text(&reply.body));
    cr_expect(!row->header || headers_find(&reply.headers, row->header), "%s", row->behaviour);
    cr_expect_eq(client_sees_end(&client, row->closes ? 5000 : 50), row->closes, "%s",
                 row->behaviour);
    reply_clear(&reply);
    client_close(&client);
    buf_clear(&bytes);
    started_end(&started);
}

Test(receive_behaviour, each_does_what_its_sentence_says)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].behaviour, "endless") != 0)
            check_row(&rows[i]);
}

static bool is_tested(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strncmp(rows[i].behaviour, name, len) == 0 &&
            (rows[i].behaviour[len] == '=' || rows[i].behaviour[len] == '\0'))
            return true;
    return false;
}

Test(receive_behaviour, the_table_is_complete)
{
    const struct behaviour *behaviour;
    for (size_t i = 0; (behaviour = table_at(&behaviour_table, i)); i++) {
        cr_expect(is_tested(behaviour->name), "%s has no test", behaviour->name);
        cr_expect_eq(table_find(&behaviour_table, behaviour->name, NULL), behaviour);
        cr_expect(behaviour->argument.kind == ARGUMENT_NONE || behaviour->argument.meaning);
    }
    cr_expect_null(table_find(&behaviour_table, "none", NULL));
}

Test(receive_behaviour, endless_bodies_cost_no_memory_and_end_with_the_client)
{
    struct started_receiver started;
    struct client client;
    struct buf bytes = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    started_begin_wrong(&started, NULL, "endless");
    client_open(&client, receiver_port(started.receiver));
    (void)client_send(&client, buf_bytes(&bytes));
    char piece[65536];
    size_t len = 0;
    while (len < 50000000) {
        ssize_t got = read(client.fd, piece, sizeof piece);
        cr_assert_gt(got, 0);
        len += (size_t)got;
    }
    client_close(&client);
    buf_clear(&bytes);
    started_end(&started);
}

Test(receive_behaviour, refuse_continue_answers_417_to_who_waits)
{
    struct started_receiver started;
    struct reply reply;
    const struct posting waiting = {.headers = "Expect: 100-continue\r\n"};
    started_begin_wrong(&started, NULL, "refuse-continue");
    post(&started, &waiting, &reply);
    cr_expect_eq(reply.status, 417);
    cr_expect_eq(reply.num_interim, 0);
    reply_clear(&reply);
    started_end(&started);
}

Test(receive_behaviour, several_combine_in_the_order_given)
{
    static const char *const several[] = {"status=201", "text=hi", "delay=50ms", "chunked",
                                          "connection-close"};
    const struct receiver_options options = {.behaviours = several,
                                             .num_behaviours = ARRAY_LEN(several)};
    const struct posting genuine = {0};
    struct started_receiver started;
    struct reply reply;
    started_begin(&started, &options);
    int64_t start_ns = clock_monotonic_ns();
    post(&started, &genuine, &reply);
    cr_expect_geq(clock_monotonic_ns() - start_ns, 50 * NS_PER_MS);
    cr_expect_eq(reply.status, 201);
    cr_expect_str_eq(buf_text(&reply.body), "hi");
    cr_expect_not(reply.keep_alive);
    reply_clear(&reply);
    started_end(&started);
}

/* Everything that comes until the connection ends, or nothing more comes for a while. */
static void read_all(const char *const *several, size_t count, const struct posting *posting,
                     struct buf *out)
{
    const struct receiver_options options = {.behaviours = several, .num_behaviours = count};
    struct started_receiver started;
    struct client client;
    struct buf bytes = {0};
    char piece[4096];
    const struct timeval patience = {0, 300000};
    posting_write(posting, &bytes);
    started_begin(&started, &options);
    client_open(&client, receiver_port(started.receiver));
    (void)setsockopt(client.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)client_send(&client, buf_bytes(&bytes));
    for (ssize_t len; (len = recv(client.fd, piece, sizeof piece, 0)) > 0;)
        buf_add(out, piece, (size_t)len);
    client_close(&client);
    started_end(&started);
    buf_clear(&bytes);
}

Test(receive_behaviour, combinations_are_on_the_wire_as_they_are_named)
{
    static const struct {
        const char *several[5];
        const char *wire; /* no time is told to these receivers, so that there is no Date */
    } rows_of_bytes[] = {
        {{"body-after-204=x", "lower-case", "header=X-A: b", "connection-close"},
         "HTTP/1.1 204 No Content\r\nx-a: b\r\nconnection: close\r\n\r\nx"},
        {{"status=418", "no-reason", "bare-lf", "connection-close"},
         "HTTP/1.1 418 \nContent-Length: 0\nConnection: close\n\n"},
        {{"text=abcd", "chunk-details", "interim", "connection-close"},
         "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/plain; "
         "charset=utf-8\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3;part=\"a\"\r\n"
         "abc\r\n1;part=\"a\"\r\nd\r\n0\r\nX-Checked: yes\r\n\r\n"},
        {{"unasked-continue", "truncate=40", "drip=1ms"},
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No"},
        {{"text=hi", "wrong-length=-1", "extra-bytes=more", "http-1.0"},
         "HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
         "1\r\nConnection: close\r\n\r\nhimore"},
        {{"text=hi", "unframed", "silent-close"},
         "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhi"},
        {{"redirect=303,http://other.test/", "header=X-A: b", "connection-close"},
         "HTTP/1.1 303 See Other\r\nLocation: http://other.test/\r\nX-A: b\r\nContent-Length: "
         "0\r\nConnection: close\r\n\r\n"},
        {{"answer-early=202", "text=early", "lower-case"},
         "HTTP/1.1 202 Accepted\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: "
         "5\r\nconnection: close\r\n\r\nearly"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows_of_bytes); i++) {
        const struct posting genuine = {0};
        struct buf wire = {0};
        size_t count = 0;
        while (rows_of_bytes[i].several[count])
            count++;
        read_all(rows_of_bytes[i].several, count, &genuine, &wire);
        cr_expect_str_eq(buf_text(&wire), rows_of_bytes[i].wire, "row %zu", i);
        buf_clear(&wire);
    }
}

Test(receive_behaviour, a_chain_of_redirects_ends)
{
    static const struct {
        const char *target, *location;
        int status;
    } hops[] = {{"/hook", "/hop/1", 308},
                {"/hop/1", "/hop/2", 308},
                {"/hop/2", NULL, 204},
                {"/hop/x", "/hop/1", 308},
                {"/hop/-5", NULL, 204}};
    struct started_receiver started;
    started_begin_wrong(&started, NULL, "redirect-chain=308,2");
    for (size_t i = 0; i < ARRAY_LEN(hops); i++) {
        const struct posting posting = {.target = hops[i].target};
        struct reply reply;
        post(&started, &posting, &reply);
        const char *location = headers_find(&reply.headers, "Location");
        cr_expect_eq(reply.status, hops[i].status, "%s: %d", hops[i].target, reply.status);
        cr_expect(hops[i].location ? location && strcmp(location, hops[i].location) == 0
                                   : !location,
                  "%s", hops[i].target);
        reply_clear(&reply);
    }
    started_end(&started);
}

Test(receive_behaviour, a_slow_reader_takes_its_time)
{
    struct started_receiver started;
    struct buf data = {0};
    buf_add_char(&data, '"');
    buf_add_repeated(&data, 'x', 4000);
    buf_add_char(&data, '"');
    const struct posting large = {.data = buf_text(&data)};
    started_begin_wrong(&started, NULL, "read-slowly=10KiB");
    int64_t start_ns = clock_monotonic_ns();
    cr_expect_eq(post_status(&started, &large), 204);
    int64_t took_ns = clock_monotonic_ns() - start_ns;
    cr_expect(took_ns > 200 * NS_PER_MS && took_ns < 4 * NS_PER_S, "%lld ms",
              (long long)(took_ns / NS_PER_MS));
    buf_clear(&data);
    started_end(&started);
}

Test(receive_behaviour, an_endless_body_can_drip)
{
    static const char *const several[] = {"endless", "drip=5ms"};
    struct started_receiver started;
    struct client client;
    struct buf bytes = {0};
    char piece[4096];
    size_t len = 0;
    const struct posting genuine = {0};
    const struct receiver_options options = {.behaviours = several, .num_behaviours = 2};
    posting_write(&genuine, &bytes);
    started_begin(&started, &options);
    client_open(&client, receiver_port(started.receiver));
    (void)client_send(&client, buf_bytes(&bytes));
    int64_t begun_ns = clock_monotonic_ns();
    int64_t end_ns = begun_ns + NS_PER_S;
    while (clock_monotonic_ns() < end_ns || len <= 50) {
        ssize_t got = read(client.fd, piece, sizeof piece);
        cr_assert_gt(got, 0);
        len += (size_t)got;
    }
    double seconds = (double)(clock_monotonic_ns() - begun_ns) / (double)NS_PER_S;
    cr_expect_lt((double)len, 400 * seconds, "%zu bytes in %.2f s", len, seconds);
    client_close(&client);
    buf_clear(&bytes);
    started_end(&started);
}

Test(receive_behaviour, a_delay_can_grow_with_the_body)
{
    struct started_receiver started;
    struct buf data = {0};
    buf_add_char(&data, '"');
    buf_add_repeated(&data, 'x', 1024 * 1024);
    buf_add_char(&data, '"');
    const struct posting large = {.data = buf_text(&data)};
    started_begin_wrong(&started, NULL, "delay-per-mib=200ms");
    int64_t start_ns = clock_monotonic_ns();
    cr_expect_eq(post_status(&started, &large), 204);
    cr_expect_geq(clock_monotonic_ns() - start_ns, 200 * NS_PER_MS);
    buf_clear(&data);
    started_end(&started);
}

Test(receive_behaviour, lets_other_clients_through_meanwhile)
{
    struct started_receiver started;
    struct client waiting;
    struct buf bytes = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    started_begin_wrong(&started, NULL, "delay=400ms");
    struct tries tries = {0};
    while (tries_go_on(&tries)) {
        client_open(&waiting, receiver_port(started.receiver));
        int64_t start_ns = clock_monotonic_ns();
        (void)client_send(&waiting, buf_bytes(&bytes));
        cr_expect_eq(post_status(&started, &genuine), 204);
        struct reply reply;
        client_read(&waiting, PATIENCE_MS, &reply);
        cr_expect_eq(reply.status, 204);
        tries.ok = clock_monotonic_ns() - start_ns < 750 * NS_PER_MS;
        reply_clear(&reply);
        client_close(&waiting);
    }
    cr_expect(tries.ok, "the two delays overlap");
    buf_clear(&bytes);
    started_end(&started);
}
