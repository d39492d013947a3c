/* `send`, run as a user would against a server that follows a script. */
#include <criterion/criterion.h>

#include <jansson.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "cli/command.h"
#include "tests/support/raw_server.h"
#include "tests/support/run_program.h"

TestSuite(cli_send_program, .timeout = 120);

#define ANSWER(status, more)                                                                       \
    {                                                                                              \
        {RAW_READ_REQUEST, NULL, 0},                                                               \
        {                                                                                          \
            RAW_SEND, "HTTP/1.1 " status "\r\n" more, 0                                            \
        }                                                                                          \
    }

static const struct raw_step no_content[] = ANSWER("204 No Content", "Connection: close\r\n\r\n");
static const struct raw_step refusal[] =
    ANSWER("401 Unauthorized", "Content-Length: 3\r\nConnection: close\r\n\r\nno\n");

struct endpoint {
    struct raw_server *server;
    char *url;
};

static struct endpoint start(const struct raw_step *steps, size_t num_steps)
{
    struct endpoint endpoint = {raw_server_start(steps, num_steps, NULL), NULL};
    cr_assert_not_null(endpoint.server);
    endpoint.url = mem_format("http://127.0.0.1:%d/hook", raw_server_port(endpoint.server));
    return endpoint;
}

static void stop(struct endpoint *endpoint)
{
    raw_server_stop(endpoint->server);
    free(endpoint->url);
}

Test(cli_send_program, delivers_what_sign_prints)
{
    NEED_HOOKCHECK();
    struct endpoint endpoint = start(no_content, ARRAY_LEN(no_content));
    struct program_end sent;
    struct program_end printed;
    RUN(&sent, "send", endpoint.url, "--seed", "3", "--at", "0");
    RUN(&printed, "sign", "--seed", "3", "--at", "0", "--url", endpoint.url);
    cr_expect_eq(sent.code, EXIT_OK, "%s%s", buf_text(&sent.out), buf_text(&sent.err));
    struct buf got = raw_server_received(endpoint.server, 0);
    cr_expect_eq(strncmp(buf_text(&got), "POST /hook HTTP/1.1\r\n", 21), 0);
    char *body = strstr(buf_text(&printed.out), "{\"id_event\"");
    cr_assert_not_null(body);
    cr_expect(text_ends_with(buf_text(&got), body), "%s\n%s", buf_text(&got), body);
    buf_clear(&got);
    program_end_clear(&sent);
    program_end_clear(&printed);
    stop(&endpoint);
}

Test(cli_send_program, shows_what_was_sent_the_answer_and_the_phases)
{
    NEED_HOOKCHECK();
    struct endpoint endpoint = start(refusal, ARRAY_LEN(refusal));
    struct program_end end;
    RUN(&end, "send", endpoint.url, "crm.deal.push", "--wrong", "zeros");
    static const char *const parts[] = {
        "sent    crm.deal.push, a signature of zeros (",
        "got     401 in ",
        "\n  Content-Length: 3\n",
        "\n  no\n",
        "\n  dns ",
        "\n  connect ",
        "\n  tls                 -\n",
        "\n  first byte ",
        "\n  total ",
    };
    cr_expect_eq(end.code, EXIT_FELL_SHORT);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        cr_expect_not_null(strstr(buf_text(&end.out), parts[i]), "%s: %s", parts[i],
                           buf_text(&end.out));
    program_end_clear(&end);
    stop(&endpoint);
}

