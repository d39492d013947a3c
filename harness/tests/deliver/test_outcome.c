#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/delivery.h"

TestSuite(deliver_outcome, .timeout = 120);

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const struct raw_step answers[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, ANSWER, 0}};

/* Posts to `url` by one way; caller clears. */
static struct observation post_to(const char *url, const struct engine_options *options, bool raw,
                                  int64_t timeout_ms)
{
    struct delivery delivery = {0};
    delivery_aim(&delivery, url, options);
    struct engine_connection *connection = raw ? engine_connection_new(delivery.engine) : NULL;
    struct observation seen = delivery_post(&delivery, connection, timeout_ms);
    delivery_stop(&delivery);
    return seen;
}

/* A port of this machine on which nobody listens: bound, so that nobody else gets it meanwhile. */
static int bind_quietly(int *out_port)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof any;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&any, len), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&any, &len), 0);
    *out_port = ntohs(any.sin_port);
    return fd;
}

Test(deliver_outcome, says_that_nobody_listens)
{
    int port;
    int fd = bind_quietly(&port);
    char url[64];
    char detail[64];
    (void)snprintf(url, sizeof url, "http://u:secret@127.0.0.1:%d/", port);
    (void)snprintf(detail, sizeof detail, "nothing listens on 127.0.0.1:%d", port);
    for (int raw = 0; raw < 2; raw++) {
        struct observation seen = post_to(url, NULL, raw, 5000);
        cr_expect_eq(seen.outcome, OUTCOME_REFUSED, "%s", outcome_name(seen.outcome));
        cr_expect_str_eq(seen.detail, detail, "%s", seen.detail);
        cr_expect_eq(seen.connect_ns, -1);
        cr_expect_eq(seen.first_byte_ns, -1);
        cr_expect_geq(seen.total_ns, 0);
        observation_clear(&seen);
    }
    (void)close(fd);
}

Test(deliver_outcome, says_that_a_name_has_no_address)
{
    for (int raw = 0; raw < 2; raw++) {
        struct observation seen = post_to("http://nowhere.invalid/", NULL, raw, 15000);
        cr_expect_eq(seen.outcome, OUTCOME_UNRESOLVED, "%s", outcome_name(seen.outcome));
        cr_expect_str_eq(seen.detail, "nowhere.invalid does not resolve to an address", "%s",
                         seen.detail);
        cr_expect_eq(seen.connect_ns, -1);
        observation_clear(&seen);
    }
}

/* A listener whose queue is full drops what comes, so that connecting never ends. */
Test(deliver_outcome, says_that_connecting_took_too_long)
{
    int port;
    int fd = bind_quietly(&port);
    cr_assert_eq(listen(fd, 0), 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)port)};
    int fillers[4];
    for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fillers[i], (struct sockaddr *)&to, sizeof to);
    }
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    for (int raw = 0; raw < 2; raw++) {
        struct observation seen = post_to(url, NULL, raw, 200);
        cr_expect_eq(seen.outcome, OUTCOME_UNREACHABLE, "%s: %s", outcome_name(seen.outcome),
                     seen.detail);
        cr_expect(strstr(seen.detail, "took longer than 200 ms"), "%s", seen.detail);
        cr_expect_lt(seen.total_ns, 10 * NS_PER_S);
        observation_clear(&seen);
    }
    for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
        (void)close(fillers[i]);
    (void)close(fd);
}

/* --- TLS --- */

struct tls_row {
    const char *what;
    const char *host;
    bool knows_ca;
    bool insecure;
    enum outcome outcome;
    const char *detail;
    const char *by_libcurl_8; /* in other words there, or NULL */
};

static const struct tls_row tls_rows[] = {
    {"known", "localhost", true, false, OUTCOME_ANSWERED, "", NULL},
    {"by address", "127.0.0.1", true, false, OUTCOME_ANSWERED, "", NULL},
    {"insecure", "localhost", false, true, OUTCOME_ANSWERED, "", NULL},
    {"unknown", "localhost", false, false, OUTCOME_TLS_FAILED,
     "certificate verify failed: self-signed certificate", NULL},
    {"another name", "other.test", true, false, OUTCOME_TLS_FAILED,
     "certificate verify failed: no alternative certificate subject name matches target host name "
     "'other.test'",
     "certificate verify failed: no alternative certificate subject name matches target hostname "
     "'other.test'"},
};

