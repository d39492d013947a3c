#include "deliver/engine.h"

#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/engine_internal.h"

/* libcurl closes idle connections beyond this number by itself; ours are not its to close. */
#define CONNECTIONS_MAX 65536L

/* --- life --- */

/* A peer that closes while something is sent to it must not end the program. */
static void ignore_broken_pipes(void)
{
    struct sigaction old;
    if (sigaction(SIGPIPE, NULL, &old) != 0 || old.sa_handler != SIG_DFL)
        return;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static void *take(size_t size)
{
    return mem_resize(NULL, 1, size);
}

static void *take_zeroed(size_t count, size_t size)
{
    void *data = mem_resize(NULL, count, size);
    memset(data, 0, count * size);
    return data;
}

static void *resize(void *old, size_t size)
{
    return mem_resize(old, 1, size);
}

/* Out of memory in libcurl ends the program as it does everywhere. */
void engine_load_libraries(void)
{
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, free, resize, mem_text, take_zeroed) !=
            CURLE_OK ||
        OPENSSL_init_ssl(0, NULL) != 1)
        mem_library_failed();
}

struct engine *engine_new(const struct target *target, const struct engine_options *options,
                          struct error *err)
{
    engine_load_libraries();
    ignore_broken_pipes();
    struct engine *engine = mem_alloc(sizeof *engine);
    engine->target = target;
    engine->options = *options;
    engine->multi = curl_multi_init();
    if (!engine->multi)
        mem_library_failed();
    (void)curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX);
    setup_lists(engine);
    if (setup_check(engine, err))
        return engine;
    engine_free(engine);
    return NULL;
}

static void free_attempts(struct engine *engine)
{
    while (engine->attempts) {
        struct attempt *attempt = engine->attempts;
        engine->attempts = attempt->next;
        curl_way_release(attempt);
        attempt_free(attempt);
    }
    engine->num_attempts = 0;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    while (engine->connections)
        engine_connection_free(engine->connections);
    free_attempts(engine);
    (void)curl_multi_cleanup(engine->multi);
    curl_response_free_orphans(engine);
    curl_slist_free_all(engine->resolve);
    curl_slist_free_all(engine->connect_to);
    free(engine);
    curl_global_cleanup();
}

/* --- attempts --- */

void engine_send(struct engine *engine, const struct engine_send *send)
{
    struct attempt *attempt = attempt_new(engine, send);
    struct engine_connection *connection = send->connection;
    if (!connection && raw_way_is_needed(send->request)) {
        connection = engine_connection_new(engine);
        connection->is_owned = true;
    }
    if (send->request->transport.tls.asked && !engine->target->is_tls)
        attempt_end(attempt, OUTCOME_NOT_SENT, "the URL is http, so there is no TLS");
    else if (!connection)
        curl_way_begin(attempt);
    else if (connection->attempt)
        attempt_end(attempt, OUTCOME_NOT_SENT, "another exchange is in progress on the connection");
    else
        engine_connection_begin(connection, attempt,
                                send->request->transport.tls.asked ? &tls_handshake_way : &raw_way);
}

/* Takes one ended attempt out of the list, or returns NULL. The oldest first. */
static struct attempt *take_ended(struct engine *engine)
{
    struct attempt **found = NULL;
    for (struct attempt **link = &engine->attempts; *link; link = &(*link)->next)
        if ((*link)->ended)
            found = link;
    if (!found)
        return NULL;
    struct attempt *attempt = *found;
    *found = attempt->next;
    engine->num_attempts--;
    return attempt;
}

static void hand_over(struct attempt *attempt)
{
    struct engine_connection *connection = attempt->connection;
    if (connection && connection->attempt == attempt)
        connection->attempt = NULL;
    if (connection && connection->is_owned)
        engine_connection_free(connection);
    struct observation seen = attempt->seen;
    observation_init(&attempt->seen); /* it is the callee's now */
    engine_on_done *on_done = attempt->on_done;
    void *payload = attempt->payload;
    curl_way_release(attempt);
    attempt_free(attempt);
    on_done(payload, &seen);
}

/* Tells of everything that had ended when it was called; what the call backs begin comes later. */
static bool hand_over_ended(struct engine *engine)
{
    struct attempt *ended = NULL;
    struct attempt **last = &ended;
    for (struct attempt *attempt; (attempt = take_ended(engine)) != NULL; last = &attempt->next) {
        attempt->next = NULL;
        *last = attempt;
    }
    bool any = ended != NULL;
    while (ended) {
        struct attempt *attempt = ended;
        ended = attempt->next;
        hand_over(attempt);
    }
    return any;
}

