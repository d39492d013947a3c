#include "report/send_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/json.h"
#include "base/percentile.h"
#include "base/text.h"
#include "format/request_parts.h"
#include "http/redacted.h"
#include "report/json_case.h"

#define BODY_MAX ((size_t)64 * 1024)

static json_t *headers_of(const struct send_report *report, const struct headers *headers)
{
    struct headers safe = {0};
    headers_redacted(report->redactor, headers, &safe);
    json_t *list = json_headers(&safe, NULL);
    headers_clear(&safe);
    return list;
}

static void set_body(const struct send_report *report, const struct observation *seen, json_t *to)
{
    struct buf safe = {0};
    redact(report->redactor, buf_bytes(&seen->body), &safe);
    struct bytes shown = text_beginning(buf_bytes(&safe), BODY_MAX);
    json_set_bytes(to, "body", shown);
    json_set_flag(to, "body_cut", shown.len < safe.len || seen->body.full);
    json_set_count(to, "body_length", seen->body_len);
    buf_clear(&safe);
}

static json_t *times_of(const struct observation *seen)
{
    json_t *times = json_object();
    json_set_ms(times, "dns", seen->dns_ns);
    json_set_ms(times, "connect", seen->connect_ns);
    json_set_ms(times, "tls", seen->tls_ns);
    json_set_ms(times, "sent", seen->sent_ns);
    json_set_ms(times, "first_byte", seen->first_byte_ns);
    json_set_ms(times, "total", seen->total_ns);
    return times;
}

static void dump(json_t *value, struct buf *out)
{
    json_add_document_as(value, JSON_COMPACT | JSON_REAL_PRECISION(15), out);
    json_decref(value);
}

void send_json_attempt(const struct send_report *report, const struct send_attempt *attempt,
                       const struct observation *seen, struct buf *out)
{
    json_t *line = json_object();
    json_set_count(line, "number", attempt->number);
    json_set(line, "target", json_string(report->target));
    json_set_redacted(line, "sent", report->redactor, attempt->sent);
    json_set_redacted(line, "type", report->redactor, attempt->type);
    json_set(line, "id_event", *attempt->id ? json_string(attempt->id) : json_null());
    json_set(line, "outcome", json_string(outcome_name(seen->outcome)));
    json_set_redacted(line, "detail", report->redactor, seen->detail);
    json_set(line, "status", seen->status ? json_integer(seen->status) : json_null());
    json_set(line, "headers", headers_of(report, &seen->headers));
    set_body(report, seen, line);
    json_set(line, "peer", json_string(seen->peer));
    json_set(line, "milliseconds", times_of(seen));
    dump(line, out);
}

static json_t *counts_of(const struct send_report *report)
{
    json_t *counts = json_object();
    for (size_t i = 0; i < SEND_STATUSES; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "%zu", i);
        if (report->statuses[i])
            json_set_count(counts, name, report->statuses[i]);
    }
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        if (report->outcomes[i])
            json_set(counts, outcome_name((enum outcome)i),
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
        json_set_ms(times, points[i].name, ns);
    }
    dump(json_pack("{s:{s:I, s:I, s:o, s:o}}", "summary", "sent", (json_int_t)report->num_done,
                   "answered_2xx", (json_int_t)report->num_accepted, "counts", counts_of(report),
                   "milliseconds", times),
         out);
}
