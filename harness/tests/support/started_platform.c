#include "tests/support/started_platform.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

static void *serve(void *payload)
{
    struct started_platform *started = payload;
    platform_run(started->platform);
    return NULL;
}

void platform_begin(struct started_platform *started, const struct platform_options *options)
{
    struct platform_options own = options ? *options : (struct platform_options){0};
    struct error err = {0};
    *started = (struct started_platform){0};
    own.listen = own.listen ? own.listen : "127.0.0.1:0";
    own.api_key = own.api_key ? own.api_key : PLATFORM_KEY;
    started->platform = platform_start(&own, &err);
    cr_assert_not_null(started->platform, "%s", err.message);
    started->client =
        (struct client_options){platform_url(started->platform), own.api_key, &started->engine};
    started->port = (int)strtol(strrchr(platform_url(started->platform), ':') + 1, NULL, 10);
    cr_assert_eq(pthread_create(&started->thread, NULL, serve, started), 0);
}

void platform_end(struct started_platform *started)
{
    platform_stop(started->platform);
    (void)pthread_join(started->thread, NULL);
    platform_free(started->platform);
}

void platform_call(const struct started_platform *started, const char *method, const char *path,
                   const char *body, struct client_reply *out)
{
    struct error err = {0};
    cr_assert(client_call(&started->client, method, path, body, out, &err), "%s %s: %s", method,
              path, err.message);
}

int platform_status(const struct started_platform *started, const char *method, const char *path,
                    const char *body)
{
    struct client_reply reply;
    platform_call(started, method, path, body, &reply);
    int status = reply.status;
    client_reply_clear(&reply);
    return status;
}

char *reply_text(const struct js *value, const char *name)
{
    const struct js *member = js_get(value, name);
    if (!member || js_kind(member) != JS_STRING)
        return mem_text("");
    return mem_copy(js_string(member).data, js_string(member).len);
}

void platform_exchange(const struct started_platform *started, struct bytes bytes,
                       struct reply *reply)
{
    struct client client;
    client_open(&client, started->port);
    cr_assert(client_send(&client, bytes));
    client_read(&client, 60000, reply);
    client_close(&client);
}

char *platform_register(const struct started_platform *started, const char *url, const char *type)
{
    struct client_reply reply;
    char *body = mem_format("{\"url\":\"%s\",\"scope\":[\"%s\"]}", url, type);
    platform_call(started, "POST", "/webhooks", body, &reply);
    cr_assert_eq(reply.status, 201, "%s", buf_text(&reply.body));
    char *id = reply_text(reply.value, "id_webhook_endpoint");
    client_reply_clear(&reply);
    free(body);
    return id;
}

#define PATIENCE_NS (90 * NS_PER_S)

void platform_wait(const struct started_platform *started, int64_t id, struct client_reply *out)
{
    const struct timespec pause = {0, (long)(10 * NS_PER_MS)};
    int64_t until_ns = clock_monotonic_ns() + PATIENCE_NS;
    char *path = mem_format("/hookcheck/deliveries/%" PRId64, id);
    for (;;) {
        platform_call(started, "GET", path, NULL, out);
        char *state = reply_text(out->value, "state");
        bool is_over = strcmp(state, "queued") != 0 && strcmp(state, "running") != 0 &&
                       strcmp(state, "waiting") != 0;
        free(state);
        if (is_over || clock_monotonic_ns() > until_ns)
            break;
        client_reply_clear(out);
        (void)nanosleep(&pause, NULL);
    }
    free(path);
}
