#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "format/request_parts.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/json_case.h"

/* Rises when a member is taken away or changes its meaning; new members do not count. */
#define SCHEMA_VERSION 1

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
