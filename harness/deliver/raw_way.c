/*
 * The raw way: one exchange on a connection, every byte of it ours.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "deliver/engine_internal.h"

/* Enough for a megabyte in one turn; an endpoint that sends without end must not keep the others
 * waiting. */
#define READS_PER_STEP 64
#define READ_SIZE      ((size_t)16 * 1024)

bool raw_way_is_needed(const struct request *request)
{
    /* To libcurl HEAD means: no body in either direction. */
    return (strcmp(request->method, "HEAD") == 0 && request->body.len > 0) ||
           !transport_is_plain(&request->transport);
}

static void begin(struct engine_connection *connection)
{
    sending_begin(connection);
    http_reader_free(connection->reader);
    connection->reader = reading_new(connection->attempt);
}

static void release(struct engine_connection *connection)
{
    http_reader_free(connection->reader);
    connection->reader = NULL;
    buf_clear(&connection->out);
}

static void end_and_drop(struct engine_connection *connection, enum outcome outcome,
                         const char *sentence)
{
    attempt_end(connection->attempt, outcome, "%s", sentence);
    connection_drop(connection);
}

/* The answer is whole; `rest` bytes came after it. */
static void end_message(struct engine_connection *connection, size_t rest)
{
    struct attempt *attempt = connection->attempt;
    attempt->seen.total_ns = attempt_age_ns(attempt);
    engine_connection_linger(connection);
    connection->is_reusable = attempt->seen.keep_alive && sending_is_over(connection);
    if (rest)
        reading_note_extra(&attempt->seen);
    if (rest || !sending_is_over(connection))
        end_and_drop(connection, OUTCOME_ANSWERED, "");
}

static void end_malformed(struct engine_connection *connection)
{
    struct observation *seen = &connection->attempt->seen;
    /* What stands where the final answer should begin is the body of an interim one. */
    seen->body_after_none = seen->status == 0 && seen->num_interim > 0;
    end_and_drop(connection, OUTCOME_MALFORMED, connection->reader->problem);
}

/* Returns whether the exchange goes on. */
static bool take(struct engine_connection *connection, const char *data, size_t len)
{
    struct attempt *attempt = connection->attempt;
    if (attempt->seen.first_byte_ns < 0) {
        attempt->seen.first_byte_ns = attempt_age_ns(attempt);
        attempt->seen.opening_len = len < OBSERVED_OPENING_MAX ? len : OBSERVED_OPENING_MAX;
        memcpy(attempt->seen.opening, data, attempt->seen.opening_len);
    }
    enum reading reading;
    do
        reading = reading_feed(&attempt->seen, connection->reader, &data, &len);
    while (reading == READING_HEAD);
    if (reading == READING_MALFORMED)
        end_malformed(connection);
    else if (reading == READING_END)
        end_message(connection, len);
    return reading == READING_MORE;
}

static void on_close(struct engine_connection *connection)
{
    struct attempt *attempt = connection->attempt;
    bool ended = false;
    (void)http_reader_finish(connection->reader, &ended);
    if (ended) {
        engine_connection_linger(connection);
        connection->closed_ns = 0;
        end_and_drop(connection, OUTCOME_ANSWERED, "");
    } else if (sending_end_held(connection, "the endpoint closed the connection")) {
        return;
    } else if (attempt->seen.first_byte_ns < 0) {
        end_and_drop(connection, OUTCOME_CLOSED, "the connection was closed without a response");
    } else {
        end_and_drop(connection, OUTCOME_CUT_SHORT, "the response ended before it was complete");
    }
}

/* Hundreds of interim answers cost time, not memory; a head or body without end ends at the
 * deadline. */
static void read_some(struct engine_connection *connection)
{
    char data[READ_SIZE];
    connection->is_pending = false;
    for (int i = 0; i < READS_PER_STEP; i++) {
        size_t len = 0;
        enum arrival arrival = connection_read(connection, data, sizeof data, &len);
        if (arrival == ARRIVAL_NOTHING)
            return;
        if (arrival == ARRIVAL_CLOSE) {
            on_close(connection);
            return;
        }
        if (arrival == ARRIVAL_ERROR &&
            sending_end_held(connection, "the endpoint reset the connection"))
            return;
        if (arrival == ARRIVAL_ERROR) {
            outcome_of_failure(connection->attempt, CURLE_RECV_ERROR);
            connection_drop(connection);
            return;
        }
        if (!take(connection, data, len))
            return;
    }
    connection->is_pending = true;
}

/* A 100 (Continue) has come: the next step sends the body. */
static void note_continue(struct engine_connection *connection)
{
    const struct attempt *attempt = connection->attempt;
    if (connection->state == CONNECTION_UNDER_WAY && !connection->may_send_body &&
        attempt->seen.num_interim > 0)
        connection->is_pending = true;
}

static void step(struct engine_connection *connection)
{
    if (clock_monotonic_ns() >= attempt_deadline_ns(connection->attempt)) {
        attempt_end_late(connection->attempt);
        connection_drop(connection);
        return;
    }
    if (!sending_step(connection))
        return;
    read_some(connection);
    note_continue(connection);
}

static int64_t due_ns(const struct engine_connection *connection)
{
    int64_t deadline_ns = attempt_deadline_ns(connection->attempt);
    int64_t sending_ns = sending_due_ns(connection);
    return sending_ns < deadline_ns ? sending_ns : deadline_ns;
}

const struct way raw_way = {
    .begin = begin,
    .step = step,
    .due_ns = due_ns,
    .wants_room = sending_wants_room,
    .release = release,
};
