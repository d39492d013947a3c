#include "receive/answer.h"

#include <inttypes.h>
#include <time.h>

#include "base/array.h"

static const struct {
    int status;
    const char *words;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {418, "I'm a teapot"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *answer_reason(int status)
{
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].words;
    return "Unknown";
}

void answer_clear(struct answer *answer)
{
    headers_clear(&answer->headers);
    buf_clear(&answer->body);
    buf_clear(&answer->raw);
    buf_clear(&answer->extra);
    *answer = (struct answer){0};
}

void answer_set_body(struct answer *answer, const char *content_type, const char *text)
{
    buf_reset(&answer->body);
    (void)buf_add_text(&answer->body, text);
    headers_set(&answer->headers, "Content-Type", content_type);
}

bool answer_keeps_alive(const struct answer *answer, const struct answer_context *context)
{
    return context->keep_alive && answer->ending == ENDING_KEEP && !answer->cut &&
           answer->raw.len == 0 && answer->minor == 0;
}

/* RFC 9110 section 15.3.5 and 15.4.5: these have no content, whatever their headers say. */
static bool status_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

static void add_date(int64_t wall_ms, const char *line_end, struct buf *out)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    char text[64];
    if (wall_ms == 0 || !gmtime_r(&seconds, &parts))
        return;
    if (strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts))
        (void)buf_add_format(out, "Date: %s%s", text, line_end);
}

static void add_framing(const struct answer *answer, const char *line_end, struct buf *out)
{
    if (answer->endless)
        return;
    if (answer->chunked) {
        (void)buf_add_format(out, "Transfer-Encoding: chunked%s", line_end);
        return;
    }
    if (status_has_body(answer->status))
        (void)buf_add_format(out, "Content-Length: %" PRId64 "%s",
                             (int64_t)answer->body.len + answer->length_error, line_end);
}

static void add_connection(const struct answer *answer, const struct answer_context *context,
                           const char *line_end, struct buf *out)
{
    bool stays = answer_keeps_alive(answer, context);
    if (!stays && !answer->silent_close)
        (void)buf_add_format(out, "Connection: close%s", line_end);
    else if (stays && context->client_is_1_0)
        (void)buf_add_format(out, "Connection: keep-alive%s", line_end);
}

static void add_body(const struct answer *answer, struct buf *out)
{
    if (!answer->chunked) {
        (void)buf_add_bytes(out, buf_bytes(&answer->body));
        return;
    }
    if (answer->body.len) {
        (void)buf_add_format(out, "%zx\r\n", answer->body.len);
        (void)buf_add_bytes(out, buf_bytes(&answer->body));
        (void)buf_add_text(out, "\r\n");
    }
    (void)buf_add_text(out, "0\r\n\r\n");
}

void answer_write(const struct answer *answer, const struct answer_context *context,
                  struct buf *out)
{
    if (answer->raw.len) {
        (void)buf_add_bytes(out, buf_bytes(&answer->raw));
        return;
    }
    const char *line_end = answer->line_end ? answer->line_end : "\r\n";
    const char *reason = answer->reason ? answer->reason : answer_reason(answer->status);
    for (size_t i = 0; i < answer->num_interim; i++)
        (void)buf_add_format(out, "HTTP/1.1 103 Early Hints%s%s", line_end, line_end);
    (void)buf_add_format(out, "HTTP/1.%d %d %s%s", answer->minor + 1, answer->status, reason,
                         line_end);
    for (size_t i = 0; i < answer->headers.count; i++)
        (void)buf_add_format(out, "%s: %s%s", answer->headers.items[i].name,
                             answer->headers.items[i].value, line_end);
    add_date(context->wall_ms, line_end, out);
    add_framing(answer, line_end, out);
    add_connection(answer, context, line_end, out);
    (void)buf_add_text(out, line_end);
    if (status_has_body(answer->status) && !context->to_head)
        add_body(answer, out);
    (void)buf_add_bytes(out, buf_bytes(&answer->extra));
}
