#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/support/delivery.h"
#include "tests/support/skip.h"

TestSuite(deliver_setup, .timeout = 120);

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const struct raw_step answers[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, ANSWER, 0}};

static void expect_refused(const struct engine_options *options, const char *part)
{
    struct target target;
    cr_assert(target_parse(&target, "http://127.0.0.1:1/", NULL));
    struct error err = {0};
    struct engine *engine = engine_new(&target, options, &err);
    cr_expect_null(engine, "%s", part);
    cr_expect(strstr(err.message, part), "%s: %s", part, err.message);
    engine_free(engine);
    target_clear(&target);
}

Test(deliver_setup, refuses_routes_that_libcurl_cannot_read)
{
    static const char *const resolves[] = {"nonsense", "host:80", "host:x:127.0.0.1",
                                           "host:80:not-an-address", "host:99999:127.0.0.1"};
    for (size_t i = 0; i < ARRAY_LEN(resolves); i++) {
        const struct engine_options options = {.resolve = &resolves[i], .num_resolve = 1};
        expect_refused(&options, resolves[i]);
    }
    static const char *const connects[] = {"nonsense", "a:1:b", "a:1:b:2:c", "[::1]:1"};
    for (size_t i = 0; i < ARRAY_LEN(connects); i++) {
        const struct engine_options options = {.connect_to = &connects[i], .num_connect_to = 1};
        expect_refused(&options, connects[i]);
    }
    static const char *const proxies[] = {"ftp://user:secret@x", "http://user:secret@x:99999"};
    for (size_t i = 0; i < ARRAY_LEN(proxies); i++) {
        const struct engine_options options = {.proxy = proxies[i]};
        expect_refused(&options, "--proxy: it has to be");
    }
}

Test(deliver_setup, refuses_files_that_hold_no_certificate_or_key)
{
    struct test_cert cert;
    struct test_cert other;
    test_cert_make(&cert);
    test_cert_make(&other);
    char empty[128];
    char folder[128];
    (void)snprintf(folder, sizeof folder, "%s", cert.folder);
    (void)snprintf(empty, sizeof empty, "%s/empty", cert.folder);
    cr_assert(file_write(empty, bytes_of("no certificate"), 0600, NULL));
    const struct engine_options rows[] = {
        {.cacert = "/nonexistent/ca.pem"},
        {.cacert = folder},
        {.cacert = empty},
        {.cacert = cert.key},
        {.cert = "/nonexistent/cert.pem", .key = cert.key},
        {.cert = cert.cert, .key = "/nonexistent/key.pem"},
        {.cert = cert.cert, .key = empty},
        {.cert = cert.cert, .key = other.key},
        {.cert = empty, .key = cert.key},
        {.cert = cert.cert},
        {.key = cert.key},
    };
    const char *const parts[] = {
        "/nonexistent/ca.pem cannot be read",
        folder,
        empty,
        "contains no CA certificates",
        "/nonexistent/cert.pem cannot be read",
        "/nonexistent/key.pem cannot be read",
        "contains no matching private key",
        "contains no matching private key",
        "contains no certificate",
        "contains no matching private key",
        "needs its certificate",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_refused(&rows[i], parts[i]);
    (void)unlink(empty);
    test_cert_remove(&cert);
    test_cert_remove(&other);
}

Test(deliver_setup, a_key_with_a_password_is_refused_without_asking_for_it)
{
    NEED_TOOL("openssl", "a key with a password");
    struct test_cert cert;
    test_cert_make(&cert);
    char *locked = mem_format("%s/locked.pem", cert.folder);
    char *command =
        mem_format("openssl pkey -in %s -aes128 -passout pass:x -out %s", cert.key, locked);
    cr_assert_eq(system(command), 0);
    const struct engine_options options = {.cert = cert.cert, .key = locked};
    expect_refused(&options, "without a password");
    (void)unlink(locked);
    free(command);
    free(locked);
    test_cert_remove(&cert);
}

/* Posts to `url` and expects the answer of the server at `port`. */
static void expect_reached(const char *url, const struct engine_options *options)
{
    for (int raw = 0; raw < 2; raw++) {
        struct delivery delivery = {0};
        delivery_aim(&delivery, url, options);
        struct engine_connection *connection = raw ? engine_connection_new(delivery.engine) : NULL;
        struct observation seen = delivery_post(&delivery, connection, 5000);
        cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "%s, raw %d: %s", url, raw, seen.detail);
        observation_clear(&seen);
        delivery_stop(&delivery);
    }
}

