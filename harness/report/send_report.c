#include "report/send_report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/json.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/percentile.h"
#include "base/sink.h"
#include "base/text.h"
#include "format/request_parts.h"
#include "http/redacted.h"
#include "result/exit.h"

#define SHOWN_BODY_MAX   ((size_t)64 * 1024)
#define SHOWN_HEADER_MAX ((size_t)8 * 1024)
#define LABEL_COLUMNS    8 /* "sent    " */

static bool is_answered(const struct observation *seen)
{
    return seen->outcome == OUTCOME_ANSWERED && seen->status > 0 && seen->status < SEND_STATUSES;
}

static bool is_accepted(const struct observation *seen)
{
    return is_answered(seen) && seen->status / 100 == 2;
}

/* --- one attempt in full --- */

static void add_answer_line(const struct send_report *report, const struct observation *seen,
                            struct buf *out)
{
    struct buf line = {0};
    if (is_answered(seen))
        buf_add_format(&line, "%d in ", seen->status);
    else if (seen->status)
        buf_add_format(&line, "%d, but %s after ", seen->status, outcome_name(seen->outcome));
    else
        buf_add_format(&line, "nothing: %s after ", outcome_name(seen->outcome));
    text_add_duration(&line, seen->total_ns < 0 ? 0 : seen->total_ns);
    if (seen->detail[0]) {
        struct buf safe = {0};
        redact(report->redactor, bytes_of(seen->detail), &safe);
        buf_add_text(&line, " (");
        text_add_visible(&line, buf_bytes(&safe), safe.len);
        buf_add_text(&line, ")");
        buf_clear(&safe);
    }
    layout_entry("got", LABEL_COLUMNS, buf_text(&line), out);
    buf_clear(&line);
}

static void add_answer_headers(const struct send_report *report, const struct observation *seen,
                               struct buf *out)
{
    if (seen->headers.count)
        buf_add_char(out, '\n');
    struct headers safe = {0};
    headers_redacted(report->redactor, &seen->headers, &safe);
    for (size_t i = 0; i < safe.count; i++) {
        buf_add_text(out, "  ");
        text_add_visible(out, bytes_of(safe.items[i].name), SHOWN_HEADER_MAX);
        buf_add_text(out, ": ");
        text_add_visible(out, bytes_of(safe.items[i].value), SHOWN_HEADER_MAX);
        buf_add_char(out, '\n');
    }
    headers_clear(&safe);
}

static void add_answer_body(const struct send_report *report, const struct observation *seen,
                            struct buf *out)
{
    if (seen->body.len == 0)
        return;
    struct buf safe = {0};
    redact(report->redactor, buf_bytes(&seen->body), &safe);
    size_t all = seen->decoded ? safe.len : (size_t)seen->body_len;
    buf_add_char(out, '\n');
    layout_block(buf_bytes(&safe), SHOWN_BODY_MAX, all > safe.len ? all : safe.len, out);
    buf_clear(&safe);
}

static void add_phases(const struct observation *seen, struct buf *out)
{
    const struct {
        const char *name;
        int64_t ns;
    } phases[] = {
        {"dns", seen->dns_ns},     {"connect", seen->connect_ns},
        {"tls", seen->tls_ns},     {"first byte", seen->first_byte_ns},
        {"total", seen->total_ns},
    };
    buf_add_text(out, "\ntime since the start\n");
    for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
        struct buf time = {0};
        if (phases[i].ns < 0)
            buf_add_char(&time, '-');
        else
            text_add_duration(&time, phases[i].ns);
        buf_add_format(out, "  %-10s  %9s\n", phases[i].name, buf_text(&time));
        buf_clear(&time);
    }
}

static void add_in_full(const struct send_report *report, const struct send_attempt *attempt,
                        const struct observation *seen, struct buf *out)
{
    struct buf line = {0};
    text_add_visible(&line, bytes_of(attempt->sent), SHOWN_HEADER_MAX);
    buf_add_format(&line, " (%zu bytes, %s%s) to %s", attempt->body_len,
                   *attempt->id ? "id_event " : "no id_event", attempt->id, report->target);
    layout_entry("sent", LABEL_COLUMNS, buf_text(&line), out);
    buf_clear(&line);
    add_answer_line(report, seen, out);
    add_answer_headers(report, seen, out);
    add_answer_body(report, seen, out);
    add_phases(seen, out);
}

/* --- one attempt of many --- */

static void add_in_a_line(const struct send_report *report, const struct send_attempt *attempt,
                          const struct observation *seen, struct buf *out)
{
    char total[24];
    char status[8];
    struct buf time = {0};
    int width = snprintf(total, sizeof total, "%zu", report->total);
    (void)snprintf(status, sizeof status, "%d", seen->status);
    text_add_duration(&time, seen->total_ns < 0 ? 0 : seen->total_ns);
    buf_add_format(out, "%*zu  %-18s  %9s  %s  ", width, attempt->number,
                   is_answered(seen) ? status : outcome_name(seen->outcome), buf_text(&time),
                   attempt->id);
    text_add_visible(out, bytes_of(attempt->sent), SHOWN_HEADER_MAX);
    buf_add_char(out, '\n');
    buf_clear(&time);
}

