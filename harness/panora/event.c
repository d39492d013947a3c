#include "panora/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/request.h"
#include "panora/js.h"

/* "7e57c0de-ffff-": the first two groups of an id. */
#define ID_TAG_LEN 14

void event_clear(struct event *event)
{
    free(event->type);
    buf_clear(&event->data);
    *event = (struct event){0};
}

void event_copy(struct event *to, const struct event *from)
{
    *to = (struct event){.type = mem_text(from->type), .dialect = from->dialect};
    memcpy(to->id, from->id, sizeof(to->id));
    buf_add_bytes(&to->data, buf_bytes(&from->data));
}

void event_new_id(struct rng *rng, unsigned run_tag, char out[UUID_SIZE])
{
    char tag[ID_TAG_LEN + 1];
    (void)snprintf(tag, sizeof(tag), EVENT_ID_PREFIX "-%04x-", run_tag & 0xFFFFU);
    rng_uuid(rng, out);
    memcpy(out, tag, ID_TAG_LEN);
}

void event_write_message(const struct event *event, struct buf *out)
{
    struct bytes data = buf_bytes(&event->data);
    if (event->dialect == DIALECT_TEXT) {
        js_quote(data, out);
        return;
    }
    struct js *value = js_parse(data, NULL);
    if (value)
        js_write(value, out);
    else
        buf_add_bytes(out, data);
    js_free(value);
}

void event_write_body(const struct event *event, struct buf *out)
{
    buf_reserve(out, event->data.len + event->data.len / 8 + 128); /* quotes are escaped */
    buf_add_text(out, "{\"id_event\":");
    js_quote(bytes_of(event->id), out);
    buf_add_text(out, ",\"data\":");
    if (event->dialect == DIALECT_TEXT)
        js_quote(buf_bytes(&event->data), out);
    else
        buf_add_bytes(out, buf_bytes(&event->data));
    buf_add_text(out, ",\"type\":");
    js_quote(bytes_of(event->type), out);
    buf_add_char(out, '}');
}

void event_add_headers(struct headers *headers, const char *signature, size_t body_len)
{
    char length[24];
    (void)snprintf(length, sizeof(length), "%zu", body_len);
    headers_add(headers, "Accept", "application/json, text/plain, */*");
    headers_add(headers, "Content-Type", "application/json");
    if (signature)
        headers_add(headers, PANORA_SIGNATURE_HEADER, signature);
    headers_add(headers, "User-Agent", "axios/1.6.8");
    headers_add(headers, "Content-Length", length);
    headers_add(headers, "Accept-Encoding", "gzip, compress, deflate, br");
    headers_add(headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(headers, "Connection", "keep-alive");
}

const char *dialect_name(enum dialect dialect)
{
    return dialect == DIALECT_TEXT ? "text" : "object";
}