Test(deliver_setup, routes_mean_what_they_mean_to_curl)
{
    struct raw_server *server = raw_server_start(answers, ARRAY_LEN(answers), NULL);
    char *resolve = mem_format("hook.example:%d:127.0.0.1", raw_server_port(server));
    char *connect_to = mem_format("hook.example:80:127.0.0.1:%d", raw_server_port(server));
    char *url = mem_format("http://hook.example:%d/", raw_server_port(server));
    const char *const resolves[] = {resolve};
    const char *const connects[] = {connect_to};
    expect_reached(url, &(const struct engine_options){.resolve = resolves, .num_resolve = 1});
    expect_reached("http://hook.example/",
                   &(const struct engine_options){.connect_to = connects, .num_connect_to = 1});
    raw_server_stop(server);
    free(resolve);
    free(connect_to);
    free(url);
}

Test(deliver_setup, speaks_ipv6_and_keeps_to_the_family_that_is_asked_for)
{
    const struct raw_options six = {.address = "::1"};
    struct raw_server *server = raw_server_start(answers, ARRAY_LEN(answers), &six);
    if (!server)
        SKIP("sending over IPv6: this machine has none");
    char *url = mem_format("http://[::1]:%d/", raw_server_port(server));
    expect_reached(url, NULL);
    struct buf wire = raw_server_received(server, 0);
    char *host = mem_format("Host: [::1]:%d\r\n", raw_server_port(server));
    cr_expect(strstr(buf_text(&wire), host), "%s", buf_text(&wire));
    char *name = mem_format("http://localhost:%d/", raw_server_port(server));
    expect_reached(name, &(const struct engine_options){.ip_version = 6});
    struct delivery delivery = {0};
    delivery_aim(&delivery, name, &(const struct engine_options){.ip_version = 4});
    struct observation seen = delivery_post(&delivery, NULL, 5000);
    cr_expect_eq(seen.outcome, OUTCOME_REFUSED, "%s", outcome_name(seen.outcome));
    observation_clear(&seen);
    delivery_stop(&delivery);
    buf_clear(&wire);
    free(host);
    free(name);
    free(url);
    raw_server_stop(server);
}

Test(deliver_setup, goes_through_a_proxy_in_the_words_of_each_way)
{
    static const struct raw_step tunnel[] = {{RAW_READ_HEAD, NULL, 0},
                                             {RAW_SEND, "HTTP/1.1 200 Established\r\n\r\n", 0},
                                             {RAW_READ, NULL, 300},
                                             {RAW_SEND, ANSWER, 0}};
    for (int raw = 0; raw < 2; raw++) {
        struct raw_server *server = raw_server_start(raw ? tunnel : answers, raw ? 4 : 2, NULL);
        char *proxy = mem_format("http://127.0.0.1:%d", raw_server_port(server));
        const struct engine_options options = {.proxy = proxy};
        struct delivery delivery = {0};
        delivery_aim(&delivery, "http://hook.example/x", &options);
        struct engine_connection *connection = raw ? engine_connection_new(delivery.engine) : NULL;
        struct observation seen = delivery_post(&delivery, connection, 5000);
        cr_expect_eq(seen.outcome, OUTCOME_ANSWERED, "raw %d: %s", raw, seen.detail);
        struct buf wire = raw_server_received(server, 0);
        const char *first = raw ? "CONNECT hook.example:80 HTTP/1.1\r\n"
                                : "POST http://hook.example/x HTTP/1.1\r\n";
        cr_expect_eq(strncmp(buf_text(&wire), first, strlen(first)), 0, "%s", buf_text(&wire));
        cr_expect_null(strstr(buf_text(&wire), "Proxy-Connection: Keep-Alive\r\nAccept"));
        buf_clear(&wire);
        observation_clear(&seen);
        delivery_stop(&delivery);
        raw_server_stop(server);
        free(proxy);
    }
}

Test(deliver_setup, a_proxy_that_refuses_is_no_answer_of_the_endpoint)
{
    static const struct raw_step refuses[] = {
        {RAW_READ_HEAD, NULL, 0},
        {RAW_SEND, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 0}};
    for (int raw = 0; raw < 2; raw++) {
        struct raw_server *server = raw_server_start(refuses, ARRAY_LEN(refuses), NULL);
        char *proxy = mem_format("http://user:secret@127.0.0.1:%d", raw_server_port(server));
        const struct engine_options options = {.proxy = proxy};
        struct delivery delivery = {0};
        delivery_aim(&delivery, "https://hook.example/x", &options);
        struct engine_connection *connection = raw ? engine_connection_new(delivery.engine) : NULL;
        struct observation seen = delivery_post(&delivery, connection, 5000);
        cr_expect_eq(seen.outcome, OUTCOME_UNREACHABLE, "raw %d: %s %s", raw,
                     outcome_name(seen.outcome), seen.detail);
        cr_expect_eq(seen.status, 0);
        cr_expect_null(strstr(seen.detail, "secret"), "%s", seen.detail);
        struct buf wire = raw_server_received(server, 0);
        cr_expect_null(strstr(buf_text(&wire), "Panora-Signature"), "the proxy saw the signature");
        buf_clear(&wire);
        observation_clear(&seen);
        delivery_stop(&delivery);
        raw_server_stop(server);
        free(proxy);
    }
}
