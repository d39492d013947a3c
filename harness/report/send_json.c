#include "report/send_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/percentile.h"
#include "base/text.h"
#include "http/redacted.h"

#define BODY_MAX ((size_t)64 * 1024)

static json_t *milliseconds(int64_t ns)
{
    int64_t us = ns / 1000; /* finer than that, nothing here means anything */
    return ns < 0 ? json_null() : json_real((double)us / 1000.0);
}

/* Bytes as text: what is not UTF-8 is made visible. */
static json_t *text_of(const struct send_report *report, struct bytes in)
{
    struct buf safe = {0};
    struct buf visible = {0};
    redact(report->redactor, in, &safe);
    struct bytes text = buf_bytes(&safe);
    if (!text_is_utf8(text)) {
        text_add_visible(&visible, text, text.len);
        text = buf_bytes(&visible);
    }
    json_t *value = json_stringn(text.data ? text.data : "", text.len);
    buf_clear(&safe);
    buf_clear(&visible);
    return value;
}

static json_t *headers_of(const struct send_report *report, const struct headers *headers)
{
    json_t *list = json_array();
    struct headers safe = {0};
    headers_redacted(report->redactor, headers, &safe);
    for (size_t i = 0; i < safe.count; i++)
        (void)json_array_append_new(
            list, json_pack("[o, o]", text_of(report, bytes_of(safe.items[i].name)),
                            text_of(report, bytes_of(safe.items[i].value))));
    headers_clear(&safe);
    return list;
}

/* "body", or "body_base64" for what is not UTF-8. */
static void set_body(const struct send_report *report, const struct observation *seen, json_t *to)
{
    struct buf safe = {0};
    redact(report->redactor, buf_bytes(&seen->body), &safe);
    struct bytes body = buf_bytes(&safe);
    bool is_cut = body.len > BODY_MAX;
    if (is_cut)
        body.len = BODY_MAX;
    while (is_cut && body.len && ((unsigned char)body.data[body.len] & 0xc0) == 0x80)
        body.len--; /* not inside a character */
    if (text_is_utf8(body)) {
        (void)json_object_set_new(to, "body", json_stringn(body.data ? body.data : "", body.len));
    } else {
        struct buf encoded = {0};
        encode_base64(body, &encoded);
        (void)json_object_set_new(to, "body_base64", json_string(buf_text(&encoded)));
        buf_clear(&encoded);
    }
    (void)json_object_set_new(to, "body_cut", json_boolean(is_cut || seen->body.full));
    (void)json_object_set_new(to, "body_length", json_integer((json_int_t)seen->body_len));
    buf_clear(&safe);
}

static json_t *times_of(const struct observation *seen)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "dns", milliseconds(seen->dns_ns), "connect",
                     milliseconds(seen->connect_ns), "tls", milliseconds(seen->tls_ns), "sent",
                     milliseconds(seen->sent_ns), "first_byte", milliseconds(seen->first_byte_ns),
                     "total", milliseconds(seen->total_ns));
}

static void dump(json_t *value, struct buf *out)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15));
    buf_add_format(out, "%s\n", text ? text : "null");
    free(text);
    json_decref(value);
}

void send_json_attempt(const struct send_report *report, const struct send_attempt *attempt,
                       const struct observation *seen, struct buf *out)
{
    json_t *line = json_object();
    (void)json_object_set_new(line, "number", json_integer((json_int_t)attempt->number));
    (void)json_object_set_new(line, "target", json_string(report->target));
    (void)json_object_set_new(line, "sent", text_of(report, bytes_of(attempt->sent)));
    (void)json_object_set_new(line, "type", text_of(report, bytes_of(attempt->type)));
    (void)json_object_set_new(line, "id_event", json_string(attempt->id));
    (void)json_object_set_new(line, "outcome", json_string(outcome_name(seen->outcome)));
    (void)json_object_set_new(line, "detail", text_of(report, bytes_of(seen->detail)));
    (void)json_object_set_new(line, "status",
                              seen->status ? json_integer(seen->status) : json_null());
    (void)json_object_set_new(line, "headers", headers_of(report, &seen->headers));
    set_body(report, seen, line);
    (void)json_object_set_new(line, "peer", json_string(seen->peer));
    (void)json_object_set_new(line, "milliseconds", times_of(seen));
    dump(line, out);
}

static json_t *counts_of(const struct send_report *report)
{
    json_t *counts = json_object();
    for (size_t i = 0; i < SEND_STATUSES; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "%zu", i);
        if (report->statuses[i])
            (void)json_object_set_new(counts, name, json_integer((json_int_t)report->statuses[i]));
    }
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        if (report->outcomes[i])
            (void)json_object_set_new(counts, outcome_name((enum outcome)i),
                                      json_integer((json_int_t)report->outcomes[i]));
    return counts;
}

void send_json_sum(const struct send_report *report, struct buf *out)
{
    static const struct {
        const char *name;
        size_t percent;
    } points[] = {{"min", 0}, {"median", 50}, {"p95", 95}, {"max", 100}};
    json_t *times = json_object();
    for (size_t i = 0; i < ARRAY_LEN(points); i++) {
        int64_t ns = report->num_totals ? times_percentile(report->totals_ns, report->num_totals,
                                                           points[i].percent)
                                        : -1;
        (void)json_object_set_new(times, points[i].name, milliseconds(ns));
    }
    dump(json_pack("{s:{s:I, s:I, s:o, s:o}}", "summary", "sent", (json_int_t)report->num_done,
                   "answered_2xx", (json_int_t)report->num_accepted, "counts", counts_of(report),
                   "milliseconds", times),
         out);
}
