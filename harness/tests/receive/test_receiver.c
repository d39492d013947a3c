/* The right receiver: what it accepts, what it refuses, and how. */
#include "receive/receiver.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "tests/support/skip.h"
#include "tests/support/started_receiver.h"

TestSuite(receive_receiver, .timeout = 120);

static const char upper[] = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";
static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

struct row {
    const char *what;
    struct posting posting;
    int status;
};

static void check_rows(const struct row *rows, size_t count)
{
    struct started_receiver started;
    started_begin(&started, NULL);
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(post_status(&started, &rows[i].posting), rows[i].status, "%s", rows[i].what);
    const struct posting genuine = {0};
    cr_expect_eq(post_status(&started, &genuine), 204, "it is still there");
    started_end(&started);
}

static const struct row accepted[] = {
    {"a genuine event", {0}, 204},
    {"the same again", {0}, 204},
    {"data as an object", {.dialect = DIALECT_OBJECT}, 204},
    {"an array", {.data = "[]"}, 204},
    {"an object as null", {.data = "null", .dialect = DIALECT_OBJECT}, 204},
    {"an unknown type", {.type = "no.such.type"}, 204},
    {"any path", {.target = "/?a=b&c"}, 204},
    {"a charset", {.content_type = "Application/JSON ; charset=iso-8859-1"}, 204},
    {"chunks", {.chunked = true}, 204},
    {"HTTP/1.0", {.version = "HTTP/1.0"}, 204},
    {"another spelling of the header", {.signature_name = "pANORA-sIGNATURE"}, 204},
    {"blanks around the signature", {.signature = " \t%s\t "}, 204},
};

Test(receive_receiver, accepts_every_genuine_event)
{
    check_rows(accepted, ARRAY_LEN(accepted));
}

static const struct row refused[] = {
    {"no signature", {.no_signature = true}, 401},
    {"an empty one", {.signature = ""}, 401},
    {"one of another secret", {.key = "other"}, 401},
    {"one with the empty secret", {.key = ""}, 401},
    {"zeros", {.signature = zeros}, 401},
    {"upper-case digits", {.signature = upper}, 401},
    {"a prefix", {.signature = "sha256=%s"}, 401},
    {"a suffix", {.signature = "%s00"}, 401},
    {"two of them, joined", {.signature = "%s, %s"}, 401},
    {"two of them", {.headers = "Panora-Signature: x\r\n"}, 401},
    {"bytes beyond ASCII", {.signature = "\xe9"}, 401},
    {"the secret itself", {.signature = RECEIVER_SECRET}, 401},
    {"in the query", {.no_signature = true, .target = "/?signature=00"}, 401},
    {"under another name", {.signature_name = "X-Panora-Signature"}, 401},
    {"GET", {.method = "GET"}, 405},
    {"PUT", {.method = "PUT"}, 405},
    {"PATCH", {.method = "PATCH"}, 405},
    {"DELETE", {.method = "DELETE"}, 405},
    {"OPTIONS", {.method = "OPTIONS"}, 405},
    {"an invented method", {.method = "BREW"}, 405},
    {"a method in lower case", {.method = "post"}, 405},
    {"text/plain", {.content_type = "text/plain"}, 415},
    {"another JSON type", {.content_type = "application/json-patch+json"}, 415},
    {"no content type", {.content_type = ""}, 415},
    {"a coded body", {.headers = "Content-Encoding: gzip\r\n"}, 415},
    {"no JSON", {.body = "{"}, 400},
    {"an empty body", {.body = ""}, 400},
    {"an array", {.body = "[1]"}, 400},
    {"a number", {.body = "1"}, 400},
    {"no data", {.body = "{\"id_event\":\"a\",\"type\":\"b\"}"}, 400},
    {"a NUL", {.body = "\xff\xfe"}, 400},
};

Test(receive_receiver, refuses_everything_else_with_4xx)
{
    check_rows(refused, ARRAY_LEN(refused));
}

/* The signature fits in all of these. */
static const struct row misshapen[] = {
    {"no type", {.data = "1", .body = "{\"id_event\":\"a\",\"data\":\"1\"}"}, 400},
    {"a type that is a number",
     {.data = "1", .body = "{\"id_event\":\"a\",\"data\":\"1\",\"type\":1}"},
     400},
    {"no id", {.data = "1", .body = "{\"data\":\"1\",\"type\":\"b\"}"}, 400},
    {"an id that is null",
     {.data = "1", .body = "{\"id_event\":null,\"data\":\"1\",\"type\":\"b\"}"},
     400},
    {"another order and more members",
     {.data = "1", .body = "{\"x\":{},\"type\":\"b\",\"data\":\"1\",\"id_event\":\"a\"}"},
     204},
    {"white space and another spelling",
     {.data = "1",
      .body = "\xef\xbb\xbf{ \"type\":\"b\", \"d\\u0061ta\":\"\\u0031\",\"id_event\":\"a\"}\n"},
     204},
};

