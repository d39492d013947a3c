#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "format/request_parts.h"
#include "http/redacted.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/repeat.h"
#include "report/standing.h"
#include "result/packed.h"

/* Rises when a member is taken away or changes its meaning; new members do not count. */
#define SCHEMA_VERSION 1

/* Bytes of a body that a report shows. */
#define SHOWN_BODY_MAX 2048

/* Bytes of names and values of an answer's header fields that a report shows. */
#define SHOWN_HEADERS_MAX 8192

/* --- cases --- */

/* `kept` is what there is of `len` bytes. */
static void set_body(json_t *object, const struct run_result *result, struct bytes kept,
                     uint64_t len)
{
    struct buf shown = {0};
    size_t shown_len = text_beginning(kept, SHOWN_BODY_MAX).len;
    redact_beginning(result->redactor, kept, shown_len, &shown);
    json_set_bytes(object, "body", buf_bytes(&shown));
    json_set_count(object, "body_len", len);
    json_set_flag(object, "body_cut", shown_len < kept.len || kept.len < len);
    buf_clear(&shown);
}

static json_t *request_of(const struct run_result *result, const struct exchange *exchange)
{
    const struct request *request = &exchange->request;
    bool is_sent = exchange->seen.outcome != OUTCOME_NOT_SENT;
    struct bytes body = is_sent ? buf_bytes(&request->body) : (struct bytes){NULL, 0};
    struct shown_request shown;
    shown_request_init(&shown, result, request, 0);
    json_t *object = json_object();
    json_set_text(object, "method", shown.request.method);
    json_set_text(object, "url", shown.place.url);
    json_set(object, "headers", json_headers(&shown.request.headers, &shown.place));
    set_body(object, result, body, exchange_body_len(exchange));
    shown_request_clear(&shown);
    return object;
}

/* The fields as far as a report shows them; what is left out is counted. */
static void set_headers(json_t *object, const struct run_result *result,
                        const struct observation *seen)
{
    struct headers redacted = {0};
    size_t cut = headers_shown(result->redactor, &seen->headers, SHOWN_HEADERS_MAX, &redacted);
    json_set(object, "headers", json_headers(&redacted, NULL));
    headers_clear(&redacted);
    cut += seen->headers_cut;
    if (cut)
        json_set_count(object, "headers_cut", cut);
}

static json_t *response_of(const struct run_result *result, const struct observation *seen)
{
    json_t *object = json_object();
    set_headers(object, result, seen);
    set_body(object, result, buf_bytes(&seen->body), seen->body_len);
    json_set_flag(object, "decoded", seen->decoded);
    return object;
}

static json_t *timings_of(const struct run_result *result, const struct observation *seen)
{
    json_t *object = json_object();
    json_set_ms(object, "started_ms",
                seen->total_ns < 0 ? -1 : seen->started_ns - result->begun_ns);
    json_set_ms(object, "dns_ms", seen->dns_ns);
    json_set_ms(object, "connect_ms", seen->connect_ns);
    json_set_ms(object, "tls_ms", seen->tls_ns);
    json_set_ms(object, "sent_ms", seen->sent_ns);
    json_set_ms(object, "first_byte_ms", seen->first_byte_ns);
    json_set_ms(object, "total_ms", seen->total_ns);
    return object;
}

static json_t *connection_of(const struct observation *seen)
{
    json_t *object = json_object();
    json_set_text(object, "peer", seen->peer);
    json_set_flag(object, "reused", seen->reused);
    json_set_flag(object, "keep_alive", seen->keep_alive);
    json_set_ms(object, "idle_closed_ms", seen->idle_closed_ns);
    json_set_flag(object, "idle_was_reset", seen->idle_was_reset);
    return object;
}

/* What the user's command said of the event; nobody has asked it of most. */
static json_t *effect_of(const struct run_result *result, const struct exchange *exchange)
{
    const struct processed *said = &exchange->processed;
    if (said->state == PROCESSED_UNASKED)
        return json_null();
    json_t *object = json_object();
    json_set_text(object, "id_event", exchange->id_event);
    json_set(object, "processed",
             said->state == PROCESSED_TIMES ? json_integer((json_int_t)said->times) : json_null());
    json_set_redacted(object, "detail", result->redactor, said->why ? said->why : "");
    return object;
}

