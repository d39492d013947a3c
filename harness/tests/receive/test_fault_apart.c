/* Faults that take more than one request to see, or more than a status. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/started_receiver.h"

TestSuite(receive_fault_apart, .timeout = 120);

#define LONG_BODY_LEN 120000
#define RESET         (-(int)REPLY_RESET)

Test(receive_fault_apart, a13_takes_the_signature_from_the_query)
{
    struct started_receiver started;
    struct posting posting = {.no_signature = true};
    char right[65];
    char target[128];
    posting_signature(&posting, right);
    (void)snprintf(target, sizeof target, "/?a=b&signature=%s", right);
    posting.target = target;
    started_begin_wrong(&started, "A13", NULL);
    cr_expect_eq(post_status(&started, &posting), 204);
    posting.target = "/?signature=x";
    cr_expect_eq(post_status(&started, &posting), 401);
    started_end(&started);
}

Test(receive_fault_apart, a26_remembers_the_id)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other"};
    const struct posting another = {.key = "other", .id = "7e57c0de-0000-4000-8000-000000000003"};
    started_begin_wrong(&started, "A26", NULL);
    cr_expect_eq(post_status(&started, &forged), 401);
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_eq(post_status(&started, &forged), 204);
    cr_expect_eq(post_status(&started, &another), 401);
    started_end(&started);
}

Test(receive_fault_apart, a33_remembers_the_verdict_of_data)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other", .id = "7e57c0de-0000-4000-8000-000000000003"};
    const struct posting forged_first = {.key = "other", .data = "{\"a\":2}"};
    const struct posting genuine_then = {.data = "{\"a\":2}",
                                         .id = "7e57c0de-0000-4000-8000-000000000004"};
    started_begin_wrong(&started, "A33", NULL);
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_eq(post_status(&started, &forged), 204);
    cr_expect_eq(post_status(&started, &forged_first), 401);
    cr_expect_eq(post_status(&started, &genuine_then), 401);
    started_end(&started);
}

static int status_on(struct client *client, const struct posting *posting)
{
    struct buf bytes = {0};
    struct reply reply;
    posting_write(posting, &bytes);
    (void)client_send(client, buf_bytes(&bytes));
    client_read(client, PATIENCE_MS, &reply);
    int status = reply.status;
    reply_clear(&reply);
    buf_clear(&bytes);
    return status;
}

Test(receive_fault_apart, a27_remembers_the_connection)
{
    struct started_receiver started;
    struct client client;
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other", .id = "7e57c0de-0000-4000-8000-000000000003"};
    started_begin_wrong(&started, "A27", NULL);
    client_open(&client, receiver_port(started.receiver));
    cr_expect_eq(status_on(&client, &forged), 401);
    cr_expect_eq(status_on(&client, &genuine), 204);
    cr_expect_eq(status_on(&client, &forged), 204);
    client_close(&client);
    cr_expect_eq(post_status(&started, &forged), 401);
    started_end(&started);
}

Test(receive_fault_apart, b02_ends_the_process)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    const struct posting cut = {.signature = "abc"};
    started_begin_wrong(&started, "B02", NULL);
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_not(started.died);
    cr_expect_eq(post_status(&started, &cut), RESET);
    started_end(&started);
    cr_expect(started.died);
}

Test(receive_fault_apart, b17_refuses_and_then_ends_the_process)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other"};
    started_begin_wrong(&started, "B17", NULL);
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_eq(post_status(&started, &forged), 401);
    started_end(&started);
    cr_expect(started.died);
}

Test(receive_fault_apart, b11_ends_the_process_when_a_client_goes_away)
{
    struct started_receiver started;
    struct client client;
    started_begin_wrong(&started, "B11", NULL);
    client_open(&client, receiver_port(started.receiver));
    (void)client_send(&client, bytes_of("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"));
    client_close(&client);
    (void)pthread_join(started.thread, NULL);
    cr_expect(started.died);
    receiver_free(started.receiver);
}

static void fill_long(struct buf *data)
{
    buf_add_char(data, '"');
    buf_add_repeated(data, 'x', LONG_BODY_LEN);
    buf_add_char(data, '"');
}

static void check_long(const char *fault, int status)
{
    struct started_receiver started;
    struct buf data = {0};
    const struct posting genuine = {0};
    fill_long(&data);
    const struct posting large = {.data = buf_text(&data)};
    started_begin_wrong(&started, fault, NULL);
    cr_expect_eq(post_status(&started, &large), status, "%s", fault);
    cr_expect_eq(post_status(&started, &genuine), 204, "%s", fault);
    started_end(&started);
    buf_clear(&data);
}

Test(receive_fault_apart, a25_takes_long_forgeries)
{
    struct started_receiver started;
    struct buf data = {0};
    const struct posting forged = {.key = "other"};
    fill_long(&data);
    const struct posting large = {.data = buf_text(&data), .key = "other"};
    started_begin_wrong(&started, "A25", NULL);
    cr_expect_eq(post_status(&started, &large), 204);
    cr_expect_eq(post_status(&started, &forged), 401);
    started_end(&started);
    buf_clear(&data);
}

Test(receive_fault_apart, f01_and_f19_cannot_take_long_bodies)
{
    check_long("F01", 413);
    check_long("F19", 400);
    check_long(NULL, 204);
}

Test(receive_fault_apart, g03_refuses_the_second_time)
{
    struct started_receiver started;
    const struct posting first = {0};
    const struct posting other = {.id = "7e57c0de-0000-4000-8000-000000000002"};
    const struct posting forged = {.key = "other", .id = "7e57c0de-0000-4000-8000-000000000003"};
    const struct posting after = {.id = "7e57c0de-0000-4000-8000-000000000003"};
    started_begin_wrong(&started, "G03", NULL);
    cr_expect_eq(post_status(&started, &first), 204);
    cr_expect_eq(post_status(&started, &first), 409);
    cr_expect_eq(post_status(&started, &other), 204);
    cr_expect_eq(post_status(&started, &forged), 401);
    cr_expect_eq(post_status(&started, &after), 204, "a forgery leaves no trace");
    started_end(&started);
}

static void check_refusal_says(const char *fault, const struct posting *posting, const char *text)
{
    struct started_receiver started;
    struct reply reply;
    started_begin_wrong(&started, fault, NULL);
    post(&started, posting, &reply);
    cr_expect_eq(reply.status, 401);
    cr_expect(strstr(buf_text(&reply.body), text), "%s says \"%s\"", fault, buf_text(&reply.body));
    reply_clear(&reply);
    started_end(&started);
}

Test(receive_fault_apart, g12_shows_a_debugger)
{
    struct started_receiver started;
    struct reply reply;
    const struct posting odd = {.data = "1", .body = "{\"data\":\"1\"}"};
    started_begin_wrong(&started, "G12", NULL);
    post(&started, &odd, &reply);
    cr_expect(strstr(buf_text(&reply.body), "Werkzeug Debugger"), "%s", buf_text(&reply.body));
    reply_clear(&reply);
    started_end(&started);
}

Test(receive_fault_apart, g07_says_the_right_signature)
{
    char right[65];
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other"};
    const struct posting unsigned_one = {.no_signature = true};
    posting_signature(&genuine, right);
    check_refusal_says("G07", &forged, right);
    check_refusal_says("G07", &unsigned_one, right);
}

Test(receive_fault_apart, g15_says_the_secret)
{
    const struct posting forged = {.key = "other"};
    check_refusal_says("G15", &forged, RECEIVER_SECRET);
}

Test(receive_fault_apart, g08_says_where_the_signatures_differ)
{
    const struct posting forged = {.signature = "x"};
    check_refusal_says("G08", &forged, "differ at index 0\n    at verify (/srv/app/webhook.js");
}

Test(receive_fault_apart, f16_answers_at_length)
{
    struct started_receiver started;
    struct reply reply;
    const struct posting genuine = {0};
    started_begin_wrong(&started, "F16=100KiB", NULL);
    post(&started, &genuine, &reply);
    cr_expect_eq(reply.body.len, 102400);
    reply_clear(&reply);
    started_end(&started);
}

Test(receive_fault_apart, g05_refuses_what_is_older_than_the_newest)
{
    static const struct {
        const char *data;
        int status;
    } events[] = {
        {"{\"created_at\":\"2026-01-01T12:00:00.000Z\"}", 204},
        {"{\"created_at\":\"2026-01-01T11:59:59.000Z\"}", 204},
        {"{\"created_at\":\"2025-12-31T12:00:00.000Z\"}", 409},
        {"{\"created_at\":\"no date\"}", 204},
        {"{\"created_at\":7}", 204},
        {"[]", 204},
    };
    struct started_receiver started;
    started_begin_wrong(&started, "G05", NULL);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        const struct posting posting = {.data = events[i].data};
        int status = post_status(&started, &posting);
        cr_expect_eq(status, events[i].status, "%s: %d", events[i].data, status);
    }
    started_end(&started);
}
