/*
 * Whatever is asked of the local Panora, with its key and without: one answer with a status, or a
 * stream; without the key nothing is done for a stranger. One platform lives through all inputs.
 *
 * The first line of the input is the request line's method and target, the rest is the body. What
 * it delivers goes to a port of this machine at which nobody listens.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "platform/platform.h"
#include "platform/visit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEY "fuzz-key"

static void check(bool ok)
{
    if (!ok)
        abort();
}

static struct platform *start(void)
{
    static const char *const nowhere[] = {"::127.0.0.1:9"};
    const struct platform_options options = {
        .listen = "127.0.0.1:0",
        .api_key = KEY,
        .engine = {.connect_to = nowhere, .num_connect_to = 1},
    };
    struct error err = {0};
    struct platform *platform = platform_start(&options, &err);
    check(platform != NULL);
    return platform;
}

static void ask(struct platform *platform, const char *method, const char *target,
                struct bytes body, bool with_key)
{
    struct headers headers = {0};
    struct answer answer = {0};
    const char *url = platform_url(platform);
    headers_add(&headers, "Host", strstr(url, "://") + 3);
    headers_add(&headers, "Content-Type", "application/json");
    if (with_key)
        headers_add(&headers, "x-api-key", KEY);
    struct inbound request = {.method = method,
                              .target = target,
                              .minor = 1,
                              .headers = &headers,
                              .body = body,
                              .whole = true,
                              .from_loopback = true};
    static unsigned number; /* each comes from elsewhere, or the throttle would answer */
    (void)snprintf(request.address, sizeof request.address, "address %u", number++);
    if (platform_service.answer(platform, &request, &answer)) {
        check(answer.stream || (answer.status >= 200 && answer.status <= 599));
        /* unless they knew it: what they ask for may stand in the answer */
        bool known = strstr(method, KEY) || strstr(target, KEY) || bytes_find(body, bytes_of(KEY));
        check(with_key || known || !strstr(buf_text(&answer.body), KEY));
    }
    answer_clear(&answer);
    headers_clear(&headers);
}

/* The platform that lives through all inputs. */
static struct platform **only(void)
{
    static struct platform *platform;
    return &platform;
}

static void stop(void)
{
    platform_free(*only());
    *only() = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!*only()) {
        *only() = start();
        /* before OpenSSL, which was loaded earlier, takes its locks away from the workers */
        check(atexit(stop) == 0);
    }
    struct platform *platform = *only();
    char *text = mem_copy(data, size);
    char *line_end = memchr(text, '\n', size);
    char *target = line_end ? memchr(text, ' ', (size_t)(line_end - text)) : NULL;
    if (target) {
        *target++ = '\0';
        *line_end = '\0';
    }
    /* a stream would want a connection */
    if (target && *target == '/' && !strstr(target, "stream")) {
        const char *body = line_end + 1;
        struct bytes bytes = {body, size - (size_t)(body - text)};
        ask(platform, text, target, bytes, false);
        ask(platform, text, target, bytes, true);
    }
    free(text);
    return 0;
}
