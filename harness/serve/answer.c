#include "serve/answer.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/array.h"
#include "base/clock.h"

static const struct {
    int status;
    const char *words;
} reasons[] = {
    {100, "Continue"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {205, "Reset Content"},
    {208, "Already Reported"},
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
    buf_add_text(&answer->body, text);
    headers_set(&answer->headers, "Content-Type", content_type);
}

bool answer_keeps_alive(const struct answer *answer, const struct answer_context *context)
{
    return context->keep_alive && answer->ending == ENDING_KEEP && !answer->cut &&
           answer->raw.len == 0 && answer->minor == 0 && !answer->stream;
}

/* RFC 9110 section 15.3.5 and 15.4.5: these have no content, whatever their headers say. */
static bool status_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

#define HEAD_USUAL 256 /* bytes */

/* How the lines of a head are written. */
struct head {
    const char *line_end;
    bool lower_case;
    struct buf *out;
};

static void add_header(const struct head *head, const char *name, const char *value)
{
    size_t start = head->out->len;
    buf_add_text(head->out, name);
    buf_add_text(head->out, ": ");
    buf_add_text(head->out, value);
    buf_add_text(head->out, head->line_end);
    for (size_t i = 0; head->lower_case && name[i]; i++)
        if (name[i] >= 'A' && name[i] <= 'Z')
            head->out->data[start + i] = (char)(name[i] - 'A' + 'a');
}

static void add_date(int64_t wall_ms, const struct head *head)
{
    char text[CLOCK_ISO_SIZE];
    if (wall_ms == 0)
        return;
    clock_http(wall_ms, text);
    add_header(head, "Date", text);
}

static void add_framing(const struct answer *answer, const struct head *head)
{
    char length[32];
    if (answer->endless || answer->unframed || answer->stream)
        return;
    if (answer->chunked) {
        add_header(head, "Transfer-Encoding", "chunked");
        return;
    }
    if (!status_has_body(answer->status))
        return;
    (void)snprintf(length, sizeof length, "%" PRId64,
                   (int64_t)answer->body.len + answer->length_error);
    add_header(head, "Content-Length", length);
}

static void add_connection(const struct answer *answer, const struct answer_context *context,
                           const struct head *head)
{
    bool stays = answer_keeps_alive(answer, context);
    if (!stays && !answer->silent_close)
        add_header(head, "Connection", "close");
    else if (stays && context->client_is_1_0)
        add_header(head, "Connection", "keep-alive");
}

#define SMALL_CHUNK ((size_t)3)

static void add_chunks(const struct answer *answer, struct buf *out)
{
    struct bytes left = buf_bytes(&answer->body);
    while (left.len) {
        size_t len = answer->chunk_details && left.len > SMALL_CHUNK ? SMALL_CHUNK : left.len;
        buf_add_format(out, "%zx%s\r\n", len, answer->chunk_details ? ";part=\"a\"" : "");
        buf_add(out, left.data, len);
        buf_add_text(out, "\r\n");
        left = (struct bytes){left.data + len, left.len - len};
    }
    buf_add_format(out, "0\r\n%s\r\n", answer->chunk_details ? "X-Checked: yes\r\n" : "");
}

static void add_body(const struct answer *answer, struct buf *out)
{
    if (answer->chunked && !answer->endless && !answer->unframed)
        add_chunks(answer, out);
    else
        buf_add_bytes(out, buf_bytes(&answer->body));
}

static void add_interim(const struct answer *answer, const struct head *head)
{
    for (size_t i = 0; i < answer->num_interim; i++)
        buf_add_format(head->out, "HTTP/1.1 %d %s%s%s", answer->interim,
                       answer_reason(answer->interim), head->line_end, head->line_end);
}

void answer_write(const struct answer *answer, const struct answer_context *context,
                  struct buf *out)
{
    if (answer->raw.len) {
        buf_add_bytes(out, buf_bytes(&answer->raw));
        return;
    }
    const struct head head = {answer->line_end ? answer->line_end : "\r\n", answer->lower_case,
                              out};
    const char *reason = answer->reason ? answer->reason : answer_reason(answer->status);
    buf_reserve(out, HEAD_USUAL);
    add_interim(answer, &head);
    buf_add_format(out, "HTTP/1.%d %d %s%s", answer->minor + 1, answer->status, reason,
                   head.line_end);
    for (size_t i = 0; i < answer->headers.count; i++)
        add_header(&head, answer->headers.items[i].name, answer->headers.items[i].value);
    add_date(context->wall_ms, &head);
    add_framing(answer, &head);
    add_connection(answer, context, &head);
    buf_add_text(out, head.line_end);
    if (status_has_body(answer->status) && !context->to_head)
        add_body(answer, out);
    buf_add_bytes(out, buf_bytes(&answer->extra));
}
