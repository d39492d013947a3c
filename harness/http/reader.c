#include "http/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "http/fields.h"
#include "http/line.h"
#include "http/parse.h"

#define START_LINE_MAX  ((size_t)8 * 1024)
#define HEADERS_MAX     ((size_t)64 * 1024)
#define NUM_HEADERS_MAX ((size_t)256)
#define CHUNK_LINE_MAX  ((size_t)4 * 1024)
#define EMPTY_LINES_MAX 4 /* before a request line, RFC 9112 section 2.2 */

struct http_reader_state {
    enum stage {
        STAGE_IDLE,
        STAGE_START_LINE,
        STAGE_FIELDS,
        STAGE_HEAD_DONE,
        STAGE_BODY_LENGTH,
        STAGE_BODY_UNTIL_CLOSE,
        STAGE_CHUNK_SIZE,
        STAGE_CHUNK_DATA,
        STAGE_CHUNK_END,
        STAGE_TRAILERS,
        STAGE_DONE,
        STAGE_FAILED,
        NUM_STAGES
    } stage;
    struct buf line;       /* what has arrived of a line that comes in pieces */
    size_t line_len;       /* bytes of the line that was read last, with its end */
    size_t fields_len;     /* bytes of header or trailer lines so far */
    size_t extensions_len; /* bytes of chunk lines beyond a plain size */
    size_t num_lines;      /* of this message, for the person who reads the problem */
    int num_empty;         /* empty lines before the request line */
    uint64_t remaining;    /* of the body or the chunk */
    bool to_head;
};

/* One stage's work: true when there is an event for the caller, false to go on. */
typedef bool step_function(struct http_reader *reader, struct input *in, enum http_event *out);

static bool go_to(struct http_reader *reader, enum stage stage)
{
    reader->state->stage = stage;
    return false;
}

static bool fail(struct http_reader *reader, struct flaw flaw, enum http_event *out)
{
    struct http_reader_state *state = reader->state;
    if (reader->kind == HTTP_REQUEST)
        reader->status = flaw.status;
    (void)snprintf(reader->problem, sizeof reader->problem, "%s (line %zu, body byte %llu)",
                   flaw.what, state->num_lines + 1, (unsigned long long)reader->body_len);
    state->stage = STAGE_FAILED;
    *out = HTTP_MALFORMED;
    return true;
}

static bool more(enum http_event *out)
{
    *out = HTTP_MORE;
    return true;
}

static void forget_message(struct http_reader *reader)
{
    struct http_reader_state *state = reader->state;
    free(reader->method);
    free(reader->target);
    free(reader->reason);
    headers_clear(&reader->headers);
    headers_clear(&reader->trailers);
    buf_clear(&state->line);
    *state = (struct http_reader_state){.to_head = state->to_head};
    *reader = (struct http_reader){.kind = reader->kind, .limits = reader->limits, .state = state};
}

/* The next line into `line`, as line_take does; LF alone is let through, but noted, unless lines
 * are strict. */
static enum line_result take_line(struct http_reader *reader, struct input *in, size_t max,
                                  struct bytes *line)
{
    struct http_reader_state *state = reader->state;
    size_t before = state->line.len + in->len;
    enum line_result result = line_take(&state->line, in, max, line);
    state->line_len = before - in->len;
    if (result != LINE_BARE_LF)
        return result;
    reader->bare_lf = true;
    return reader->limits.strict_lines ? LINE_BARE_LF : LINE_WHOLE;
}

static void drop_line(struct http_reader *reader)
{
    buf_reset(&reader->state->line);
    reader->state->num_lines++;
}

/* Sets the event for a line that is not whole: always true. */
static bool line_trouble(struct http_reader *reader, enum line_result result,
                         struct flaw when_too_long, enum http_event *out)
{
    if (result == LINE_PART)
        return more(out);
    if (result == LINE_TOO_LONG)
        return fail(reader, when_too_long, out);
    if (result == LINE_BARE_LF)
        return fail(reader, (struct flaw){400, "a line ends with a bare LF"}, out);
    return fail(reader, (struct flaw){400, "a line contains a CR"}, out);
}

static bool step_idle(struct http_reader *reader, struct input *in, enum http_event *out)
{
    if (in->len == 0)
        return more(out);
    forget_message(reader);
    return go_to(reader, STAGE_START_LINE);
}

static struct flaw read_start_line(struct http_reader *reader, struct bytes line)
{
    if (reader->kind == HTTP_REQUEST) {
        struct request_line parts;
        struct flaw flaw = parse_request_line(line, &parts);
        if (flaw.what)
            return flaw;
        reader->method = mem_copy(parts.method.data, parts.method.len);
        reader->target = mem_copy(parts.target.data, parts.target.len);
        reader->minor = parts.minor;
        return NO_FLAW;
    }
    struct status_line parts;
    struct flaw flaw = parse_status_line(line, &parts);
    if (flaw.what)
        return flaw;
    reader->status = parts.status;
    reader->minor = parts.minor;
    reader->reason = mem_copy(parts.reason.data, parts.reason.len);
    return NO_FLAW;
}