Test(deliver_outcome, says_in_words_why_there_is_no_tls_session)
{
    struct test_cert cert;
    test_cert_make(&cert);
    const struct raw_options tls = {.cert = cert.cert, .key = cert.key};
    struct raw_server *server = raw_server_start(answers, ARRAY_LEN(answers), &tls);
    char *resolve = mem_format("other.test:%d:127.0.0.1", raw_server_port(server));
    const char *const resolves[] = {resolve};
    for (size_t i = 0; i < 2 * ARRAY_LEN(tls_rows); i++) {
        const struct tls_row *row = &tls_rows[i / 2];
        const struct engine_options options = {.cacert = row->knows_ca ? cert.cert : NULL,
                                               .insecure = row->insecure,
                                               .resolve = resolves,
                                               .num_resolve = 1};
        char url[64];
        (void)snprintf(url, sizeof url, "https://%s:%d/", row->host, raw_server_port(server));
        struct observation seen = post_to(url, &options, i % 2, 5000);
        cr_expect_eq(seen.outcome, row->outcome, "%s: %s", row->what, outcome_name(seen.outcome));
        cr_expect(strcmp(seen.detail, row->detail) == 0 ||
                      (row->by_libcurl_8 && strcmp(seen.detail, row->by_libcurl_8) == 0),
                  "%s: %s", row->what, seen.detail);
        bool answered = row->outcome == OUTCOME_ANSWERED;
        cr_expect_eq(seen.tls_ns >= seen.connect_ns, answered, "%s", row->what);
        cr_expect_str_eq(buf_text(&seen.body), answered ? "ok" : "", "%s", row->what);
        observation_clear(&seen);
    }
    raw_server_stop(server);
    free(resolve);
    test_cert_remove(&cert);
}

struct no_tls_row {
    const char *what;
    struct raw_step steps[2];
    const char *detail; /* its beginning */
};

static const struct no_tls_row no_tls[] = {
    {"plain HTTP",
     {{RAW_READ, NULL, 5}, {RAW_SEND, "HTTP/1.1 400 Bad Request\r\n\r\n", 0}},
     "TLS handshake failed: wrong version number"},
    {"closing", {{RAW_READ, NULL, 5}, {RAW_CLOSE, NULL, 0}}, ""},
    {"resetting", {{RAW_READ, NULL, 5}, {RAW_RESET, NULL, 0}}, ""},
    {"silent", {{RAW_READ, NULL, 5}, {RAW_HOLD, NULL, 0}}, "no TLS session with localhost:"},
};

Test(deliver_outcome, what_speaks_no_tls_is_a_tls_failure)
{
    for (size_t i = 0; i < 2 * ARRAY_LEN(no_tls); i++) {
        const struct no_tls_row *row = &no_tls[i / 2];
        struct raw_server *server = raw_server_start(row->steps, 2, NULL);
        char url[64];
        (void)snprintf(url, sizeof url, "https://localhost:%d/", raw_server_port(server));
        const struct engine_options options = {.ip_version = 4};
        bool is_silent = row->steps[1].action == RAW_HOLD;
        struct observation seen = post_to(url, &options, i % 2, is_silent ? 300 : 5000);
        cr_expect_eq(seen.outcome, OUTCOME_TLS_FAILED, "%s: %s", row->what,
                     outcome_name(seen.outcome));
        cr_expect_eq(strncmp(seen.detail, row->detail, strlen(row->detail)), 0, "%s: %s", row->what,
                     seen.detail);
        cr_expect_neq(seen.detail[0], '\0', "%s", row->what);
        cr_expect_geq(seen.connect_ns, 0, "%s", row->what);
        cr_expect_eq(seen.tls_ns, -1, "%s", row->what);
        observation_clear(&seen);
        raw_server_stop(server);
    }
}

struct tls_end_row {
    const char *what;
    struct raw_step steps[3];
    enum outcome outcome;
    int status;
};

