#include "http/redacted.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/mem.h"

/* A name and its value are one text when a colon stood in it, with a blank after it or not. */
static void redact_field(const struct redactor *redactor, const struct header *header,
                         const char *colon, struct headers *to)
{
    const struct bytes pieces[] = {bytes_of(header->name), bytes_of(colon),
                                   bytes_of(header->value)};
    struct buf shown[ARRAY_LEN(pieces)] = {{0}};
    redact_pieces(redactor, pieces, ARRAY_LEN(pieces), shown);
    headers_add(to, buf_text(&shown[0]), buf_text(&shown[2]));
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        buf_clear(&shown[i]);
}

/* The values of all fields side by side. */
static void redact_values(const struct redactor *redactor, const struct headers *from,
                          struct headers *to)
{
    struct bytes *pieces = mem_alloc((from->count + 1) * sizeof *pieces);
    struct buf *shown = mem_alloc((from->count + 1) * sizeof *shown);
    for (size_t i = 0; i < from->count; i++)
        pieces[i] = bytes_of(from->items[i].value);
    redact_pieces(redactor, pieces, from->count, shown);
    for (size_t i = 0; i < from->count; i++) {
        headers_add(to, from->items[i].name, buf_text(&shown[i]));
        buf_clear(&shown[i]);
    }
    free(pieces);
    free(shown);
}

void headers_redacted(const struct redactor *redactor, const struct headers *from,
                      struct headers *to)
{
    struct headers by_value = {0};
    struct headers by_field = {0};
    redact_values(redactor, from, &by_value);
    for (size_t i = 0; i < from->count; i++)
        redact_field(redactor, &by_value.items[i], ":", &by_field);
    for (size_t i = 0; i < from->count; i++)
        redact_field(redactor, &by_field.items[i], ": ", to);
    headers_clear(&by_value);
    headers_clear(&by_field);
}

void request_redacted(const struct redactor *redactor, const struct request *from, size_t body_max,
                      struct request *to)
{
    *to = (struct request){.method = redacted_text(redactor, from->method),
                           .query = redacted_text(redactor, from->query),
                           .transport = from->transport};
    headers_redacted(redactor, &from->headers, &to->headers);
    redact_beginning(redactor, buf_bytes(&from->body), body_max, &to->body);
}

size_t headers_shown(const struct redactor *redactor, const struct headers *from, size_t max_len,
                     struct headers *to)
{
    struct headers shown = *from; /* a shorter view */
    shown.count = headers_fitting(from, max_len);
    headers_redacted(redactor, &shown, to);
    return from->count - shown.count;
}
