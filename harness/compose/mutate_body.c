/* Mutations of the body, the method's surroundings and other headers, after signing. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "compose/mutation_internal.h"
#include "panora/js.h"

/* Where the JSON string that begins at `at` (its quote) ends: behind the closing quote. */
static size_t string_end(const struct buf *json, size_t at)
{
    for (at++; at < json->len && json->data[at] != '"'; at++)
        if (json->data[at] == '\\')
            at++;
    return at < json->len ? at + 1 : json->len;
}

static bool is_key(const struct buf *json, size_t end)
{
    while (end < json->len && strchr(" \t\r\n", json->data[end]) && json->data[end])
        end++;
    return end < json->len && json->data[end] == ':';
}

/* Changes the first letter or digit between `at` and `end` that is no part of an escape. */
static bool change_between(struct buf *json, size_t at, size_t end)
{
    for (; at < end; at++) {
        unsigned char c = (unsigned char)json->data[at];
        if (c == '\\') {
            at += json->data[at + 1] == 'u' ? 5 : 1;
        } else if (c < 0x80 && isalnum(c)) {
            json->data[at] = (char)(strchr("9zZ", c) ? c - 1 : c + 1);
            return true;
        }
    }
    return false;
}

void change_json_text(struct buf *data)
{
    for (size_t at = 0; at < data->len; at++) {
        if (data->data[at] != '"')
            continue;
        size_t end = string_end(data, at);
        if (!is_key(data, end) && change_between(data, at + 1, end - 1))
            return;
        at = end - 1;
    }
    buf_reset(data);
    (void)buf_add_text(data, "{\"changed\":true}");
}

static void render(struct draft *draft, const struct event *event)
{
    buf_reset(&draft->request.body);
    event_write_body(event, &draft->request.body);
}

bool mutate_change_data(struct draft *draft, const struct call *call, struct error *err)
{
    struct event changed = {0};
    (void)call;
    (void)err;
    event_copy(&changed, &draft->event);
    change_json_text(&changed.data);
    render(draft, &changed);
    event_clear(&changed);
    return true;
}

bool mutate_change_type(struct draft *draft, const struct call *call, struct error *err)
{
    struct event changed = {0};
    (void)err;
    event_copy(&changed, &draft->event);
    free(changed.type);
    changed.type = mem_text(call->values[0].text);
    render(draft, &changed);
    event_clear(&changed);
    return true;
}

bool mutate_change_id(struct draft *draft, const struct call *call, struct error *err)
{
    struct event changed = {0};
    (void)call;
    (void)err;
    event_copy(&changed, &draft->event);
    event_new_id(draft->rng, draft->composer->run_tag, changed.id);
    render(draft, &changed);
    event_clear(&changed);
    return true;
}

/* Beside id_event, data and type, at the end. */
bool mutate_add_member(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf *body = &draft->request.body;
    if (body->len < 2 || body->data[body->len - 1] != '}')
        return error_set(err, "the body is no object any more");
    body->data[--body->len] = '\0';
    (void)buf_add_char(body, ',');
    js_quote(bytes_of(call->values[0].text), body);
    (void)buf_add_format(body, ":%s}", call->values[1].text);
    return true;
}

static bool add_named(struct buf *body, const struct event *event, const char *name, size_t len)
{
    bool first = body->len == 1;
    if (len == 8 && memcmp(name, "id_event", len) == 0) {
        (void)buf_add_format(body, "%s\"id_event\":\"%s\"", first ? "" : ",", event->id);
        return true;
    }
    if (len == 4 && memcmp(name, "type", len) == 0) {
        (void)buf_add_format(body, "%s\"type\":", first ? "" : ",");
        js_quote(bytes_of(event->type), body);
        return true;
    }
    if (len != 4 || memcmp(name, "data", len) != 0)
        return false;
    (void)buf_add_format(body, "%s\"data\":", first ? "" : ",");
    if (event->dialect == DIALECT_TEXT)
        event_write_message(event, body); /* what is signed is what stands on the wire */
    else
        (void)buf_add_bytes(body, buf_bytes(&event->data));
    return true;
}

bool mutate_reorder_members(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf body = {0};
    (void)buf_add_char(&body, '{');
    const char *at = call->values[0].text;
    bool ok = true;
    while (ok && *at) {
        size_t len = strcspn(at, ",");
        ok = add_named(&body, &draft->event, at, len);
        at += len;
        at += strspn(at, ",");
    }
    (void)buf_add_char(&body, '}');
    if (!ok) {
        buf_clear(&body);
        return error_set(err, "\"%s\" is no order of id_event, data and type",
                         call->values[0].text);
    }
    buf_clear(&draft->request.body);
    draft->request.body = body;
    return true;
}

/* Two members `data`; the signature fits the first or the last, the other one differs. */
bool mutate_duplicate_data(struct draft *draft, const struct call *call, struct error *err)
{
    struct event changed = {0};
    bool fits_first = strcmp(call->values[0].text, "first") == 0;
    (void)err;
    event_copy(&changed, &draft->event);
    change_json_text(&changed.data);
    struct buf body = {0};
    (void)buf_add_char(&body, '{');
    (void)add_named(&body, &draft->event, "id_event", 8);
    (void)add_named(&body, fits_first ? &draft->event : &changed, "data", 4);
    (void)add_named(&body, &draft->event, "type", 4);
    (void)add_named(&body, fits_first ? &changed : &draft->event, "data", 4);
    (void)buf_add_char(&body, '}');
    buf_clear(&draft->request.body);
    draft->request.body = body;
    event_clear(&changed);
    return true;
}

bool mutate_body(struct draft *draft, const struct call *call, struct error *err)
{
    (void)err;
    buf_reset(&draft->request.body);
    (void)buf_add_text(&draft->request.body, call->values[0].text);
    return true;
}

/* What would end the field early belongs to another request: such bytes are refused (RFC 9110
 * section 5.5). */
bool mutate_set_header(struct draft *draft, const struct call *call, struct error *err)
{
    if (strpbrk(call->values[0].text, ": \t\r\n") || strpbrk(call->values[1].text, "\r\n"))
        return error_set(err, "a header's name holds no blank or colon, its value no line end");
    headers_set(&draft->request.headers, call->values[0].text, call->values[1].text);
    return true;
}

bool mutate_remove_header(struct draft *draft, const struct call *call, struct error *err)
{
    (void)err;
    (void)headers_remove(&draft->request.headers, call->values[0].text);
    return true;
}