Test(cli_send_program, an_answer_cannot_drive_the_terminal_nor_repeat_a_secret)
{
    NEED_HOOKCHECK();
    static const struct raw_step steps[] =
        ANSWER("200 OK", "X-Odd: a\x9b"
                         "2J" TEST_SECRET "\r\nConnection: close\r\n\r\n"
                         "\033]0;title\007 " TEST_SECRET " tok-123456789 \x80\xff\nsecond line");
    static const char *const forms[] = {"text", "json"};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct endpoint endpoint = start(steps, ARRAY_LEN(steps));
        struct program_end end;
        RUN(&end, "send", endpoint.url, "--format", forms[i], "--header",
            "Authorization: Bearer tok-123456789");
        struct buf got = raw_server_received(endpoint.server, 0);
        cr_expect_not_null(strstr(buf_text(&got), "\r\nAuthorization: Bearer tok-123456789\r\n"));
        cr_expect_eq(end.code, EXIT_OK, "%s", buf_text(&end.out));
        for (size_t j = 0; j < end.out.len; j++)
            cr_expect((unsigned char)end.out.data[j] >= 0x20 || end.out.data[j] == '\n',
                      "%s: byte %zu is %02x", forms[i], j, (unsigned char)end.out.data[j]);
        cr_expect(text_is_utf8(buf_bytes(&end.out)), "%s", forms[i]);
        cr_expect_null(strstr(buf_text(&end.out), TEST_SECRET), "%s", buf_text(&end.out));
        cr_expect_null(strstr(buf_text(&end.out), "tok-123456789"), "%s", buf_text(&end.out));
        buf_clear(&got);
        program_end_clear(&end);
        stop(&endpoint);
    }
}

Test(cli_send_program, shows_at_most_64_kib_of_a_long_answer)
{
    NEED_HOOKCHECK();
    struct buf text = {0};
    buf_add_text(&text, "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\nConnection: close\r\n\r\n");
    buf_add_repeated(&text, 'x', 200000);
    const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, buf_text(&text), 0}};
    struct endpoint endpoint = start(steps, ARRAY_LEN(steps));
    struct program_end end;
    RUN(&end, "send", endpoint.url);
    cr_expect_eq(end.code, EXIT_OK);
    cr_expect_not_null(strstr(buf_text(&end.out), "(65536 of 200000 bytes shown)"));
    cr_expect_lt(end.out.len, 70000);
    program_end_clear(&end);
    stop(&endpoint);
    buf_clear(&text);
}

/* --- many --- */

/* The id_event of the request that arrived on connection `index`. */
static void received_id(const struct endpoint *endpoint, size_t index, char out[UUID_SIZE])
{
    struct buf got = raw_server_received(endpoint->server, index);
    const char *id = strstr(buf_text(&got), "\"id_event\":\"");
    memset(out, 0, UUID_SIZE);
    if (id)
        memcpy(out, id + 12, UUID_SIZE - 1);
    buf_clear(&got);
}

Test(cli_send_program, makes_distinct_events_and_repeats_each)
{
    NEED_HOOKCHECK();
    struct endpoint endpoint = start(no_content, ARRAY_LEN(no_content));
    struct program_end end;
    RUN(&end, "send", endpoint.url, "crm.contact.created", "crm.deal.push", "--count", "2",
        "--times", "2");
    cr_expect_eq(end.code, EXIT_OK, "%s", buf_text(&end.out));
    cr_assert_eq(raw_server_num_connections(endpoint.server), 8);
    char ids[8][UUID_SIZE];
    for (size_t i = 0; i < 8; i++)
        received_id(&endpoint, i, ids[i]);
    for (size_t i = 0; i < 8; i += 2) {
        cr_expect_str_eq(ids[i], ids[i + 1], "sent twice");
        cr_expect(i == 0 || strcmp(ids[i], ids[i - 1]) != 0, "another event");
    }
    cr_expect_not_null(strstr(buf_text(&end.out), "\n8 sent, 8 answered 2xx: 8 x 204; min "), "%s",
                       buf_text(&end.out));
    program_end_clear(&end);
    stop(&endpoint);
}

