#include "platform/visit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define JSON_TYPE "application/json; charset=utf-8"

void visit_json(struct visit *visit, int status, struct buf *body)
{
    visit->out->status = status;
    buf_clear(&visit->out->body);
    visit->out->body = *body;
    *body = (struct buf){0};
    headers_set(&visit->out->headers, "Content-Type", JSON_TYPE);
    headers_set(&visit->out->headers, "Cache-Control", "no-store");
}

static void comma(struct buf *out)
{
    if (out->len && out->data[out->len - 1] != '{')
        buf_add_char(out, ',');
}

static void put_name(struct buf *out, const char *name)
{
    comma(out);
    buf_add_format(out, "\"%s\":", name);
}

void put_bytes(struct buf *out, const char *name, struct bytes value)
{
    put_name(out, name);
    if (value.data)
        js_quote(value, out);
    else
        buf_add_text(out, "null");
}

void put_text(struct buf *out, const char *name, const char *value)
{
    put_bytes(out, name, bytes_of(value));
}

void put_number(struct buf *out, const char *name, int64_t value)
{
    put_name(out, name);
    buf_add_format(out, "%" PRId64, value);
}

void put_bool(struct buf *out, const char *name, bool value)
{
    put_name(out, name);
    buf_add_text(out, value ? "true" : "false");
}

void visit_refuse(struct visit *visit, int status, const char *format, ...)
{
    struct buf body = {0};
    va_list values;
    va_start(values, format);
    char *text = mem_format_list(format, values);
    va_end(values);
    buf_add_char(&body, '{');
    put_text(&body, "error", text);
    buf_add_char(&body, '}');
    visit_json(visit, status, &body);
    free(text);
}

void visit_fail(struct visit *visit, const struct error *err)
{
    visit_refuse(visit, 500, "%s", err->message);
}

/* packages/api/src/@core/utils/exception.filter.ts: statusCode, timestamp, path, message */
void visit_panora_error(struct visit *visit, int status, const char *format, ...)
{
    struct buf body = {0};
    char time[CLOCK_ISO_SIZE];
    va_list values;
    va_start(values, format);
    char *text = mem_format_list(format, values);
    va_end(values);
    clock_iso(clock_wall_ms(), time);
    buf_add_char(&body, '{');
    put_number(&body, "statusCode", status);
    put_text(&body, "timestamp", time);
    put_text(&body, "path", visit->request->target ? visit->request->target : "");
    put_text(&body, "message", text);
    buf_add_char(&body, '}');
    visit_json(visit, status, &body);
    free(text);
}

struct bytes visit_text(const struct visit *visit, const char *name)
{
    return js_get_text(visit->body, name);
}

char *visit_word(const struct visit *visit, const char *name)
{
    struct bytes text = visit_text(visit, name);
    return text.data ? mem_copy(text.data, text.len) : NULL;
}

static char *word_or_empty(const struct visit *visit, const char *name)
{
    struct bytes text = visit_text(visit, name);
    return mem_copy(text.data, text.len);
}

void visit_new_endpoint(struct visit *visit, struct endpoint *out)
{
    char secret[UUID_SIZE];
    struct buf scope = {0};
    const struct js *list = js_get(visit->body, "scope");
    struct rng fresh = rng_for(rng_fresh_seed(), "secret");
    rng_uuid(&fresh, secret);
    if (list)
        js_write(list, &scope);
    else
        buf_add_text(&scope, "[]");
    *out = (struct endpoint){.description = word_or_empty(visit, "description"),
                             .url = word_or_empty(visit, "url"),
                             .secret = mem_text(secret),
                             .active = true,
                             .created_ms = clock_wall_ms(),
                             .scope = buf_take(&scope),
                             .id_project = mem_text(visit->platform->id_project)};
    rng_uuid(&visit->platform->rng, out->id);
}

/* The value of `name` in the query, up to the next '&'. */
static struct bytes query_value(const struct visit *visit, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = visit->query; at && *at; at = strchr(at, '&') ? strchr(at, '&') + 1 : "")
        if (strncmp(at, name, len) == 0 && at[len] == '=')
            return (struct bytes){at + len + 1, strcspn(at + len + 1, "&")};
    return (struct bytes){NULL, 0};
}

bool visit_query_word(const struct visit *visit, const char *name, char *out, size_t size)
{
    struct bytes value = query_value(visit, name);
    (void)snprintf(out, size, "%.*s", (int)(value.len < size ? value.len : size - 1),
                   value.data ? value.data : "");
    return value.data && value.len;
}

int64_t visit_query_number(const struct visit *visit, const char *name, int64_t fallback)
{
    char text[32];
    char *end;
    if (!visit_query_word(visit, name, text, sizeof text))
        return fallback;
    long long number = strtoll(text, &end, 10);
    return *end || number < 0 ? fallback : number;
}