static bool step_start_line(struct http_reader *reader, struct input *in, enum http_event *out)
{
    struct http_reader_state *state = reader->state;
    struct bytes line;
    enum line_result result = take_line(reader, in, reader->limits.start_line_max, &line);
    if (result != LINE_WHOLE)
        return line_trouble(reader, result, (struct flaw){414, "the first line is too long"}, out);
    if (line.len == 0 && reader->kind == HTTP_REQUEST && state->num_empty < EMPTY_LINES_MAX) {
        state->num_empty++;
        drop_line(reader);
        return false;
    }
    struct flaw flaw = read_start_line(reader, line);
    if (flaw.what)
        return fail(reader, flaw, out);
    reader->head_len += state->line_len;
    drop_line(reader);
    return go_to(reader, STAGE_FIELDS);
}

/* Reads header or trailer lines; goes to `next` after the empty line that ends them. */
static bool read_fields(struct http_reader *reader, struct input *in, struct headers *fields,
                        enum stage next, enum http_event *out)
{
    struct http_reader_state *state = reader->state;
    struct bytes line;
    size_t room = reader->limits.headers_max - state->fields_len;
    enum line_result result = take_line(reader, in, room, &line);
    if (result != LINE_WHOLE)
        return line_trouble(reader, result, (struct flaw){431, "the headers are too long"}, out);
    state->fields_len += state->line_len;
    struct flaw flaw =
        line.len ? fields_add_line(fields, line, reader->limits.num_headers_max) : NO_FLAW;
    if (flaw.what)
        return fail(reader, flaw, out);
    bool last = line.len == 0;
    drop_line(reader);
    return last ? go_to(reader, next) : false;
}

static bool step_fields(struct http_reader *reader, struct input *in, enum http_event *out)
{
    return read_fields(reader, in, &reader->headers, STAGE_HEAD_DONE, out);
}

static bool has_no_body(const struct http_reader *reader)
{
    return reader->kind == HTTP_RESPONSE && (reader->state->to_head || reader->status < 200 ||
                                             reader->status == 204 || reader->status == 304);
}

static struct flaw decide_framing(struct http_reader *reader, struct framing *framing)
{
    if (reader->kind == HTTP_REQUEST)
        return framing_of_request(&reader->headers, reader->minor, framing);
    struct flaw flaw = framing_of_response(&reader->headers, framing);
    if (has_no_body(reader))
        framing->until_close = false;
    return flaw;
}

static void note_framing(struct http_reader *reader, const struct framing *framing)
{
    const struct headers *headers = &reader->headers;
    reader->chunked = framing->chunked;
    reader->has_length = framing->has_length;
    reader->content_length = framing->length;
    reader->until_close = framing->until_close;
    reader->keep_alive =
        !framing->until_close && !headers_has_token(headers, "Connection", "close") &&
        (reader->minor > 0 || headers_has_token(headers, "Connection", "keep-alive"));
    reader->expects_continue = reader->kind == HTTP_REQUEST && reader->minor > 0 &&
                               headers_has_token(headers, "Expect", "100-continue");
}

static bool step_head_done(struct http_reader *reader, struct input *in, enum http_event *out)
{
    struct http_reader_state *state = reader->state;
    struct framing framing;
    struct flaw flaw = decide_framing(reader, &framing);
    if (flaw.what)
        return fail(reader, flaw, out);
    note_framing(reader, &framing);
    reader->head_len += state->fields_len;
    state->fields_len = 0;
    state->remaining = framing.length;
    if (has_no_body(reader))
        state->stage = STAGE_DONE;
    else if (framing.chunked)
        state->stage = STAGE_CHUNK_SIZE;
    else
        state->stage = framing.until_close ? STAGE_BODY_UNTIL_CLOSE : STAGE_BODY_LENGTH;
    *out = HTTP_HEAD;
    return true;
}

/* Hands out body bytes, at most `max`; the caller has seen to it that there are some. */
static bool give_body(struct http_reader *reader, struct input *in, uint64_t max,
                      enum http_event *out)
{
    size_t len = in->len < max ? in->len : (size_t)max;
    reader->chunk = (struct bytes){in->data, len};
    reader->body_len += len;
    in->data += len;
    in->len -= len;
    *out = HTTP_BODY;
    return true;
}

/* A body with a length, or one chunk. */
static bool step_counted(struct http_reader *reader, struct input *in, enum http_event *out)
{
    struct http_reader_state *state = reader->state;
    if (state->remaining == 0)
        return go_to(reader, state->stage == STAGE_CHUNK_DATA ? STAGE_CHUNK_END : STAGE_DONE);
    if (in->len == 0)
        return more(out);
    (void)give_body(reader, in, state->remaining, out);
    state->remaining -= reader->chunk.len;
    return true;
}