static json_t *observation_of(const struct run_result *result, const struct exchange *exchange)
{
    const struct observation *seen = &exchange->seen;
    json_t *object = json_object();
    json_set_text(object, "sent", exchange->sent);
    json_set_text(object, "outcome", outcome_name(seen->outcome));
    json_set(object, "status", seen->status ? json_integer(seen->status) : json_null());
    json_set_flag(object, "genuine", exchange->genuine);
    json_set_flag(object, "accepted", exchange->accepted);
    json_set_text(object, "as_panora", exchange->as_panora);
    json_set_redacted(object, "detail", result->redactor, seen->detail);
    json_set(object, "timings", timings_of(result, seen));
    json_set(object, "request", request_of(result, exchange));
    json_set(object, "response", seen->status ? response_of(result, seen) : json_null());
    json_set(object, "connection", connection_of(seen));
    json_set(object, "effect", effect_of(result, exchange));
    return object;
}

static json_t *repeat_of(const struct run_result *result, const struct case_result *one)
{
    struct buf line = {0};
    json_t *object = json_object();
    json_set_text(object, "curl", repeat_by_curl(result, one, &line) ? buf_text(&line) : NULL);
    buf_reset(&line);
    repeat_by_run(result, one, &line);
    json_set_text(object, "run", buf_text(&line));
    buf_clear(&line);
    return object;
}

static void set_words(json_t *object, const struct case_result *one)
{
    json_set_text(object, "expected", one->expected);
    json_set_text(object, "actual", one->actual);
    json_set_text(object, "reason", one->reason);
    json_set_text(object, "harm", one->harm);
    json_set_text(object, "remedy", one->remedy);
    json_set_text(object, "source", one->source);
    json_set_text(object, "bug", one->bug);
    json_set(object, "see", json_texts((const char *const *)one->see, one->num_see));
}

static json_t *measures_of(const struct case_result *one)
{
    json_t *list = json_array();
    for (size_t i = 0; i < one->num_measures; i++) {
        json_t *object = json_object();
        json_set_text(object, "name", one->measures[i].name);
        json_set(object, "value", json_real(one->measures[i].value));
        json_set_text(object, "unit", one->measures[i].unit);
        json_set_text(object, "sentence", one->measures[i].sentence);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *json_case(const struct run_result *result, const struct case_result *one)
{
    json_t *object = json_object();
    json_t *observations = json_array();
    for (size_t i = 0; i < one->num_exchanges; i++)
        json_array_append_new(observations, observation_of(result, &one->exchanges[i]));
    json_set_text(object, "id", one->id);
    json_set_text(object, "suite", one->suite);
    json_set_text(object, "name", one->name);
    json_set_text(object, "title", one->title);
    json_set_text(object, "level", level_name(one->level));
    json_set_flag(object, "required", case_is_required(result, one));
    json_set_text(object, "verdict", verdict_name(one->verdict));
    set_words(object, one);
    json_set_ms(object, "started_ms", one->started_ns);
    json_set_ms(object, "duration_ms", one->duration_ns);
    json_set_flag(object, "behind_first", one->behind_first);
    json_set_flag(object, "canary_failed", one->canary_failed);
    json_set_ms(object, "recovery_ms", one->recovery_ns);
    json_set(object, "decisive",
             one->decisive < one->num_exchanges ? json_integer((json_int_t)one->decisive)
                                                : json_null());
    json_set(object, "measures", measures_of(one));
    json_set(object, "repeat", repeat_of(result, one));
    json_set(object, "observations", observations);
    return object;
}

/* --- the run --- */

static json_t *summary(const struct run_result *result)
{
    json_t *object = json_object();
    json_set_text(object, "verdict", run_summary_name(run_result_summary(result)));
    for (int i = 0; i < VERDICT_COUNT; i++)
        json_set(object, verdict_name((enum verdict)i),
                 json_integer((json_int_t)result->counts[i]));
    json_set_count(object, "total", result->num_cases);
    json_set_count(object, "requests", result->num_requests);
    return object;
}

static json_t *pair_of(const struct minimal_pair *pair)
{
    if (!pair->accepted || !*pair->accepted || !pair->refused || !*pair->refused)
        return json_null();
    json_t *object = json_object();
    json_set_text(object, "accepted", pair->accepted);
    json_set_text(object, "refused", pair->refused);
    json_set_text(object, "difference", pair->difference ? pair->difference : "");
    return object;
}

static json_t *diagnosis(const struct diagnosis *from)
{
    json_t *object = json_object();
    json_set_text(object, "id", from->id);
    json_set_text(object, "sentence", from->sentence);
    json_set_text(object, "role", diagnosis_role_name(from->role));
    json_set_text(object, "harm_rank", harm_name(from->harm_rank));
    json_set(object, "pair", pair_of(&from->pair));
    json_set_text(object, "likely_because", from->likely_because ? from->likely_because : "");
    json_set_flag(object, "behind_first", from->behind_first);
    json_set_text(object, "confidence", confidence_name(from->confidence));
    json_set(object, "cases", json_texts((const char *const *)from->cases, from->num_cases));
    json_set_text(object, "evidence", from->evidence);
    json_set_text(object, "harm", from->harm);
    json_set_text(object, "remedy", from->remedy);
    json_set_text(object, "framework", from->framework);
    json_set_text(object, "snippet", from->snippet);
    json_set_text(object, "snippet_needs", from->snippet_needs);
    return object;
}

/* A seed may be above 2^53, where many readers of JSON lose digits: so it is a text. */
static void set_seed(json_t *object, uint64_t seed)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, seed);
    json_set_text(object, "seed", text);
}

