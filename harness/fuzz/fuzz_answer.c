/*
 * Whatever a server answers, byte for byte, to either way of sending: the attempt ends once, within
 * its time, with facts that agree with each other; and where it leads with a Location can be told.
 *
 * The first byte chooses the way and how the server ends the connection, the second how much of the
 * answer goes out before the server looks away.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TIMEOUT_NS (200 * NS_PER_MS)
#define ROUNDS_MAX 100000

enum { RAW = 1, HALF_CLOSE = 2, RESET = 4, HEAD = 8 };

struct server {
    int listener;
    int port;
    int client; /* -1: none yet */
    struct bytes answer;
    size_t first_len; /* of what is sent at once */
    size_t sent;
    int ending;
};

struct seen {
    struct observation observation;
    unsigned times;
};

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void listen_on_loopback(struct server *server)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof place;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(server->listener, (struct sockaddr *)&place, sizeof place) == 0);
    check(listen(server->listener, 16) == 0);
    check(getsockname(server->listener, (struct sockaddr *)&place, &len) == 0);
    check(fcntl(server->listener, F_SETFL, O_NONBLOCK) == 0);
    server->port = ntohs(place.sin_port);
}

static void hang_up(struct server *server)
{
    const struct linger now = {1, 0};
    if (server->client < 0)
        return;
    (void)setsockopt(server->client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    (void)close(server->client);
    server->client = -1;
}

/* Sends the next part of the answer once the request has begun to come. */
static void serve(struct server *server)
{
    char request[4096];
    if (server->client < 0 && server->sent == 0)
        server->client = accept(server->listener, NULL, NULL);
    if (server->client < 0)
        return;
    bool asked = recv(server->client, request, sizeof request, MSG_DONTWAIT) > 0;
    if (!asked && server->sent == 0)
        return;
    size_t end = server->sent < server->first_len ? server->first_len : server->answer.len;
    while (server->sent < end) {
        ssize_t len = send(server->client, server->answer.data + server->sent, end - server->sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL);
        if (len <= 0)
            return;
        server->sent += (size_t)len;
    }
    if (server->sent < server->answer.len)
        return;
    if (server->ending & RESET)
        hang_up(server);
    else if (server->ending & HALF_CLOSE)
        (void)shutdown(server->client, SHUT_WR);
}

static void on_done(void *payload, struct observation *observation)
{
    struct seen *seen = payload;
    seen->observation = *observation;
    seen->times++;
}

static void check_seen(const struct observation *seen, const struct target *target)
{
    struct target next;
    struct error err = {0};
    check(seen->body.len <= OBSERVED_BODY_MAX);
    check(seen->status == 0 || (seen->status >= 100 && seen->status <= 599));
    check(seen->outcome != OUTCOME_ANSWERED || seen->status != 0);
    check(seen->total_ns < 10 * TIMEOUT_NS);
    const char *location = headers_find(&seen->headers, "Location");
    if (location) {
        bool ok = target_resolve(&next, target, location, &err);
        check(ok != error_is_set(&err));
        target_clear(&next);
    }
}

static void ask(struct server *server, struct engine *engine, const struct request *request,
                struct seen *seen)
{
    const struct engine_send send = {
        .request = request,
        .connection = server->ending & RAW ? engine_connection_new(engine) : NULL,
        .timeout_ns = TIMEOUT_NS,
        .linger = LINGER_NONE,
        .on_done = on_done,
        .payload = seen,
    };
    engine_send(engine, &send);
    for (size_t i = 0; !seen->times && i < ROUNDS_MAX; i++) {
        (void)engine_wait(engine, NS_PER_MS);
        serve(server);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct server server; /* the port stays; everything else is begun anew */
    if (size < 3)
        return 0;
    if (!server.listener)
        listen_on_loopback(&server);
    server.client = -1;
    server.sent = 0;
    server.ending = data[0];
    server.answer = (struct bytes){(const char *)data + 2, size - 2};
    server.first_len = 1 + (size - 3) * data[1] / 255;
    struct target target;
    struct seen seen = {.times = 0};
    struct request request = {.method = mem_text(server.ending & HEAD ? "HEAD" : "POST")};
    char *url = mem_format("http://127.0.0.1:%d/hook", server.port);
    check(target_parse(&target, url, NULL));
    headers_add(&request.headers, "Host", REQUEST_HOST_PLACEHOLDER);
    const struct engine_options options = {0};
    struct engine *engine = engine_new(&target, &options, NULL);
    check(engine != NULL);
    ask(&server, engine, &request, &seen);
    check(seen.times == 1);
    check_seen(&seen.observation, &target);
    engine_free(engine);
    check(seen.times == 1);
    hang_up(&server);
    observation_clear(&seen.observation);
    request_clear(&request);
    target_clear(&target);
    free(url);
    return 0;
}
