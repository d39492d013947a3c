#include "deliver/engine_internal.h"

struct http_reader *reading_new(const struct attempt *attempt)
{
    const struct http_limits limits = {
        .start_line_max = HEAD_LEN_MAX,
        .headers_max = HEAD_LEN_MAX,
        .num_headers_max = HEAD_FIELDS_MAX,
    };
    struct http_reader *reader = http_reader_new(HTTP_RESPONSE, &limits);
    http_reader_expect_head_answer(reader, attempt->expects_no_body);
    return reader;
}

/* 101 is final: nothing that Panora's sender asked for could follow it. */
static bool is_interim(const struct http_reader *reader)
{
    return reader->status < 200 && reader->status != 101;
}

static bool reading_take_head(struct observation *seen, const struct http_reader *reader)
{
    seen->bare_lf = seen->bare_lf || reader->bare_lf;
    if (is_interim(reader)) {
        seen->num_interim++;
        return false;
    }
    seen->status = reader->status;
    headers_clear(&seen->headers);
    headers_copy(&seen->headers, &reader->headers);
    seen->keep_alive = reader->keep_alive;
    seen->head_len = reader->head_len;
    return true;
}

void reading_note_extra(struct observation *seen)
{
    if (seen->status < 200 || seen->status == 204 || seen->status == 304)
        seen->body_after_none = true;
    else
        seen->extra_bytes = true;
}

void reading_take_body(struct observation *seen, struct bytes bytes)
{
    seen->body_len += bytes.len;
    buf_add_bytes(&seen->body, bytes);
}

enum reading reading_feed(struct observation *seen, struct http_reader *reader, const char **data,
                          size_t *len)
{
    for (;;) {
        enum http_event event = http_reader_next(reader, data, len);
        if (event == HTTP_MORE)
            return READING_MORE;
        if (event == HTTP_MALFORMED)
            return READING_MALFORMED;
        if (event == HTTP_HEAD && reading_take_head(seen, reader))
            return READING_HEAD;
        if (event == HTTP_BODY)
            reading_take_body(seen, reader->chunk);
        if (event != HTTP_END || is_interim(reader))
            continue;
        seen->bare_lf = seen->bare_lf || reader->bare_lf; /* also one between chunks */
        return READING_END;
    }
}