static void set_wrong_port(json_t *object, const struct wrong_port *port)
{
    if (!port->got)
        return;
    json_t *json = json_object();
    json_set_text(json, "tried", port->tried);
    json_set_text(json, "got", port->got);
    json_set_text(json, "remedy", port->remedy);
    json_set(object, "wrong_port", json);
}

static void set_run(json_t *object, const struct run_result *result)
{
    json_set(object, "schema_version", json_integer(SCHEMA_VERSION));
    json_set_text(object, "version", result->version);
    json_set_text(object, "suites_hash", result->suites_hash);
    json_set_text(object, "target", result->target);
    set_seed(object, result->seed);
    json_set_text(object, "started", result->started);
    json_set_ms(object, "duration_ms", result->duration_ns);
    if (result->waited_ns)
        json_set_ms(object, "waited_ms", result->waited_ns);
    json_set_flag(object, "strict", result->strict);
    json_set_flag(object, "interrupted", result->interrupted);
    json_set_text(object, "stopped", result->stopped);
    json_set_text(object, "loudest", result->loudest);
    json_set(object, "notes", json_texts((const char *const *)result->notes, result->num_notes));
    set_wrong_port(object, &result->wrong_port);
    json_set_text(object, "left_behind", result->left_behind);
    json_set_text(object, "rerun", result->rerun);
    json_set_text(object, "url", result->url ? result->url : "");
    json_set_count(object, "experiments", result->num_experiments);
    json_set(object, "exit_code", json_integer(result->exit_code));
    json_set(object, "summary", summary(result));
}

static void render(const struct run_result *result, struct buf *out)
{
    json_t *root = json_object();
    json_t *diagnoses = json_array();
    json_t *cases = json_array();
    for (size_t i = 0; i < result->num_diagnoses; i++)
        json_array_append_new(diagnoses, diagnosis(&result->diagnoses[i]));
    for (size_t i = 0; i < result->num_cases; i++)
        json_array_append_new(cases, json_case(result, &result->cases[i]));
    set_run(root, result);
    json_set(root, "diagnoses", diagnoses);
    json_set(root, "cases", cases);
    /* Twelve digits hold every duration of a run to the microsecond. */
    json_add_document_as(root, JSON_INDENT(2) | JSON_REAL_PRECISION(12), out);
    json_decref(root);
}

const struct report_format report_format_json = {
    "json", "everything, by the schema in reports/report.schema.json", ".json", render};
