/*
 * Any split of the input gives the same events. The first byte chooses kind and limits, the second
 * how the rest is cut.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "http/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD_MAX 2048

struct choice {
    enum http_kind kind;
    struct http_limits limits;
    bool to_head;
};

static void check(bool ok)
{
    if (!ok)
        abort();
}

static struct choice choose(uint8_t byte)
{
    return (struct choice){.kind = byte & 1 ? HTTP_RESPONSE : HTTP_REQUEST,
                           .limits = {.start_line_max = byte & 2 ? 40 : 0,
                                      .headers_max = byte & 4 ? HEAD_MAX : 0,
                                      .num_headers_max = byte & 8 ? 3 : 0,
                                      .strict_lines = byte & 16},
                           .to_head = byte & 32};
}

static void add_fields(const struct headers *fields, struct buf *out)
{
    for (size_t i = 0; i < fields->count; i++) {
        check(*fields->items[i].name != '\0' && !strpbrk(fields->items[i].value, "\r\n"));
        buf_add_format(out, "[%s=%s]", fields->items[i].name, fields->items[i].value);
    }
}

static void add_head(const struct http_reader *reader, struct buf *out)
{
    const char *first = reader->kind == HTTP_REQUEST ? reader->method : reader->reason;
    buf_add_format(out, "H%s %s %d %d%d%d%d%d%d %llu ", first, reader->target ? reader->target : "",
                   reader->status, reader->chunked, reader->has_length, reader->keep_alive,
                   reader->expects_continue, reader->until_close, reader->bare_lf,
                   (unsigned long long)reader->content_length);
    buf_add_format(out, "%zu ", reader->head_len);
    check(!(reader->chunked && reader->has_length));
    add_fields(&reader->headers, out);
}

/* Returns false when the reader has stopped. */
static bool add_event(const struct http_reader *reader, enum http_event event, struct buf *out)
{
    if (event == HTTP_HEAD)
        add_head(reader, out);
    if (event == HTTP_BODY) {
        check(reader->chunk.len > 0);
        buf_add_bytes(out, reader->chunk);
    }
    if (event == HTTP_END) {
        buf_add_format(out, "E%llu ", (unsigned long long)reader->body_len);
        add_fields(&reader->trailers, out);
    }
    if (event == HTTP_MALFORMED) {
        check(*reader->problem != '\0');
        check(reader->kind == HTTP_RESPONSE || reader->status >= 400);
        buf_add_format(out, "M%d %s", reader->status, reader->problem);
    }
    return event != HTTP_MALFORMED;
}

static bool feed(struct http_reader *reader, const uint8_t *data, size_t len, struct buf *out)
{
    char *copy = mem_copy(data, len);
    const char *at = copy;
    bool going = true;
    enum http_event event = HTTP_HEAD;
    while (going && event != HTTP_MORE) {
        event = http_reader_next(reader, &at, &len);
        going = add_event(reader, event, out);
    }
    check(!going || len == 0);
    free(copy);
    return going;
}

static void read_in_pieces(const struct choice *choice, const uint8_t *data, size_t size,
                           size_t piece_len, struct buf *out)
{
    struct http_reader *reader = http_reader_new(choice->kind, &choice->limits);
    http_reader_expect_head_answer(reader, choice->to_head);
    bool going = true;
    for (size_t at = 0; at < size && going; at += piece_len)
        going = feed(reader, data + at, size - at < piece_len ? size - at : piece_len, out);
    bool end = false;
    if (going)
        buf_add_format(out, "F%d", http_reader_finish(reader, &end));
    buf_add_format(out, "%d", end);
    http_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    struct choice choice = choose(data[0]);
    struct buf whole = {0};
    struct buf cut = {0};
    read_in_pieces(&choice, data + 2, size - 2, size, &whole);
    read_in_pieces(&choice, data + 2, size - 2, (size_t)data[1] % 17 + 1, &cut);
    check(bytes_equal(buf_bytes(&whole), buf_bytes(&cut)));
    buf_clear(&whole);
    buf_clear(&cut);
    return 0;
}