static const struct tls_end_row tls_ends[] = {
    {"closed",
     {{RAW_READ_REQUEST, NULL, 0}, {RAW_CLOSE, NULL, 0}, {RAW_CLOSE, NULL, 0}},
     OUTCOME_CLOSED,
     0},
    {"reset",
     {{RAW_READ_REQUEST, NULL, 0}, {RAW_RESET, NULL, 0}, {RAW_CLOSE, NULL, 0}},
     OUTCOME_RESET,
     0},
    {"cut short",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", 0},
      {RAW_CLOSE, NULL, 0}},
     OUTCOME_CUT_SHORT,
     200},
    {"until close without a farewell",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\n\r\nok", 0},
      {RAW_CLOSE, NULL, 0}},
     OUTCOME_ANSWERED,
     200},
    {"until close with a farewell",
     {{RAW_READ_REQUEST, NULL, 0},
      {RAW_SEND, "HTTP/1.1 200 OK\r\n\r\nok", 0},
      {RAW_PAUSE, NULL, 0}},
     OUTCOME_ANSWERED,
     200},
};

Test(deliver_outcome, an_end_within_tls_is_told_as_without)
{
    struct test_cert cert;
    test_cert_make(&cert);
    const struct raw_options tls = {.cert = cert.cert, .key = cert.key};
    for (size_t i = 0; i < 2 * ARRAY_LEN(tls_ends); i++) {
        const struct tls_end_row *row = &tls_ends[i / 2];
        struct raw_server *server = raw_server_start(row->steps, 3, &tls);
        char url[64];
        (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/", raw_server_port(server));
        const struct engine_options options = {.cacert = cert.cert};
        struct observation seen = post_to(url, &options, i % 2, 5000);
        cr_expect_eq(seen.outcome, row->outcome, "%s, raw %zu: %s %s", row->what, i % 2,
                     outcome_name(seen.outcome), seen.detail);
        cr_expect_eq(seen.status, row->status, "%s, raw %zu", row->what, i % 2);
        observation_clear(&seen);
        raw_server_stop(server);
    }
    test_cert_remove(&cert);
}

Test(deliver_outcome, shows_a_client_certificate_where_one_is_asked_for)
{
    struct test_cert cert;
    test_cert_make(&cert);
    const struct raw_options tls = {.cert = cert.cert, .key = cert.key, .client_ca = cert.cert};
    struct raw_server *server = raw_server_start(answers, ARRAY_LEN(answers), &tls);
    char url[64];
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/", raw_server_port(server));
    for (int i = 0; i < 4; i++) {
        bool has_cert = i / 2;
        const struct engine_options options = {.cacert = cert.cert,
                                               .cert = has_cert ? cert.cert : NULL,
                                               .key = has_cert ? cert.key : NULL};
        struct observation seen = post_to(url, &options, i % 2, 5000);
        cr_expect_eq(seen.outcome, has_cert ? OUTCOME_ANSWERED : OUTCOME_TLS_FAILED, "%d: %s %s", i,
                     outcome_name(seen.outcome), seen.detail);
        cr_expect_eq(strstr(seen.detail, "requires a client certificate") != NULL, !has_cert,
                     "%d: %s", i, seen.detail);
        observation_clear(&seen);
    }
    raw_server_stop(server);
    test_cert_remove(&cert);
}

Test(deliver_outcome, a_large_body_passes_through_tls_by_both_ways)
{
    struct test_cert cert;
    test_cert_make(&cert);
    const struct raw_options tls = {.cert = cert.cert, .key = cert.key};
    char *body = mem_alloc(4 * 1024 * 1024 + 1);
    memset(body, 'x', 4 * 1024 * 1024);
    struct request request = delivery_request(body);
    for (int raw = 0; raw < 2; raw++) {
        struct delivery delivery = {.server = raw_server_start(answers, ARRAY_LEN(answers), &tls)};
        char url[64];
        (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/", raw_server_port(delivery.server));
        const struct engine_options options = {.cacert = cert.cert};
        delivery_aim(&delivery, url, &options);
        struct engine_connection *connection = raw ? engine_connection_new(delivery.engine) : NULL;
        struct observation seen = delivery_send(&delivery, &request, connection, 10000);
        cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "raw %d: %s %s", raw,
                     outcome_name(seen.outcome), seen.detail);
        struct buf wire = raw_server_received(delivery.server, 0);
        const char *start = bytes_find(buf_bytes(&wire), bytes_of("\r\n\r\n"));
        cr_assert(start);
        cr_expect_str_eq(start + 4, body);
        buf_clear(&wire);
        observation_clear(&seen);
        delivery_stop(&delivery);
    }
    free(body);
    request_clear(&request);
    test_cert_remove(&cert);
}