Test(cli_send_program, keeps_its_connections_while_the_endpoint_does)
{
    NEED_HOOKCHECK();
    static const struct raw_step keeps[] = {
        {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, "HTTP/1.1 204 No Content\r\n\r\n", 0},
        {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, "HTTP/1.1 204 No Content\r\n\r\n", 0},
        {RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, "HTTP/1.1 204 No Content\r\n\r\n", 0},
    };
    const struct {
        const struct raw_step *steps;
        size_t num_steps, num_connections;
    } endpoints[] = {{keeps, ARRAY_LEN(keeps), 1}, {no_content, ARRAY_LEN(no_content), 3}};
    for (size_t i = 0; i < ARRAY_LEN(endpoints); i++) {
        struct endpoint endpoint = start(endpoints[i].steps, endpoints[i].num_steps);
        struct program_end end;
        RUN(&end, "send", endpoint.url, "--count", "3");
        cr_expect_eq(end.code, EXIT_OK, "%s%s", buf_text(&end.out), buf_text(&end.err));
        cr_expect_eq(raw_server_num_connections(endpoint.server), endpoints[i].num_connections);
        program_end_clear(&end);
        stop(&endpoint);
    }
}

Test(cli_send_program, keeps_to_its_rate)
{
    NEED_HOOKCHECK();
    struct endpoint endpoint = start(no_content, ARRAY_LEN(no_content));
    struct program_end end;
    int64_t start_ns = clock_monotonic_ns();
    RUN(&end, "send", endpoint.url, "--count", "5", "--concurrency", "5", "--rate", "20/s");
    cr_expect_eq(end.code, EXIT_OK);
    cr_expect_geq(clock_monotonic_ns() - start_ns, 200 * NS_PER_MS, "four pauses of 50 ms");
    program_end_clear(&end);
    stop(&endpoint);
}

Test(cli_send_program, prints_an_object_a_line_for_programs)
{
    NEED_HOOKCHECK();
    struct endpoint endpoint = start(refusal, ARRAY_LEN(refusal));
    struct program_end end;
    size_t num_lines = 0;
    RUN(&end, "send", endpoint.url, "--count", "3", "--format", "json");
    cr_expect_eq(end.code, EXIT_FELL_SHORT);
    char *rest = NULL;
    for (char *line = strtok_r(end.out.data, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        json_t *object = json_loads(line, 0, NULL);
        json_t *sum = json_object_get(object, "summary");
        cr_expect(json_is_object(object), "%s", line);
        if (++num_lines <= 3) {
            cr_expect_eq(json_integer_value(json_object_get(object, "status")), 401);
            cr_expect_str_eq(json_string_value(json_object_get(object, "body")), "no\n");
            cr_expect_str_eq(json_string_value(json_object_get(object, "outcome")), "answered");
        } else {
            cr_expect_eq(json_integer_value(json_object_get(sum, "sent")), 3);
            cr_expect_eq(json_integer_value(json_object_get(sum, "answered_2xx")), 0);
            cr_expect_eq(json_integer_value(json_object_get(json_object_get(sum, "counts"), "401")),
                         3);
        }
        json_decref(object);
    }
    cr_expect_eq(num_lines, 4);
    program_end_clear(&end);
    stop(&endpoint);
}

/* --- what goes wrong --- */

Test(cli_send_program, tells_no_session_from_a_bad_answer_by_its_exit_code)
{
    NEED_HOOKCHECK();
    static const struct raw_step closes[] = {{RAW_READ_REQUEST, NULL, 0}};
    static const struct raw_step holds[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_HOLD, NULL, 0}};
    static const struct raw_step redirects[] =
        ANSWER("302 Found", "Location: /other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    static const struct {
        const char *what;
        const struct raw_step *steps;
        size_t num_steps;
        bool over_tls;
        int code;
    } rows[] = {
        {"accepted", no_content, ARRAY_LEN(no_content), false, EXIT_OK},
        {"refused", refusal, ARRAY_LEN(refusal), false, EXIT_FELL_SHORT},
        {"redirected", redirects, ARRAY_LEN(redirects), false, EXIT_FELL_SHORT},
        {"closed without an answer", closes, ARRAY_LEN(closes), false, EXIT_FELL_SHORT},
        {"no answer in time", holds, ARRAY_LEN(holds), false, EXIT_FELL_SHORT},
        {"no TLS there", refusal, ARRAY_LEN(refusal), true, EXIT_UNREACHED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct endpoint endpoint = start(rows[i].steps, rows[i].num_steps);
        struct program_end end;
        char *url = mem_format("http%s://127.0.0.1:%d/", rows[i].over_tls ? "s" : "",
                               raw_server_port(endpoint.server));
        bool late = rows[i].over_tls || rows[i].steps == holds; /* waits for nothing */
        RUN(&end, "send", url, "--deadline", late ? "500ms" : "60s");
        cr_expect_eq(end.code, rows[i].code, "%s: %d: %s", rows[i].what, end.code,
                     buf_text(&end.out));
        free(url);
        program_end_clear(&end);
        stop(&endpoint);
    }
}

Test(cli_send_program, an_endpoint_that_is_not_there_is_exit_code_3)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *url;
        const char *said;
    } rows[] = {
        {"http://127.0.0.1:1/", "got     nothing: connection refused"},
        {"http://does-not-exist.invalid/", "got     nothing: "},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        RUN(&end, "send", rows[i].url, "--deadline", "60s");
        cr_expect_eq(end.code, EXIT_UNREACHED, "%s: %d", rows[i].url, end.code);
        cr_expect_not_null(strstr(buf_text(&end.out), rows[i].said), "%s", buf_text(&end.out));
        program_end_clear(&end);
    }
}

