/*
 * How a request goes out by the raw way: in one go, or in chunks, in pieces, after a 100
 * (Continue), or not to its end.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "deliver/engine_internal.h"

/* As long as libcurl waits for a 100 (Continue). */
#define CONTINUE_NS NS_PER_S

/* What was sent is given time to arrive: a reset takes back what is still under way. */
#define RESET_PAUSE_NS (50 * NS_PER_MS)

static const struct transport *transport_of(const struct engine_connection *connection)
{
    return &connection->attempt->request->transport;
}

/* --- the bytes --- */

/* A value that is blank goes out as in the libcurl way: nothing after the colon. */
void sending_add_head(const struct target *target, const struct request *request,
                      const struct headers *fields, struct buf *out)
{
    char *path = target_path_with(target, request->query);
    buf_add_format(out, "%s %s HTTP/1.%d\r\n", request->method, path,
                   request->transport.http_1_0 ? 0 : 1);
    free(path);
    for (size_t i = 0; i < fields->count; i++) {
        const struct header *field = &fields->items[i];
        bool is_blank = field->value[strspn(field->value, " \t")] == '\0';
        buf_add_text(out, field->name);
        buf_add_text(out, is_blank ? ":" : ": ");
        buf_add_text(out, is_blank ? "" : field->value);
        buf_add_text(out, "\r\n");
    }
    buf_add_text(out, "\r\n");
}

static void add_chunks(struct bytes body, size_t chunk_size, struct buf *out)
{
    while (body.len) {
        size_t len = body.len < chunk_size ? body.len : chunk_size;
        buf_add_format(out, "%zx\r\n", len);
        buf_add(out, body.data, len);
        buf_add_text(out, "\r\n");
        body.data += len;
        body.len -= len;
    }
    buf_add_text(out, "0\r\n\r\n");
}

void sending_begin(struct engine_connection *connection)
{
    const struct transport *transport = transport_of(connection);
    struct bytes body = buf_bytes(&connection->attempt->request->body);
    buf_clear(&connection->out);
    const struct attempt *attempt = connection->attempt;
    sending_add_head(attempt->engine->target, attempt->request, &attempt->fields, &connection->out);
    connection->head_len = connection->out.len;
    if (transport->chunk_size)
        add_chunks(body, transport->chunk_size, &connection->out);
    else
        buf_add_bytes(&connection->out, body);
    connection->out_sent = 0;
    connection->sending_failed = false;
    connection->may_send_body = !transport->expect_continue;
    connection->resume_ns = 0;
    connection->piece_end = connection->out.len;
    if (transport->piece_size)
        connection->piece_end = connection->head_len;
    else if (transport->split_at)
        connection->piece_end = connection->head_len + transport->split_at;
}

/* --- how far it may go --- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Where sending stops for good. */
static size_t end_of(const struct engine_connection *connection)
{
    const struct transport *transport = transport_of(connection);
    if (transport->silent)
        return 0;
    if (transport->stop == STOP_NOT)
        return connection->out.len;
    return least(connection->out.len, connection->head_len + transport->stop_after);
}

/* Where it pauses next, or ends. */
static size_t limit_of(const struct engine_connection *connection)
{
    size_t limit = least(end_of(connection), connection->piece_end);
    return connection->may_send_body ? limit : least(limit, connection->head_len);
}

bool sending_is_over(const struct engine_connection *connection)
{
    return connection->out_sent == connection->out.len;
}

bool sending_wants_room(const struct engine_connection *connection)
{
    return !connection->sending_failed && connection->out_sent < limit_of(connection);
}

int64_t sending_due_ns(const struct engine_connection *connection)
{
    return connection->resume_ns ? connection->resume_ns : INT64_MAX;
}

/* --- on purpose --- */

static void end_on_purpose(struct engine_connection *connection, const char *sentence)
{
    attempt_end(connection->attempt, OUTCOME_LEFT, "%s", sentence);
    connection_drop(connection);
}

bool sending_end_held(struct engine_connection *connection, const char *sentence)
{
    bool holds = connection->attempt && transport_of(connection)->stop == STOP_HOLD;
    if (holds)
        end_on_purpose(connection, sentence);
    return holds;
}

static void end_by_reset(struct engine_connection *connection)
{
    const struct linger now = {1, 0};
    (void)setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    end_on_purpose(connection, "the client reset the connection in the middle of the body");
}

/* --- steps --- */

/* What was waited for has come, or was waited for long enough. */
static void go_on(struct engine_connection *connection)
{
    const struct transport *transport = transport_of(connection);
    connection->resume_ns = 0;
    if (!connection->may_send_body) {
        connection->attempt->seen.waited_in_vain = connection->attempt->seen.num_interim == 0;
        connection->may_send_body = true;
        return;
    }
    size_t step = transport->piece_size ? transport->piece_size : connection->out.len;
    connection->piece_end = least(connection->out.len, connection->piece_end + step);
}

/* Sending has come to where it pauses: until when? */
static void set_pause(struct engine_connection *connection)
{
    const struct transport *transport = transport_of(connection);
    int64_t now_ns = clock_monotonic_ns();
    if (connection->resume_ns || connection->out_sent < limit_of(connection))
        return;
    if (transport->stop != STOP_NOT && connection->out_sent == end_of(connection))
        connection->resume_ns =
            now_ns + (transport->stop == STOP_HOLD ? transport->hold_ns : RESET_PAUSE_NS);
    else if (!connection->may_send_body)
        connection->resume_ns = now_ns + CONTINUE_NS;
    else if (!sending_is_over(connection))
        connection->resume_ns = now_ns + transport->pause_ns;
}

/* When sending fails the answer may be there all the same, so that reading decides how it ended. */
static void send_some(struct engine_connection *connection)
{
    size_t limit = limit_of(connection);
    while (!connection->sending_failed && connection->out_sent < limit) {
        size_t sent = 0;
        CURLcode code =
            curl_easy_send(connection->easy, connection->out.data + connection->out_sent,
                           limit - connection->out_sent, &sent);
        if (code == CURLE_AGAIN)
            return;
        connection->sending_failed = code != CURLE_OK;
        connection->out_sent += code == CURLE_OK ? sent : 0;
        if (sending_is_over(connection))
            connection->attempt->seen.sent_ns = attempt_age_ns(connection->attempt);
    }
}

bool sending_step(struct engine_connection *connection)
{
    const struct transport *transport = transport_of(connection);
    bool has_stopped = transport->stop != STOP_NOT && connection->out_sent == end_of(connection);
    bool is_due = connection->resume_ns && clock_monotonic_ns() >= connection->resume_ns;
    if (has_stopped && is_due) {
        if (transport->stop == STOP_RESET)
            end_by_reset(connection);
        else
            end_on_purpose(connection, "the client held the connection and then closed it");
        return false;
    }
    if (is_due || (!connection->may_send_body && connection->attempt->seen.num_interim > 0))
        go_on(connection);
    send_some(connection);
    set_pause(connection);
    return true;
}
