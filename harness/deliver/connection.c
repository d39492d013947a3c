/*
 * A connection of the raw way: made by libcurl, then ours. Between exchanges its socket stays under
 * watch.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/engine_internal.h"

/* How long bytes that should not follow an answer are waited for. */
static const int64_t linger_ns[] = {
    [LINGER_USUAL] = 50 * NS_PER_MS,
    [LINGER_SHORT] = 10 * NS_PER_MS,
    [LINGER_NONE] = 0,
};

/* --- life --- */

struct engine_connection *engine_connection_new(struct engine *engine)
{
    struct engine_connection *connection = mem_alloc(sizeof *connection);
    connection->engine = engine;
    connection->socket = CURL_SOCKET_BAD;
    connection->closed_ns = -1;
    connection->next = engine->connections;
    engine->connections = connection;
    return connection;
}

void connection_drop(struct engine_connection *connection)
{
    if (connection->way)
        connection->way->release(connection);
    if (connection->easy) {
        /* also closes the socket, because the handle is one for CONNECT_ONLY */
        (void)curl_multi_remove_handle(connection->engine->multi, connection->easy);
        curl_easy_cleanup(connection->easy);
    }
    connection->easy = NULL;
    connection->socket = CURL_SOCKET_BAD;
    connection->state = CONNECTION_NONE;
    connection->is_reusable = false;
    connection->is_pending = false;
}

void engine_connection_free(struct engine_connection *connection)
{
    if (!connection)
        return;
    if (connection->attempt) {
        attempt_end(connection->attempt, OUTCOME_NOT_SENT, "its connection was closed");
        connection->attempt->connection = NULL;
    }
    connection_drop(connection);
    struct engine_connection **link = &connection->engine->connections;
    while (*link != connection)
        link = &(*link)->next;
    *link = connection->next;
    free(connection);
}

bool engine_connection_idle(const struct engine_connection *connection, int64_t *out_ns,
                            bool *out_reset)
{
    if (connection->closed_ns < 0)
        return false;
    *out_ns = connection->closed_ns;
    *out_reset = connection->closed_by_reset;
    return true;
}

/* --- reading --- */

enum arrival connection_read(struct engine_connection *connection, char *data, size_t size,
                             size_t *out_len)
{
    CURLcode code = curl_easy_recv(connection->easy, data, size, out_len);
    if (code == CURLE_AGAIN)
        return ARRIVAL_NOTHING;
    if (code == CURLE_OK)
        return *out_len ? ARRIVAL_BYTES : ARRIVAL_CLOSE;
    /* Without TLS's word of farewell; node and the web take it for a close, and so do we. */
    return strstr(connection->error_text, "unexpected eof") ? ARRIVAL_CLOSE : ARRIVAL_ERROR;
}

/* --- after an exchange --- */

static void finish_attempt(struct engine_connection *connection)
{
    struct attempt *attempt = connection->attempt;
    connection->state = CONNECTION_IDLE;
    if (!attempt || attempt->ended)
        return;
    attempt->seen.idle_closed_ns = connection->closed_ns;
    attempt->seen.idle_was_reset = connection->closed_by_reset;
    attempt_end(attempt, OUTCOME_ANSWERED, "%s", "");
}

void engine_connection_linger(struct engine_connection *connection)
{
    connection->ended_ns = clock_monotonic_ns();
    connection->closed_ns = -1;
    connection->closed_by_reset = false;
    connection->state = CONNECTION_LINGER;
    connection->is_pending =
        true; /* TLS may hold decrypted bytes of which the socket knows nothing */
}

/* Nothing should arrive now: any of it ends the connection, as it does with Panora's sender. */
static void watch(struct engine_connection *connection)
{
    char data[4096];
    size_t len = 0;
    connection->is_pending = false;
    enum arrival arrival = connection_read(connection, data, sizeof data, &len);
    if (arrival == ARRIVAL_NOTHING)
        return;
    if (arrival == ARRIVAL_BYTES) {
        if (connection->state == CONNECTION_LINGER)
            reading_note_extra(&connection->attempt->seen);
    } else {
        connection->closed_ns = clock_monotonic_ns() - connection->ended_ns;
        connection->closed_by_reset = arrival == ARRIVAL_ERROR;
    }
    finish_attempt(connection);
    connection_drop(connection);
}

