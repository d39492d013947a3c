/* The course of a connection: requests in, answers out. Nothing here frees it. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "serve/answer.h"
#include "serve/connection_internal.h"

#define HOLD_NS     (600 * NS_PER_S) /* a client that is left without an answer gives up before */
#define BACKLOG_MAX ((size_t)16 * 1024 * 1024) /* bytes of requests that wait behind an answer */

/* --- answering --- */

void conversation_begin(struct connection *connection)
{
    connection->inside = false;
    connection->counted = false;
    connection->idle_since_ns = clock_monotonic_ns();
    connection_enter(connection, STATE_READING, connection->host->manners.idle_ns);
}

/* All bytes of the answer have left. A request that came meanwhile is read from
 * conversation_on_written, so that a client which sends thousands at once makes no deep stack. */
static void finish_answer(struct connection *connection)
{
    transmit_clear(&connection->transmission);
    connection_drop_body(connection);
    if (connection->streams) {
        connection->state = STATE_STREAMING;
        return;
    }
    switch (connection->ending) {
    case ENDING_KEEP:
        conversation_begin(connection);
        return;
    case ENDING_CLOSE:
        connection_linger(connection);
        return;
    case ENDING_RESET:
        connection_reset(connection);
        return;
    case ENDING_HOLD:
        connection_enter(connection, STATE_HOLDING, HOLD_NS);
        return;
    case ENDING_DIE:
        connection_reset(connection);
        if (connection->host->service->died)
            connection->host->service->died(connection->host->payload);
        return;
    }
}

static void transmit(struct connection *connection)
{
    connection->state = STATE_WRITING;
    connection_disarm(connection);
    struct transmission *transmission = &connection->transmission;
    if (connection->undisturbed)
        transmit_at_once(transmission, connection->bufferevent);
    bool has_left = transmit_is_done(transmission);
    int64_t pause_ns = transmit_step(transmission, connection->bufferevent);
    if (pause_ns)
        connection_arm(connection, pause_ns);
    else if (has_left)
        finish_answer(connection);
}

static struct inbound *describe(struct connection *connection, bool whole)
{
    const struct http_reader *reader = connection->reader;
    connection->request = (struct inbound){
        .method = reader->method,
        .target = reader->target,
        .minor = reader->minor,
        .headers = &reader->headers,
        .body = buf_bytes(&connection->body),
        .first_piece_len = connection->first_piece_len,
        .chunked = reader->chunked,
        .whole = whole,
        .number = connection->host->num_requests,
        .connection = connection->number,
        .on_connection = connection->num_requests,
        .over_ipv6 = connection->over_ipv6,
        .from_loopback = connection->from_loopback,
        .line = connection,
    };
    memcpy(connection->request.address, connection->address, sizeof connection->address);
    return &connection->request;
}

/* Takes `answer` over. */
static void begin_answer(struct connection *connection, struct answer *answer)
{
    const struct http_reader *reader = connection->reader;
    const struct inbound *request = &connection->request;
    const struct answer_context context = {
        .to_head = request->method && strcmp(request->method, "HEAD") == 0,
        .client_is_1_0 = request->method && reader->minor == 0,
        .keep_alive = request->whole && reader->keep_alive,
        .wall_ms = connection->host->wall_ms ? connection->host->wall_ms() : 0,
    };
    transmit_prepare(&connection->transmission, answer, &context);
    connection->ending = answer->ending;
    if (answer->ending == ENDING_KEEP && !answer_keeps_alive(answer, &context))
        connection->ending = ENDING_CLOSE;
    connection->streams = answer->stream;
    connection->owed = connection->owed || answer->stream;
    int64_t delay_ns = answer->delay_ns;
    answer_clear(answer);
    if (delay_ns)
        connection_enter(connection, STATE_WAITING, delay_ns);
    else
        transmit(connection);
}

/* Answers a request that was not read to its end; the connection cannot be used again. */
static void answer_early(struct connection *connection, struct answer *answer)
{
    if (answer->ending == ENDING_KEEP)
        answer->ending = ENDING_CLOSE;
    begin_answer(connection, answer);
}

static void refuse_early(struct connection *connection, const struct refusal *why)
{
    struct host *host = connection->host;
    struct answer answer = {0};
    host->service->refuse(host->payload, why, describe(connection, false), &answer);
    answer_early(connection, &answer);
}

static void count_request(struct connection *connection)
{
    connection->host->num_requests++;
    connection->num_requests++;
    connection->counted = true;
}

static void answer_malformed(struct connection *connection, int status, const char *problem)
{
    if (!connection->counted)
        count_request(connection);
    refuse_early(connection, &(struct refusal){REFUSAL_MALFORMED, status, problem});
}

static void answer_whole(struct connection *connection)
{
    struct host *host = connection->host;
    struct answer answer = {0};
    if (host->service->answer(host->payload, describe(connection, true), &answer)) {
        begin_answer(connection, &answer);
        return;
    }
    connection->owed = true;
    connection->state = STATE_PENDING;
    connection_disarm(connection);
}

void conversation_answer(struct connection *connection, struct answer *answer)
{
    connection->owed = false;
    if (connection->state == STATE_PENDING)
        begin_answer(connection, answer);
    else
        answer_clear(answer);
}

/* --- reading --- */

/* Whether the service answers by the head alone. */
static bool answers_head(struct connection *connection, enum head_moment moment)
{
    struct host *host = connection->host;
    struct answer answer = {0};
    if (!host->service->answer_head ||
        !host->service->answer_head(host->payload, moment, describe(connection, false), &answer))
        return false;
    answer_early(connection, &answer);
    return true;
}

