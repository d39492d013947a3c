/* Mutations of the body, the method's surroundings and other headers, after signing. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "compose/mutation.h"
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

static void change_json_text(struct buf *data)
{
    for (size_t at = 0; at < data->len; at++) {
        if (data->data[at] != '"')
            continue;
        size_t end = string_end(data, at);
        if (!is_key(data, end) && change_between(data, at + 1, end - 1))
            return;
        at = end - 1;
    }
    static const char changed[] = "{\"changed\":true}";
    bool same = bytes_equal(buf_bytes(data), bytes_of(changed));
    buf_reset(data);
    buf_add_text(data, same ? "{\"changed\":false}" : changed);
}

static void render(struct draft *draft, const struct event *event)
{
    buf_reset(&draft->request.body);
    event_write_body(event, &draft->request.body);
}

static bool mutate_change_data(struct draft *draft, const struct call *call, struct error *err)
{
    struct event changed = {0};
    event_copy(&changed, &draft->event);
    change_json_text(&changed.data);
    render(draft, &changed);
    event_clear(&changed);
    return true;
}

static bool mutate_change_type(struct draft *draft, const struct call *call, struct error *err)
{
    struct event changed = {0};
    event_copy(&changed, &draft->event);
    free(changed.type);
    changed.type = mem_text(call->values[0].text);
    render(draft, &changed);
    event_clear(&changed);
    return true;
}

static bool mutate_change_id(struct draft *draft, const struct call *call, struct error *err)
{
    struct event changed = {0};
    event_copy(&changed, &draft->event);
    event_new_id(draft->rng, draft->composer->run_tag, changed.id);
    render(draft, &changed);
    event_clear(&changed);
    return true;
}

/* Beside id_event, data and type, at the end. */
static bool mutate_add_member(struct draft *draft, const struct call *call, struct error *err)
{
    static const char *const own[] = {"id_event", "data", "type"};
    struct buf *body = &draft->request.body;
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (strcmp(own[i], call->values[0].text) == 0)
            return error_set(err, "the body already has the key %s", own[i]);
    if (body->len < 2 || body->data[body->len - 1] != '}')
        return error_set(err, "the body is no longer an object");
    body->data[--body->len] = '\0';
    buf_add_char(body, ',');
    js_quote(bytes_of(call->values[0].text), body);
    buf_add_format(body, ":%s}", call->values[1].text);
    return true;
}

static bool add_named(struct buf *body, const struct event *event, const char *name, size_t len)
{
    bool first = body->len == 1;
    if (len == 8 && memcmp(name, "id_event", len) == 0) {
        buf_add_format(body, "%s\"id_event\":\"%s\"", first ? "" : ",", event->id);
        return true;
    }
    if (len == 4 && memcmp(name, "type", len) == 0) {
        buf_add_format(body, "%s\"type\":", first ? "" : ",");
        js_quote(bytes_of(event->type), body);
        return true;
    }
    if (len != 4 || memcmp(name, "data", len) != 0)
        return false;
    buf_add_format(body, "%s\"data\":", first ? "" : ",");
    if (event->dialect == DIALECT_TEXT)
        event_write_message(event, body); /* what is signed is what stands on the wire */
    else
        buf_add_bytes(body, buf_bytes(&event->data));
    return true;
}

/* Each member once, so that the event stays the same one. */
static bool is_order(const char *text)
{
    static const char *const orders[] = {"id_event,data,type", "id_event,type,data",
                                         "data,id_event,type", "data,type,id_event",
                                         "type,id_event,data", "type,data,id_event"};
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        if (strcmp(orders[i], text) == 0)
            return true;
    return false;
}

static bool mutate_reorder_members(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf body = {0};
    buf_add_char(&body, '{');
    const char *at = call->values[0].text;
    bool ok = is_order(at);
    while (ok && *at) {
        size_t len = strcspn(at, ",");
        ok = add_named(&body, &draft->event, at, len);
        at += len;
        at += strspn(at, ",");
    }
    buf_add_char(&body, '}');
    if (!ok) {
        buf_clear(&body);
        return error_set(err, "\"%s\" is not an order of id_event, data and type",
                         call->values[0].text);
    }
    buf_clear(&draft->request.body);
    draft->request.body = body;
    return true;
}

/* Two members `data`; the signature fits the first or the last, the other one differs. */
static bool mutate_duplicate_data(struct draft *draft, const struct call *call, struct error *err)
{
    struct event changed = {0};
    bool fits_first = strcmp(call->values[0].text, "first") == 0;
    event_copy(&changed, &draft->event);
    change_json_text(&changed.data);
    struct buf body = {0};
    buf_add_char(&body, '{');
    (void)add_named(&body, &draft->event, "id_event", 8);
    (void)add_named(&body, fits_first ? &draft->event : &changed, "data", 4);
    (void)add_named(&body, &draft->event, "type", 4);
    (void)add_named(&body, fits_first ? &changed : &draft->event, "data", 4);
    buf_add_char(&body, '}');
    buf_clear(&draft->request.body);
    draft->request.body = body;
    event_clear(&changed);
    return true;
}

static bool mutate_body(struct draft *draft, const struct call *call, struct error *err)
{
    buf_reset(&draft->request.body);
    buf_add_text(&draft->request.body, call->values[0].text);
    return true;
}

static const char *const ends[] = {"first", "last", NULL};

/* word {name, place, sentence, parameters}, phrase, is_flaw, apply */
static const struct mutation rows[] = {
    {{"change-data", "wire", "has data that changed after signing", {{0}}},
     "data changed after signing",
     true,
     mutate_change_data},
    {{"change-type",
      "wire",
      "has a type that changed after signing (the signature does not cover it)",
      {WORD_TEXT("to", "connection.created", "the type")}},
     "type changed to %s after signing",
     true,
     mutate_change_type},
    {{"change-id",
      "wire",
      "has an id_event that changed after signing (the signature does not cover it)",
      {{0}}},
     "id_event changed after signing",
     true,
     mutate_change_id},
    {{"add-member",
      "wire",
      "has an extra key besides id_event, data and type",
      {WORD_TEXT("name", "added_member", "its name"),
       WORD_JSON("value", "{\"since\":\"a later version\"}", "its value")}},
     "an extra key",
     false,
     mutate_add_member},
    {{"reorder-members",
      "wire",
      "has its keys in another order",
      {WORD_TEXT("order", "type,data,id_event", "id_event, data and type in some order")}},
     "keys in the order %s",
     false,
     mutate_reorder_members},
    {{"duplicate-data",
      "wire",
      "has the key `data` twice; the signature matches one",
      {WORD_CHOICE("fits", "first", ends, "which one is signed")}},
     "the key data twice, the %s one signed",
     true,
     mutate_duplicate_data},
    {{"body",
      "wire",
      "has another body than the signed one",
      {WORD_TEXT("text", NULL, "the body")}},
     "the body replaced",
     true,
     mutate_body},
};
const struct table_part mutations_of_body = TABLE_PART(rows);