static bool step_body_until_close(struct http_reader *reader, struct input *in,
                                  enum http_event *out)
{
    return in->len ? give_body(reader, in, UINT64_MAX, out) : more(out);
}

static bool step_chunk_size(struct http_reader *reader, struct input *in, enum http_event *out)
{
    struct http_reader_state *state = reader->state;
    struct flaw too_long = {400, "a chunk's size line is too long"};
    struct bytes line;
    enum line_result result = take_line(reader, in, CHUNK_LINE_MAX, &line);
    if (result != LINE_WHOLE)
        return line_trouble(reader, result, too_long, out);
    /* Otherwise a body of one byte a chunk could carry thousands of bytes of extension with each.
     */
    state->extensions_len += line.len > 16 ? line.len : 0;
    struct flaw flaw = state->extensions_len > reader->limits.headers_max
                           ? (struct flaw){400, "the chunk extensions are too long"}
                           : parse_chunk_size(line, &state->remaining);
    if (flaw.what)
        return fail(reader, flaw, out);
    drop_line(reader);
    return go_to(reader, state->remaining ? STAGE_CHUNK_DATA : STAGE_TRAILERS);
}

static bool step_chunk_end(struct http_reader *reader, struct input *in, enum http_event *out)
{
    struct flaw flaw = {400, "a chunk's data is longer than its size says"};
    struct bytes line;
    enum line_result result = take_line(reader, in, 2, &line);
    if (result != LINE_WHOLE)
        return line_trouble(reader, result, flaw, out);
    if (line.len)
        return fail(reader, flaw, out);
    drop_line(reader);
    return go_to(reader, STAGE_CHUNK_SIZE);
}

static bool step_trailers(struct http_reader *reader, struct input *in, enum http_event *out)
{
    return read_fields(reader, in, &reader->trailers, STAGE_DONE, out);
}

static bool step_done(struct http_reader *reader, struct input *in, enum http_event *out)
{
    reader->state->stage = STAGE_IDLE;
    *out = HTTP_END;
    return true;
}

static bool step_failed(struct http_reader *reader, struct input *in, enum http_event *out)
{
    *out = HTTP_MALFORMED;
    return true;
}

static step_function *const steps[NUM_STAGES] = {
    [STAGE_IDLE] = step_idle,
    [STAGE_START_LINE] = step_start_line,
    [STAGE_FIELDS] = step_fields,
    [STAGE_HEAD_DONE] = step_head_done,
    [STAGE_BODY_LENGTH] = step_counted,
    [STAGE_BODY_UNTIL_CLOSE] = step_body_until_close,
    [STAGE_CHUNK_SIZE] = step_chunk_size,
    [STAGE_CHUNK_DATA] = step_counted,
    [STAGE_CHUNK_END] = step_chunk_end,
    [STAGE_TRAILERS] = step_trailers,
    [STAGE_DONE] = step_done,
    [STAGE_FAILED] = step_failed,
};

struct http_reader *http_reader_new(enum http_kind kind, const struct http_limits *limits)
{
    struct http_reader *reader = mem_alloc(sizeof *reader);
    reader->kind = kind;
    reader->limits = limits ? *limits : (struct http_limits){0};
    struct http_limits *own = &reader->limits;
    own->start_line_max = own->start_line_max ? own->start_line_max : START_LINE_MAX;
    own->headers_max = own->headers_max ? own->headers_max : HEADERS_MAX;
    own->num_headers_max = own->num_headers_max ? own->num_headers_max : NUM_HEADERS_MAX;
    reader->state = mem_alloc(sizeof *reader->state);
    return reader;
}

void http_reader_free(struct http_reader *reader)
{
    if (!reader)
        return;
    forget_message(reader);
    free(reader->state);
    free(reader);
}

enum http_event http_reader_next(struct http_reader *reader, const char **data, size_t *len)
{
    struct input in = {*data, *len};
    enum http_event event = HTTP_MORE;
    while (!steps[reader->state->stage](reader, &in, &event)) {
    }
    *data = in.data;
    *len = in.len;
    return event;
}

void http_reader_expect_head_answer(struct http_reader *reader, bool to_head)
{
    reader->state->to_head = to_head;
}

bool http_reader_is_inside(const struct http_reader *reader)
{
    const struct http_reader_state *state = reader->state;
    if (state->stage == STAGE_START_LINE)
        return state->line.len > 0;
    return state->stage != STAGE_IDLE;
}

bool http_reader_finish(struct http_reader *reader, bool *out_end)
{
    enum stage stage = reader->state->stage;
    *out_end = stage == STAGE_BODY_UNTIL_CLOSE || stage == STAGE_DONE;
    if (*out_end)
        reader->state->stage = STAGE_IDLE;
    return *out_end || !http_reader_is_inside(reader);
}