/* --- steps --- */

/* When something has to happen although the socket is quiet, monotonic. */
static int64_t due_ns(const struct engine_connection *connection)
{
    if (connection->state == CONNECTION_UNDER_WAY)
        return connection->way->due_ns(connection);
    if (connection->state == CONNECTION_LINGER)
        return connection->ended_ns +
               linger_ns[connection->attempt ? connection->attempt->linger : LINGER_USUAL];
    return INT64_MAX;
}

void connection_step(struct engine_connection *connection)
{
    bool is_due = clock_monotonic_ns() >= due_ns(connection);
    bool is_ready = connection->revents || connection->is_pending;
    connection->revents = 0;
    if (connection->state == CONNECTION_UNDER_WAY && (is_ready || is_due)) {
        connection->way->step(connection);
        return;
    }
    if ((connection->state == CONNECTION_LINGER || connection->state == CONNECTION_IDLE) &&
        is_ready)
        watch(connection);
    if (connection->state == CONNECTION_LINGER && is_due)
        finish_attempt(connection);
}

int64_t connection_wake_ns(const struct engine_connection *connection)
{
    return connection->is_pending ? 0 : due_ns(connection);
}

bool connection_wants(const struct engine_connection *connection, struct curl_waitfd *out)
{
    if (connection->socket == CURL_SOCKET_BAD)
        return false;
    bool is_sending =
        connection->state == CONNECTION_UNDER_WAY && connection->way->wants_room(connection);
    *out = (struct curl_waitfd){
        .fd = connection->socket,
        .events = (short)(CURL_WAIT_POLLIN | (is_sending ? CURL_WAIT_POLLOUT : 0)),
    };
    return true;
}

/* --- connecting --- */

static void connect_anew(struct engine_connection *connection)
{
    connection_drop(connection);
    CURL *easy = setup_easy(connection->attempt, connection->error_text);
    connection->easy = easy;
    connection->state = CONNECTION_CONNECTING;
    setup_must(curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L));
    /* Through a proxy, too, the bytes are to reach the endpoint as they are. */
    setup_must(curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L));
    if (curl_multi_add_handle(connection->engine->multi, easy) != CURLM_OK)
        mem_library_failed();
}

static void begin_way(struct engine_connection *connection)
{
    connection->state = CONNECTION_UNDER_WAY;
    connection->is_reusable = false;
    connection->is_pending = true; /* the first step needs no poll */
    connection->way->begin(connection);
}

void engine_connection_begin(struct engine_connection *connection, struct attempt *attempt,
                             const struct way *way)
{
    if (connection->state == CONNECTION_IDLE)
        watch(connection); /* a close may have come in since the last look */
    connection->attempt = attempt;
    connection->closed_ns = -1;
    connection->closed_by_reset = false;
    attempt->connection = connection;
    attempt->seen.raw = true;
    attempt->seen.reused =
        connection->state == CONNECTION_IDLE && connection->is_reusable && connection->way == way;
    if (!attempt->seen.reused)
        connect_anew(connection);
    connection->way = way;
    if (attempt->seen.reused)
        begin_way(connection);
}

void connection_on_connected(struct engine_connection *connection, CURLcode code)
{
    struct attempt *attempt = connection->attempt;
    if (connection->state != CONNECTION_CONNECTING || !attempt)
        return;
    outcome_read_phases(&attempt->seen, connection->easy);
    if (code == CURLE_OK)
        code = curl_easy_getinfo(connection->easy, CURLINFO_ACTIVESOCKET, &connection->socket);
    if (code == CURLE_OK && connection->socket != CURL_SOCKET_BAD) {
        attempt->seen.sent_ns = -1; /* libcurl means: could be sent now */
        begin_way(connection);
        return;
    }
    outcome_of_failure(attempt, code ? code : CURLE_COULDNT_CONNECT);
    connection_drop(connection);
}