Test(cli_send_program, never_sends_the_secret_in_the_clear_over_a_network)
{
    NEED_HOOKCHECK();
    struct program_end end;
    RUN(&end, "send", "http://192.0.2.1/", "--wrong", "secret-itself", "--deadline", "1s");
    cr_expect_eq(end.code, EXIT_WRONG_USAGE);
    cr_expect_not_null(strstr(buf_text(&end.err), "only over https or to loopback"), "%s",
                       buf_text(&end.err));
    cr_expect_eq(end.out.len, 0);
    program_end_clear(&end);
}

Test(cli_send_program, bad_input_gets_one_sentence)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *arguments[6];
        const char *said;
    } rows[] = {
        {{"send"}, "the endpoint's URL is required"},
        {{"send", "ftp://example.com/"}, "only http and https"},
        {{"send", "http://x/", "--count", "0"}, "--count: \"0\" is not a whole number from 1"},
        {{"send", "http://x/", "--times", "1000000", "--count=9"}, "more than 1000000 requests"},
        {{"send", "http://x/", "--rate", "fast"}, "--rate: \"fast\" is not a rate such as 20/s"},
        {{"send", "http://x/", "--deadline", "0"}, "--deadline: "},
        {{"send", "http://x/", "--format", "jsn"}, "did you mean \"json\"?"},
        {{"send", "http://x/", "-4", "-6"}, "-4 and -6 exclude each other"},
        {{"send", "http://x/", "--header", "hunter2"}, "this one has no colon"},
        {{"send", "https://x/", "--cacert", "/nowhere/at/all"}, "/nowhere/at/all"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_hookcheck(rows[i].arguments, (struct bytes){0}, &end);
        const char *line_end = strchr(buf_text(&end.err), '\n');
        cr_expect_eq(end.code, EXIT_WRONG_USAGE, "%s: %d", rows[i].said, end.code);
        cr_expect_not_null(strstr(buf_text(&end.err), rows[i].said), "%s: %s", rows[i].said,
                           buf_text(&end.err));
        cr_expect_null(strstr(buf_text(&end.err), "hunter2"));
        cr_expect(line_end && !line_end[1], "%s: not one line", rows[i].said);
        cr_expect_eq(end.out.len, 0, "%s: %s", rows[i].said, buf_text(&end.out));
        program_end_clear(&end);
    }
}
