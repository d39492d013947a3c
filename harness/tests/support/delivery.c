#include "tests/support/delivery.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/skip.h"

/* A proxy that the environment names would stand between engine and server. */
static void forget_proxies(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        (void)unsetenv(names[i]);
}

void delivery_aim(struct delivery *delivery, const char *url, const struct engine_options *options)
{
    static const struct engine_options none = {0};
    struct error err = {0};
    forget_proxies();
    cr_assert(target_parse(&delivery->target, url, &err), "%s", err.message);
    delivery->engine = engine_new(&delivery->target, options ? options : &none, &err);
    cr_assert(delivery->engine, "%s", err.message);
}

void delivery_start(struct delivery *delivery, const struct raw_step *steps, size_t num_steps,
                    const struct engine_options *options)
{
    *delivery = (struct delivery){0};
    delivery->server = raw_server_start(steps, num_steps, NULL);
    cr_assert(delivery->server);
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/hook?x=1",
                   raw_server_port(delivery->server));
    delivery_aim(delivery, url, options);
}

void delivery_stop(struct delivery *delivery)
{
    engine_free(delivery->engine);
    target_clear(&delivery->target);
    if (delivery->server)
        raw_server_stop(delivery->server);
}

struct request delivery_request(const char *body)
{
    struct request request = {.method = mem_text("POST")};
    char length[32];
    (void)snprintf(length, sizeof length, "%zu", strlen(body));
    headers_add(&request.headers, "Accept", "application/json, text/plain, */*");
    headers_add(&request.headers, "Content-Type", "application/json");
    headers_add(&request.headers, "Panora-Signature", "00ff");
    headers_add(&request.headers, "User-Agent", "axios/1.6.8");
    headers_add(&request.headers, "Content-Length", length);
    headers_add(&request.headers, "Accept-Encoding", "gzip, compress, deflate, br");
    headers_add(&request.headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&request.headers, "Connection", "keep-alive");
    buf_add_text(&request.body, body);
    return request;
}

void delivery_keep(void *payload, struct observation *seen)
{
    struct observation *kept = payload;
    *kept = *seen;
}

struct outcome_box {
    struct observation seen;
    bool is_full;
};

static void on_done(void *payload, struct observation *seen)
{
    struct outcome_box *box = payload;
    cr_assert_not(box->is_full, "an attempt ended twice");
    box->seen = *seen;
    box->is_full = true;
}

struct observation delivery_send(struct delivery *delivery, const struct request *request,
                                 struct engine_connection *connection, int64_t timeout_ms)
{
    struct outcome_box box = {0};
    const struct engine_send send = {.request = request,
                                     .connection = connection,
                                     .timeout_ns = timeout_ms * NS_PER_MS,
                                     .on_done = on_done,
                                     .payload = &box};
    engine_send(delivery->engine, &send);
    cr_assert_not(box.is_full, "called back from within engine_send");
    while (engine_wait(delivery->engine, NS_PER_S)) {
    }
    cr_assert(box.is_full, "never called back");
    return box.seen;
}

struct observation delivery_post(struct delivery *delivery, struct engine_connection *connection,
                                 int64_t timeout_ms)
{
    struct request request = delivery_request("{\"a\":1}");
    struct observation seen = delivery_send(delivery, &request, connection, timeout_ms);
    request_clear(&request);
    return seen;
}

void test_cert_make(struct test_cert *cert)
{
    NEED_TOOL("openssl", "delivery over TLS");
    (void)snprintf(cert->folder, sizeof cert->folder, "/tmp/hookcheck-cert-XXXXXX");
    cr_assert(mkdtemp(cert->folder));
    (void)snprintf(cert->cert, sizeof cert->cert, "%s/cert.pem", cert->folder);
    (void)snprintf(cert->key, sizeof cert->key, "%s/key.pem", cert->folder);
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                   "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 "
                   "-keyout %s -out %s 2>/dev/null",
                   cert->key, cert->cert);
    cr_assert_eq(system(command), 0, "openssl made no certificate");
}

void test_cert_remove(const struct test_cert *cert)
{
    (void)unlink(cert->cert);
    (void)unlink(cert->key);
    (void)rmdir(cert->folder);
}