static void on_head(struct connection *connection)
{
    struct host *host = connection->host;
    const struct http_reader *reader = connection->reader;
    count_request(connection);
    if (answers_head(connection, HEAD_READ))
        return;
    if (reader->has_length && reader->content_length > host->manners.body_max) {
        refuse_early(connection, &(struct refusal){REFUSAL_TOO_LARGE, 413, NULL});
        return;
    }
    if (answers_head(connection, HEAD_FITS))
        return;
    /* RFC 9110 section 10.1.1: a client that waits learns at once whether its body is wanted. */
    bool has_body = reader->chunked || (reader->has_length && reader->content_length > 0);
    if (!reader->expects_continue || !has_body)
        return;
    if (answers_head(connection, HEAD_WAITS))
        return;
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    (void)bufferevent_write(connection->bufferevent, go_on, sizeof go_on - 1);
}

/* How much all bodies may be together when this one grows to `len` bytes. */
static size_t held_max(size_t len)
{
    return len <= HELD_USUAL ? HELD_MAX : HELD_MAX - HELD_RESERVED;
}

static void on_body(struct connection *connection)
{
    struct host *host = connection->host;
    struct bytes piece = connection->reader->chunk;
    if (connection->body.len + piece.len > host->manners.body_max) {
        refuse_early(connection, &(struct refusal){REFUSAL_TOO_LARGE, 413, NULL});
        return;
    }
    if (host->held + piece.len > held_max(connection->body.len + piece.len)) {
        refuse_early(connection, &(struct refusal){REFUSAL_BUSY, 503, NULL});
        return;
    }
    if (connection->body.len == 0)
        connection->first_piece_len = piece.len;
    buf_add_bytes(&connection->body, piece);
    host->held += piece.len;
}

static void on_malformed(struct connection *connection)
{
    const struct http_reader *reader = connection->reader;
    answer_malformed(connection, reader->status, reader->problem);
}

static void on_message_event(struct connection *connection, enum http_event event)
{
    switch (event) {
    case HTTP_HEAD:
        on_head(connection);
        return;
    case HTTP_BODY:
        on_body(connection);
        return;
    case HTTP_END:
        answer_whole(connection);
        return;
    case HTTP_MALFORMED:
        on_malformed(connection);
        return;
    case HTTP_MORE:
        return;
    }
}

/* Whether the connection has been idle for so long that a faulty receiver has forgotten it. */
static bool is_stale(const struct connection *connection)
{
    int64_t stale_ns = connection->host->manners.stale_ns;
    return stale_ns && connection->num_requests && !connection->inside &&
           clock_monotonic_ns() - connection->idle_since_ns >= stale_ns;
}

/* Sets the deadline for a request that has begun; an idle connection has another. */
static void note_progress(struct connection *connection)
{
    bool inside = http_reader_is_inside(connection->reader);
    if (connection->state == STATE_READING && inside && !connection->inside)
        connection_arm(connection, connection->host->manners.request_ns);
    connection->inside = inside;
}

static void feed(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
    struct evbuffer_iovec piece;
    if (evbuffer_get_length(input) && is_stale(connection))
        connection_reset(connection);
    while (connection->state == STATE_READING && evbuffer_get_length(input) > 0 &&
           evbuffer_peek(input, -1, NULL, &piece, 1) > 0) {
        const char *data = piece.iov_base;
        size_t len = piece.iov_len;
        enum http_event event;
        do {
            event = http_reader_next(connection->reader, &data, &len);
            connection->undisturbed = evbuffer_get_length(input) == piece.iov_len - len;
            on_message_event(connection, event);
        } while (event != HTTP_MORE && connection->state == STATE_READING);
        connection->undisturbed = false;
        (void)evbuffer_drain(input, piece.iov_len - len);
        note_progress(connection);
    }
}

void conversation_on_input(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
    switch (connection->state) {
    case STATE_READING:
        feed(connection);
        if (connection->state == STATE_READING && connection->peer_is_done)
            conversation_on_gone(connection);
        return;
    case STATE_WAITING:
    case STATE_PENDING:
    case STATE_WRITING:
        if (evbuffer_get_length(input) > BACKLOG_MAX)
            connection->state = STATE_CLOSED;
        return;
    case STATE_HANDSHAKING:
    case STATE_STREAMING:
    case STATE_HOLDING:
    case STATE_LINGERING:
        (void)evbuffer_drain(input, evbuffer_get_length(input));
        if (connection->peer_is_done)
            connection->state = STATE_CLOSED;
        return;
    case STATE_CLOSED:
        return;
    }
}

void conversation_on_written(struct connection *connection)
{
    if (connection->state != STATE_WRITING)
        return;
    if (!transmit_is_done(&connection->transmission)) {
        if (transmit_is_filling(&connection->transmission))
            transmit(connection);
        return;
    }
    finish_answer(connection);
    if (connection->state == STATE_READING)
        conversation_on_input(connection);
}

void conversation_on_time(struct connection *connection)
{
    bool unfinished = connection->state == STATE_READING && connection->inside;
    if (connection->state == STATE_WAITING || connection->state == STATE_WRITING)
        transmit(connection);
    else if (unfinished)
        answer_malformed(connection, 408, "the request took too long");
    else
        connection->state = STATE_CLOSED;
}

void conversation_on_gone(struct connection *connection)
{
    bool unfinished = connection->state == STATE_READING && connection->inside;
    connection->state = STATE_CLOSED;
    if (!unfinished)
        return;
    const struct service *service = connection->host->service;
    if (service->abandoned)
        service->abandoned(connection->host->payload, describe(connection, false));
}