Test(receive_receiver, wants_an_event_inside_a_right_signature)
{
    check_rows(misshapen, ARRAY_LEN(misshapen));
}

Test(receive_receiver, says_the_same_of_every_wrong_signature)
{
    struct started_receiver started;
    started_begin(&started, NULL);
    static const struct posting postings[] = {
        {.no_signature = true}, {.signature = ""},    {.signature = zeros},
        {.key = "other"},       {.signature = "%s0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(postings); i++) {
        struct reply reply;
        post(&started, &postings[i], &reply);
        cr_expect_str_eq(buf_text(&reply.body), "no valid signature\n");
        cr_expect_eq(reply.headers.count, 2);
        reply_clear(&reply);
    }
    started_end(&started);
}

Test(receive_receiver, answers_an_event_with_204_and_nothing_else)
{
    struct started_receiver started;
    started_begin(&started, NULL);
    struct reply reply;
    const struct posting genuine = {0};
    post(&started, &genuine, &reply);
    cr_expect_eq(reply.status, 204);
    cr_expect_eq(reply.headers.count, 0);
    cr_expect_eq(reply.body.len, 0);
    cr_expect(reply.keep_alive);
    reply_clear(&reply);
    started_end(&started);
}

static int64_t some_day(void)
{
    return 1719835200123;
}

Test(receive_receiver, dates_its_answers_when_it_knows_the_time)
{
    struct started_receiver started;
    const struct receiver_options options = {.wall_ms = some_day};
    started_begin(&started, &options);
    struct reply reply;
    const struct posting genuine = {0};
    post(&started, &genuine, &reply);
    cr_expect_str_eq(headers_find(&reply.headers, "Date"), "Mon, 01 Jul 2024 12:00:00 GMT");
    reply_clear(&reply);
    started_end(&started);
}

Test(receive_receiver, names_the_method_that_it_wants)
{
    struct started_receiver started;
    started_begin(&started, NULL);
    struct reply reply;
    const struct posting get = {.method = "GET"};
    post(&started, &get, &reply);
    cr_expect_str_eq(headers_find(&reply.headers, "Allow"), "POST");
    reply_clear(&reply);
    started_end(&started);
}

Test(receive_receiver, survives_deep_nesting)
{
    enum { DEPTH = 100000 };
    struct buf data = {0};
    buf_add_repeated(&data, '[', DEPTH);
    buf_add_repeated(&data, ']', DEPTH);
    const struct row rows[] = {
        {"in the text dialect", {.data = buf_text(&data)}, 204},
        {"in the object dialect", {.data = buf_text(&data), .dialect = DIALECT_OBJECT}, 204},
        {"unsigned", {.body = buf_text(&data), .no_signature = true}, 401},
        {"as the whole body", {.body = buf_text(&data)}, 400},
        {"unclosed", {.body = buf_text(&data) + DEPTH}, 400},
    };
    check_rows(rows, ARRAY_LEN(rows));
    buf_clear(&data);
}

static void check_size(size_t len, bool chunked, int status)
{
    struct started_receiver started;
    struct buf data = {0};
    started_begin(&started, NULL);
    buf_add_char(&data, '"');
    buf_add_repeated(&data, 'x', len);
    buf_add_char(&data, '"');
    const struct posting posting = {
        .data = buf_text(&data), .dialect = DIALECT_OBJECT, .chunked = chunked};
    const struct posting genuine = {0};
    cr_expect_eq(post_status(&started, &posting), status, "%zu bytes", len);
    cr_expect_eq(post_status(&started, &genuine), 204);
    buf_clear(&data);
    started_end(&started);
}

/* What an event has beside the characters of its data. */
#define ENVELOPE                                                                                   \
    strlen("{\"id_event\":\"7e57c0de-0000-4000-8000-000000000001\",\"data\":\"\","                 \
           "\"type\":\"crm.contact.created\"}")

Test(receive_receiver, accepts_ten_mib_and_not_a_byte_more)
{
    const size_t limit = (size_t)10 * 1024 * 1024;
    check_size(limit - ENVELOPE, false, 204);
    check_size(limit - ENVELOPE + 1, false, 413);
    check_size(limit - ENVELOPE, true, 204);
    check_size(limit - ENVELOPE + 1, true, 413);
}

Test(receive_receiver, refuses_options_that_make_no_sense)
{
    static const char *const bad[] = {"no-such", "status", "delay=3", "status=99", "silence=1"};
    static const char *const wrong[] = {"Z99", "only-when-presnt", "A01=3s", "F05=soon", "A07",
                                        "A08", "H01=99",           "H08=3/2"};
    static const struct {
        struct receiver_options options;
        const char *sentence;
    } rows[] = {
        {{.listen = "127.0.0.1"}, "\"127.0.0.1\" is not HOST:PORT"},
        {{.listen = "::1:80"}, "\"::1:80\" is not HOST:PORT"},
        {{.listen = "localhost:99999"}, "\"localhost:99999\": the port must be"},
        {{.listen = "203.0.113.1:0"}, "cannot listen on 203.0.113.1 port 0"},
        {{.faults = &wrong[0], .num_faults = 1}, "no fault \"Z99\""},
        {{.faults = &wrong[1], .num_faults = 1}, "did you mean \"only-when-present\""},
        {{.faults = &wrong[2], .num_faults = 1}, "fault A01: takes no argument"},
        {{.faults = &wrong[3], .num_faults = 1}, "fault F05"},
        {{.faults = &wrong[4], .num_faults = 2},
         "A08 cannot be combined with what was named before it: both replace how signatures are "
         "compared"},
        {{.faults = &wrong[6], .num_faults = 1}, "fault H01"},
        {{.faults = &wrong[7], .num_faults = 1}, "fault H08"},
        {{.behaviours = &bad[0], .num_behaviours = 1}, "no behaviour \"no-such\""},
        {{.behaviours = &bad[1], .num_behaviours = 1}, "behaviour status: needs an argument"},
        {{.behaviours = &bad[2], .num_behaviours = 1}, "behaviour delay"},
        {{.behaviours = &bad[3], .num_behaviours = 1}, "behaviour status"},
        {{.behaviours = &bad[4], .num_behaviours = 1}, "behaviour silence: takes no argument"},
        {{.journal = "/no/such/folder/journal"}, "/no/such/folder/journal"},
        {{.cert = "a.pem"}, "--cert and --key go together"},
        {{.cert = "/no/such", .key = "/no/such"}, "--cert /no/such"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct receiver_options options = rows[i].options;
        struct error err = {0};
        options.secret = bytes_of("s");
        cr_expect_null(receiver_start(&options, &err), "%s", rows[i].sentence);
        cr_expect(strstr(err.message, rows[i].sentence), "\"%s\" does not say \"%s\"", err.message,
                  rows[i].sentence);
    }
    struct error err = {0};
    const struct receiver_options no_secret = {0};
    cr_expect_null(receiver_start(&no_secret, &err));
    cr_expect_str_eq(err.message, "the secret is empty");
}

Test(receive_receiver, prints_one_line_for_each_request_and_no_secret)
{
    char *printed = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&printed, &len);
    struct started_receiver started;
    const struct receiver_options options = {.out = out};
    const struct posting genuine = {0};
    const struct posting forged = {.signature = RECEIVER_SECRET, .type = "x\ny"};
    const struct posting get = {.method = "GET", .body = ""};
    char right[65];
    started_begin(&started, &options);
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_eq(post_status(&started, &forged), 401);
    cr_expect_eq(post_status(&started, &get), 405);
    started_end(&started);
    (void)fclose(out);
    cr_expect_str_eq(printed, "#1 POST crm.contact.created: accepted, 204\n"
                              "#2 POST x\\x0ay: signature refused, 401\n"
                              "#3 GET: method refused, 405\n");
    posting_signature(&genuine, right);
    cr_expect_null(strstr(printed, right));
    cr_expect_null(strstr(printed, RECEIVER_SECRET));
    free(printed);
}

Test(receive_receiver, is_stopped_before_it_runs)
{
    struct error err = {0};
    const struct receiver_options options = {.secret = bytes_of("s")};
    struct receiver *receiver = receiver_start(&options, &err);
    cr_assert_not_null(receiver, "%s", err.message);
    receiver_stop(receiver);
    receiver_run(receiver);
    cr_expect_not(receiver_poll(receiver, 0));
    receiver_free(receiver);
    receiver_free(NULL);
}

Test(receive_receiver, serves_step_by_step_in_one_thread)
{
    struct error err = {0};
    const struct receiver_options options = {.secret = bytes_of(RECEIVER_SECRET)};
    struct receiver *receiver = receiver_start(&options, &err);
    struct client client;
    struct buf bytes = {0};
    struct reply reply = {0};
    const struct posting genuine = {0};
    posting_write(&genuine, &bytes);
    client_open(&client, receiver_port(receiver));
    (void)client_send(&client, buf_bytes(&bytes));
    for (int i = 0; i < 200 && reply.status == 0; i++) {
        cr_expect(receiver_poll(receiver, 50000000));
        reply_clear(&reply);
        client_read(&client, 0, &reply);
    }
    cr_expect_eq(reply.status, 204);
    reply_clear(&reply);
    client_close(&client);
    buf_clear(&bytes);
    receiver_free(receiver);
}

Test(receive_receiver, listens_on_ipv6_in_brackets)
{
    struct error err = {0};
    const struct receiver_options options = {.secret = bytes_of("s"), .listen = "[::1]:0"};
    struct receiver *receiver = receiver_start(&options, &err);
    if (!receiver)
        SKIP("listening on IPv6: %s", err.message);
    char *url = mem_format("http://[::1]:%d", receiver_port(receiver));
    cr_expect_str_eq(receiver_url(receiver), url);
    cr_expect_gt(receiver_port(receiver), 0);
    free(url);
    receiver_free(receiver);
}