void engine_release_held(struct engine *engine)
{
    for (struct attempt *attempt = engine->attempts; attempt; attempt = attempt->next) {
        struct engine_connection *connection = attempt->connection;
        if (!attempt->ended && connection && connection->state == CONNECTION_UNDER_WAY)
            (void)sending_end_held(connection, "the client held the connection and then closed it");
    }
}

void engine_cancel_all(struct engine *engine)
{
    for (struct attempt *attempt = engine->attempts; attempt; attempt = attempt->next) {
        struct engine_connection *connection = attempt->connection;
        if (attempt->ended)
            continue;
        if (connection && connection->state == CONNECTION_LINGER)
            attempt_end(attempt, OUTCOME_ANSWERED, "%s", "");
        attempt_end(attempt, OUTCOME_NOT_SENT, "cancelled");
        if (connection)
            connection_drop(connection);
    }
    (void)hand_over_ended(engine);
}

/* --- the loop --- */

static struct engine_connection *connection_of(const struct engine *engine, const CURL *easy)
{
    struct engine_connection *connection = engine->connections;
    while (connection && connection->easy != easy)
        connection = connection->next;
    return connection;
}

static void read_messages(struct engine *engine)
{
    int left;
    for (CURLMsg *msg; (msg = curl_multi_info_read(engine->multi, &left)) != NULL;) {
        if (msg->msg != CURLMSG_DONE)
            continue;
        struct attempt *attempt = NULL;
        struct engine_connection *connection = connection_of(engine, msg->easy_handle);
        if (connection)
            connection_on_connected(connection, msg->data.result);
        else if (curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &attempt) == CURLE_OK)
            curl_way_on_done(attempt, msg->data.result);
    }
}

/* An answer that came before the request was gone is an answer: libcurl alone would go on sending.
 */
static void end_early_answers(struct engine *engine)
{
    for (struct attempt *attempt = engine->attempts; attempt; attempt = attempt->next)
        if (!attempt->ended && attempt->easy && attempt->response.is_complete)
            curl_way_on_done(attempt, CURLE_OK);
}

/* Everything that can be done without waiting; true when attempts have ended and were handed over.
 */
static bool step(struct engine *engine)
{
    int running;
    (void)curl_multi_perform(engine->multi, &running);
    read_messages(engine);
    end_early_answers(engine);
    for (struct engine_connection *c = engine->connections; c; c = c->next)
        connection_step(c);
    return hand_over_ended(engine);
}

static int poll_ms(const struct engine *engine, int64_t until_ns)
{
    int64_t now = clock_monotonic_ns();
    int64_t wake = until_ns;
    for (const struct engine_connection *c = engine->connections; c; c = c->next)
        if (connection_wake_ns(c) < wake)
            wake = connection_wake_ns(c);
    int64_t ms = (wake - now + NS_PER_MS - 1) / NS_PER_MS;
    int64_t ms_left = (until_ns - now) / NS_PER_MS; /* never beyond what the caller allows */
    ms = ms < ms_left ? ms : ms_left;
    return ms < 0 ? 0 : ms > 1000 ? 1000 : (int)ms;
}

static void wait_for_something(struct engine *engine, int64_t until_ns)
{
    struct curl_waitfd *fds = NULL;
    unsigned int count = 0;
    for (struct engine_connection *c = engine->connections; c; c = c->next) {
        struct curl_waitfd fd;
        c->revents = 0;
        if (!connection_wants(c, &fd))
            continue;
        fds = mem_resize(fds, count + 1, sizeof *fds);
        fds[count++] = fd;
    }
    (void)curl_multi_poll(engine->multi, fds, count, poll_ms(engine, until_ns), NULL);
    unsigned int i = 0;
    for (struct engine_connection *c = engine->connections; c && i < count; c = c->next)
        if (c->socket == fds[i].fd)
            c->revents = fds[i++].revents;
    free(fds);
}

size_t engine_wait(struct engine *engine, int64_t timeout_ns)
{
    int64_t until_ns = clock_monotonic_ns() + timeout_ns;
    bool ended = step(engine);
    /* the sockets are looked at once at least, or a caller in a hurry would never hear of them */
    while (!ended) {
        wait_for_something(engine, until_ns);
        ended = step(engine);
        if (clock_monotonic_ns() >= until_ns)
            break;
    }
    return engine->num_attempts;
}
