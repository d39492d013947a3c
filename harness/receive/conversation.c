/* The course of a connection: requests in, answers out. Nothing here frees it. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "receive/connection_internal.h"

#define HOLD_NS     (600 * NS_PER_S) /* a client that is left without an answer gives up before */
#define BACKLOG_MAX ((size_t)16 * 1024 * 1024) /* bytes of requests that wait behind an answer */

/* --- answering --- */

void conversation_begin(struct connection *connection)
{
    connection->inside = false;
    connection->counted = false;
    connection->idle_since_ns = clock_monotonic_ns();
    connection_enter(connection, STATE_READING, connection->host->rules.manners.idle_ns);
}

/* All bytes of the answer have left. A request that came meanwhile is read from
 * conversation_on_written, so that a client which sends thousands at once makes no deep stack. */
static void finish_answer(struct connection *connection)
{
    transmit_clear(&connection->transmission);
    connection_drop_body(connection);
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
        connection->host->on_death(connection->host->payload);
        return;
    }
}

static void transmit(struct connection *connection)
{
    connection->state = STATE_WRITING;
    connection_disarm(connection);
    struct transmission *transmission = &connection->transmission;
    int64_t pause_ns = transmit_step(transmission, connection->bufferevent);
    if (pause_ns)
        connection_arm(connection, pause_ns);
    else if (transmission->bytes.len == 0 && !transmission->endless)
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
    };
    return &connection->request;
}

static void begin_answer(struct connection *connection, const struct answer *answer)
{
    const struct http_reader *reader = connection->reader;
    const struct inbound *request = &connection->request;
    const struct answer_context context = {
        .to_head = request->method && strcmp(request->method, "HEAD") == 0,
        .client_is_1_0 = request->method && reader->minor == 0,
        .keep_alive = request->whole && reader->keep_alive,
        .wall_ms = host_wall_ms(connection->host),
    };
    transmit_prepare(&connection->transmission, answer, &context);
    connection->ending = answer->ending;
    if (answer->ending == ENDING_KEEP && !answer_keeps_alive(answer, &context))
        connection->ending = ENDING_CLOSE;
    if (answer->delay_ns)
        connection_enter(connection, STATE_WAITING, answer->delay_ns);
    else
        transmit(connection);
}

/* Answers a request that was not read to its end; the connection cannot be used again. */
static void answer_early(struct connection *connection, struct handling *handling,
                         const char *words, const char *problem)
{
    if (handling->answer.ending == ENDING_KEEP)
        handling->answer.ending = ENDING_CLOSE;
    host_note(connection->host, handling, NULL, words, problem);
    begin_answer(connection, &handling->answer);
    handling_clear(handling);
}

static void refuse_early(struct connection *connection, enum result result)
{
    struct handling handling = host_handling(connection->host, describe(connection, false));
    rules_refuse(&handling, result);
    host_apply(connection->host, MOMENT_ANSWER, &handling.answer, handling.request);
    answer_early(connection, &handling, result_words(result), NULL);
}

static void count_request(struct connection *connection)
{
    connection->host->memory.num_requests = ++connection->host->num_requests;
    connection->num_requests++;
    connection->counted = true;
}

static void answer_malformed(struct connection *connection, int status, const char *problem)
{
    if (!connection->counted)
        count_request(connection);
    struct handling handling = host_handling(connection->host, describe(connection, false));
    handling.answer.status = status;
    answer_set_body(&handling.answer, "text/plain; charset=utf-8", answer_reason(status));
    buf_add_char(&handling.answer.body, '\n');
    answer_early(connection, &handling, NULL, problem);
}

static void answer_whole(struct connection *connection)
{
    struct host *host = connection->host;
    struct handling handling = host_handling(host, describe(connection, true));
    enum result result = rules_handle(&handling);
    host_apply(host, MOMENT_ANSWER, &handling.answer, handling.request);
    struct bytes type = {NULL, 0};
    if (host->out)
        type = handling_member(&handling, "type");
    char *shown = type.data ? mem_copy(type.data, type.len) : NULL;
    host_note(host, &handling, shown, result_words(result), NULL);
    free(shown);
    begin_answer(connection, &handling.answer);
    handling_clear(&handling);
}

/* --- reading --- */

/* Whether behaviours of `moment` answer now, before the body. */
static bool behave_early(struct connection *connection, enum moment moment)
{
    struct handling handling = host_handling(connection->host, describe(connection, false));
    handling.answer.status = 200;
    if (!host_behaves(connection->host, moment))
        return false;
    host_apply(connection->host, MOMENT_ANSWER, &handling.answer, handling.request);
    host_apply(connection->host, moment, &handling.answer, handling.request);
    answer_early(connection, &handling, "answered before its body", NULL);
    return true;
}

/* Asks the stages for what the head alone can tell. True when the request is refused. */
static bool refuse_by_head(struct connection *connection)
{
    struct handling handling = host_handling(connection->host, describe(connection, false));
    enum result result = connection->host->rules.admit(&handling);
    if (result == RESULT_NEXT) {
        handling_clear(&handling);
        return false;
    }
    rules_refuse(&handling, result);
    host_apply(connection->host, MOMENT_ANSWER, &handling.answer, handling.request);
    answer_early(connection, &handling, result_words(result), NULL);
    return true;
}

static void on_head(struct connection *connection)
{
    struct host *host = connection->host;
    const struct http_reader *reader = connection->reader;
    count_request(connection);
    if (behave_early(connection, MOMENT_HEAD))
        return;
    if (reader->has_length && reader->content_length > host->rules.manners.body_max) {
        refuse_early(connection, RESULT_TOO_LARGE);
        return;
    }
    if (host->rules.manners.judges_heads && refuse_by_head(connection))
        return;
    /* RFC 9110 section 10.1.1: a client that waits learns at once whether its body is wanted. */
    bool has_body = reader->chunked || (reader->has_length && reader->content_length > 0);
    if (!reader->expects_continue || !has_body)
        return;
    if (behave_early(connection, MOMENT_EXPECT) || refuse_by_head(connection))
        return;
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    (void)bufferevent_write(connection->bufferevent, go_on, sizeof go_on - 1);
}

static void on_body(struct connection *connection)
{
    struct host *host = connection->host;
    struct bytes piece = connection->reader->chunk;
    if (connection->body.len + piece.len > host->rules.manners.body_max) {
        refuse_early(connection, RESULT_TOO_LARGE);
        return;
    }
    if (host->held + piece.len > HELD_MAX) {
        refuse_early(connection, RESULT_BUSY);
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
    int64_t stale_ns = connection->host->rules.manners.stale_ns;
    return stale_ns && connection->num_requests && !connection->inside &&
           clock_monotonic_ns() - connection->idle_since_ns >= stale_ns;
}

/* Sets the deadline for a request that has begun; an idle connection has another. */
static void note_progress(struct connection *connection)
{
    bool inside = http_reader_is_inside(connection->reader);
    if (connection->state == STATE_READING && inside && !connection->inside)
        connection_arm(connection, connection->host->request_ns);
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
            on_message_event(connection, event);
        } while (event != HTTP_MORE && connection->state == STATE_READING);
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
    case STATE_WRITING:
        if (evbuffer_get_length(input) > BACKLOG_MAX)
            connection->state = STATE_CLOSED;
        return;
    case STATE_HANDSHAKING:
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
    struct handling handling = host_handling(connection->host, describe(connection, false));
    enum result result = connection->host->rules.abort(&handling);
    handling_clear(&handling);
    if (result == RESULT_DEAD)
        connection->host->on_death(connection->host->payload);
}