static void count(struct send_report *report, const struct observation *seen)
{
    report->num_done++;
    report->num_accepted += is_accepted(seen);
    report->num_without_session += !outcome_had_session(seen->outcome);
    if (!is_answered(seen)) {
        report->outcomes[seen->outcome]++;
        return;
    }
    report->statuses[seen->status]++;
    report->totals_ns =
        mem_resize(report->totals_ns, report->num_totals + 1, sizeof *report->totals_ns);
    report->totals_ns[report->num_totals++] = seen->total_ns;
}

/* --- the lines of --format json: one object for each attempt, and one for their sum --- */

#define BODY_MAX ((size_t)64 * 1024)

static json_t *safe_headers(const struct send_report *report, const struct headers *headers)
{
    struct headers safe = {0};
    headers_redacted(report->redactor, headers, &safe);
    json_t *list = json_headers(&safe, NULL);
    headers_clear(&safe);
    return list;
}

static void set_safe_body(const struct send_report *report, const struct observation *seen,
                          json_t *to)
{
    struct buf safe = {0};
    redact(report->redactor, buf_bytes(&seen->body), &safe);
    struct bytes shown = text_beginning(buf_bytes(&safe), BODY_MAX);
    json_set_bytes(to, "body", shown);
    json_set_flag(to, "body_cut", shown.len < safe.len || seen->body.full);
    json_set_count(to, "body_length", seen->body_len);
    buf_clear(&safe);
}

static json_t *json_times_of(const struct observation *seen)
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

static void json_line(json_t *value, struct buf *out)
{
    json_add_document_as(value, JSON_COMPACT | JSON_REAL_PRECISION(15), out);
    json_decref(value);
}

static void json_attempt(const struct send_report *report, const struct send_attempt *attempt,
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
    json_set(line, "headers", safe_headers(report, &seen->headers));
    set_safe_body(report, seen, line);
    json_set(line, "peer", json_string(seen->peer));
    json_set(line, "milliseconds", json_times_of(seen));
    json_line(line, out);
}

static json_t *json_counts_of(const struct send_report *report)
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
            json_set_count(counts, outcome_name((enum outcome)i), report->outcomes[i]);
    return counts;
}

static void json_sum(const struct send_report *report, struct buf *out)
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
    json_line(json_pack("{s:{s:I, s:I, s:o, s:o}}", "summary", "sent", (json_int_t)report->num_done,
                        "answered_2xx", (json_int_t)report->num_accepted, "counts",
                        json_counts_of(report), "milliseconds", times),
              out);
}

/* --- all of it --- */

void send_report_add(struct send_report *report, const struct send_attempt *attempt,
                     const struct observation *seen)
{
    struct buf out = {0};
    count(report, seen);
    if (report->as_json)
        json_attempt(report, attempt, seen, &out);
    else if (report->total == 1)
        add_in_full(report, attempt, seen, &out);
    else
        add_in_a_line(report, attempt, seen, &out);
    sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
}

/* --- all of them --- */

static void add_counts(const struct send_report *report, struct buf *out)
{
    const char *between = ": ";
    for (int status = 0; status < SEND_STATUSES; status++) {
        if (!report->statuses[status])
            continue;
        buf_add_format(out, "%s%zu x %d", between, report->statuses[status], status);
        between = ", ";
    }
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        if (!report->outcomes[i])
            continue;
        buf_add_format(out, "%s%zu x %s", between, report->outcomes[i],
                       outcome_name((enum outcome)i));
        between = ", ";
    }
}

static void add_times(const struct send_report *report, struct buf *out)
{
    static const struct {
        const char *name;
        size_t percent;
    } points[] = {{"min", 0}, {"median", 50}, {"p95", 95}, {"max", 100}};
    if (!report->num_totals)
        return;
    for (size_t i = 0; i < ARRAY_LEN(points); i++) {
        buf_add_format(out, "%s %s ", i ? "," : ";", points[i].name);
        text_add_duration(
            out, times_percentile(report->totals_ns, report->num_totals, points[i].percent));
    }
}

void send_report_end(struct send_report *report)
{
    if (report->total < 2)
        return;
    struct buf out = {0};
    if (report->num_totals)
        times_sort(report->totals_ns, report->num_totals);
    if (report->as_json) {
        json_sum(report, &out);
    } else {
        buf_add_format(&out, "%zu sent, %zu answered 2xx", report->num_done, report->num_accepted);
        add_counts(report, &out);
        add_times(report, &out);
        buf_add_char(&out, '\n');
    }
    sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
}

int send_report_exit(const struct send_report *report)
{
    if (report->num_done && report->num_accepted == report->num_done)
        return EXIT_OK;
    return report->num_without_session == report->num_done ? EXIT_UNREACHED : EXIT_FELL_SHORT;
}

void send_report_clear(struct send_report *report)
{
    free(report->totals_ns);
    report->totals_ns = NULL;
    report->num_totals = 0;
}
