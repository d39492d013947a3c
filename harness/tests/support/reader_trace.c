#include "tests/support/reader_trace.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"

struct trace {
    struct http_reader *reader;
    struct buf *out;
    bool in_body; /* the last thing written was body bytes */
    bool failed;
};

static void separate(struct trace *trace)
{
    if (trace->out->len)
        buf_add_text(trace->out, " | ");
    trace->in_body = false;
}

static void add_fields(struct trace *trace, const struct headers *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        buf_add_format(trace->out, " [%s=%s]", fields->items[i].name, fields->items[i].value);
}

static void add_head(struct trace *trace)
{
    const struct http_reader *reader = trace->reader;
    separate(trace);
    if (reader->kind == HTTP_REQUEST)
        buf_add_format(trace->out, "HEAD %s %s 1.%d", reader->method, reader->target,
                       reader->minor);
    else
        buf_add_format(trace->out, "HEAD %d (%s) 1.%d", reader->status, reader->reason,
                       reader->minor);
    if (reader->chunked)
        buf_add_text(trace->out, " chunked");
    if (reader->has_length)
        buf_add_format(trace->out, " len=%" PRIu64, reader->content_length);
    buf_add_text(trace->out, reader->until_close ? " until-close" : "");
    buf_add_text(trace->out, reader->keep_alive ? " keep" : "");
    buf_add_text(trace->out, reader->expects_continue ? " expect" : "");
    buf_add_text(trace->out, reader->bare_lf ? " bare-lf" : "");
    add_fields(trace, &reader->headers);
}

static void add_event(struct trace *trace, enum http_event event)
{
    if (event == HTTP_HEAD) {
        add_head(trace);
    } else if (event == HTTP_BODY) {
        if (!trace->in_body) {
            separate(trace);
            buf_add_text(trace->out, "BODY ");
        }
        trace->in_body = true;
        buf_add_bytes(trace->out, trace->reader->chunk);
    } else if (event == HTTP_END) {
        separate(trace);
        buf_add_text(trace->out, "END");
        add_fields(trace, &trace->reader->trailers);
    } else if (event == HTTP_MALFORMED) {
        separate(trace);
        buf_add_text(trace->out, "BAD");
        if (trace->reader->kind == HTTP_REQUEST)
            buf_add_format(trace->out, " %d", trace->reader->status);
        trace->failed = true;
    }
}

static void feed_piece(struct trace *trace, const char *bytes, size_t len)
{
    char *copy = mem_alloc(len ? len : 1);
    for (size_t i = 0; i < len; i++)
        copy[i] = bytes[i];
    const char *data = copy;
    enum http_event event = HTTP_HEAD;
    while (event != HTTP_MORE && !trace->failed) {
        event = http_reader_next(trace->reader, &data, &len);
        add_event(trace, event);
    }
    free(copy);
}

void reader_trace(struct http_reader *reader, struct bytes bytes, size_t piece_len, struct buf *out)
{
    struct trace trace = {reader, out, false, false};
    size_t step = piece_len ? piece_len : bytes.len;
    for (size_t at = 0; at < bytes.len && !trace.failed; at += step)
        feed_piece(&trace, bytes.data + at, bytes.len - at < step ? bytes.len - at : step);
    if (trace.failed)
        return;
    bool end;
    bool proper = http_reader_finish(reader, &end);
    separate(&trace);
    buf_add_text(out, end ? "FINISH end" : proper ? "FINISH ok" : "FINISH cut");
}
