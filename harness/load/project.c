#include "load/project.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/text.h"
#include "compose/pattern.h"
#include "suite/step.h"

#define PREFIX_LEN 14 /* of an id: what the events of one load share */

static double seconds(int64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* --- how many, how long --- */

/* Of an open loop with --max-requests: it ends when they were due. */
static double measured_seconds(const struct load_plan *plan)
{
    double wanted = seconds(plan->duration_ns);
    double enough = plan->per_second && plan->max_requests
                        ? (double)plan->max_requests / (double)plan->per_second
                        : wanted;
    return enough < wanted ? enough : wanted;
}

/* Locust's users: each is a connection. */
static uint64_t users(const struct load_plan *plan)
{
    uint64_t most = plan->connections;
    if (plan->per_second && (uint64_t)plan->per_second < most)
        most = (uint64_t)plan->per_second;
    return plan->max_requests && plan->max_requests < most ? plan->max_requests : most;
}

/* --- events --- */

static bool compose(const struct load_project *project, const char *type, struct rng *rng,
                    struct composed *out, struct error *err)
{
    const struct step *wanted = project->plan->step;
    struct step step;
    step_init(&step);
    step.type = mem_text(type);
    step.data = mem_text(wanted->data);
    step.size = wanted->size;
    bool ok = compose_step(project->plan->composer, &step, NULL, false, rng, out, err);
    step_clear(&step);
    return ok;
}

/* Texts, and between them objects for the ids. */
static json_t *data_json(const struct pattern *pattern)
{
    json_t *parts = json_array();
    size_t done = 0;
    for (size_t i = 0; i < pattern->num_slots; i++) {
        struct pattern_place place = pattern_place(pattern, i);
        const char *here = pattern->message.data + place.at;
        json_t *id = json_pack("{s:s, s:I}", "kind", place.is_uuid ? "uuid" : "digits", "id",
                               (json_int_t)place.id);
        if (!place.is_uuid)
            json_set(id, "like", json_stringn(here, place.len));
        json_array_append_new(parts, json_stringn(pattern->message.data + done, place.at - done));
        json_array_append_new(parts, id);
        done = place.at + place.len;
    }
    json_array_append_new(parts,
                          json_stringn(pattern->message.data + done, pattern->message.len - done));
    return parts;
}

static json_t *event_json(const struct composed *made, int64_t weight)
{
    struct pattern pattern;
    struct buf text = {0};
    buf_add_text(&text, made->signature);
    buf_add_bytes(&text, buf_bytes(&made->request.body));
    pattern_init(&pattern, made, &text, text.len - made->request.body.len, false);
    json_t *event = json_pack("{s:s, s:I, s:o}", "type", made->event.type, "weight",
                              (json_int_t)weight, "data", data_json(&pattern));
    pattern_clear(&pattern);
    return event;
}

static bool put_events(const struct load_project *project, json_t *object, struct error *err)
{
    const struct load_plan *plan = project->plan;
    struct rng rng = rng_for(plan->seed, "load");
    json_t *events = json_array();
    json_set(object, "events", events);
    for (size_t i = 0; i < plan->num_types; i++) {
        struct composed made = {0};
        bool ok = compose(project, plan->types[i].name, &rng, &made, err);
        if (ok)
            json_array_append_new(events, event_json(&made, plan->types[i].weight));
        if (ok && i == 0)
            json_set(object, "id_prefix", json_stringn(made.event.id, PREFIX_LEN));
        composed_clear(&made);
        if (!ok)
            return false;
    }
    return true;
}

/* --- headers: the engine adds those that depend on the body; what --header said stays secret ---
 */

static char *variable_of(const char *header)
{
    char *name = mem_format("HOOKCHECK_HEADER_%s", header);
    for (char *c = name; *c; c++)
        *c = (char)(isalnum((unsigned char)*c) ? toupper((unsigned char)*c) : '_');
    return name;
}

static void put_headers(const struct load_project *project, json_t *object)
{
    static const char *const own[] = {"Content-Length", "Host", "Connection"};
    const struct headers *extra = &project->plan->engine->extra_headers;
    struct headers headers = {0};
    event_add_headers(&headers, NULL, 0);
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        (void)headers_remove(&headers, own[i]);
    json_t *values = json_object();
    json_t *variables = json_object();
    for (size_t i = 0; i < headers.count; i++)
        json_set(values, headers.items[i].name, json_string(headers.items[i].value));
    for (size_t i = 0; i < extra->count; i++) {
        char *variable = variable_of(extra->items[i].name);
        json_set(variables, extra->items[i].name, json_string(variable));
        free(variable);
    }
    json_set(object, "headers", values);
    json_set(object, "headers_from_environment", variables);
    json_set(object, "signature_header", json_string(PANORA_SIGNATURE_HEADER));
    headers_clear(&headers);
}

/* --- plan.json --- */

/* In the units of the engines: milliseconds, a percentage, requests a second. */
static json_t *goal_json(const struct slo_term *term)
{
    bool is_time = term->measure != SLO_ERRORS && term->measure != SLO_RATE;
    size_t name_len = strcspn(term->text, "<>");
    json_t *goal = json_object();
    json_set(goal, "text", json_string(term->text));
    json_set(goal, "measure", json_stringn(term->text, name_len));
    json_set_flag(goal, "below", term->is_below);
    json_set_flag(goal, "or_equal", term->or_equal);
    json_set(goal, "limit", json_real(is_time ? term->limit / (double)NS_PER_MS : term->limit));
    return goal;
}

static void put_pace(const struct load_plan *plan, json_t *object)
{
    uint64_t each = plan->max_requests / users(plan);
    bool counts = plan->max_requests && !plan->per_second;
    json_set(object, "rate", plan->per_second ? json_integer(plan->per_second) : json_null());
    json_set(object, plan->per_second ? "connections" : "clients",
             json_integer((json_int_t)plan->connections));
    json_set(object, "rate_each",
             plan->per_second ? json_real((double)plan->per_second / (double)users(plan))
                              : json_null());
    json_set(object, "duration_seconds", json_real(measured_seconds(plan)));
    json_set(object, "warmup_seconds", json_real(seconds(plan->warmup_ns)));
    json_set(object, "ramp_seconds", json_real(seconds(plan->ramp_ns)));
    json_set(object, "deadline_seconds", json_real(seconds(plan->deadline_ns)));
    json_set(object, "max_requests",
             counts ? json_integer((json_int_t)plan->max_requests) : json_null());
    json_set(object, "max_requests_each", counts ? json_integer((json_int_t)each) : json_null());
    json_set(object, "forged", json_real(plan->forged));
    json_set(object, "duplicates", json_real(plan->duplicates));
}

static bool write_plan(const struct load_project *project, struct buf *out, struct error *err)
{
    json_t *object = json_object();
    json_t *goals = json_array();
    for (size_t i = 0; i < project->slo->count; i++)
        json_array_append_new(goals, goal_json(&project->slo->terms[i]));
    json_set(object, "url", project->url ? json_string(project->url) : json_null());
    json_set_flag(object, "insecure", project->plan->engine->insecure);
    put_pace(project->plan, object);
    json_set(object, "goals", goals);
    put_headers(project, object);
    bool ok = put_events(project, object, err);
    char *text = ok ? json_dumps(object, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) : NULL;
    if (text) {
        buf_add_text(out, text);
        buf_add_char(out, '\n');
    }
    free(text);
    json_decref(object);
    return ok;
}

/* --- the rest --- */

static void add_time(struct buf *out, const char *before, int64_t ns)
{
    buf_add_text(out, before);
    text_add_duration(out, ns);
}

static void write_heading(const struct load_project *project, const char *engine, struct buf *out)
{
    const struct load_plan *plan = project->plan;
    buf_add_format(out, "# A load of signed Panora events, for %s\n\n", engine);
    buf_add_format(out, "Written by `hookcheck load --export`. It loads %s with ",
                   project->url ? project->url : "the endpoint that HOOKCHECK_URL names");
    if (plan->per_second)
        buf_add_format(out, "%" PRId64 " requests a second (open loop, up to %zu connections)",
                       plan->per_second, plan->connections);
    else
        buf_add_format(out, "%zu clients (closed loop: each waits for its response)",
                       plan->connections);
    add_time(out, " for ", (int64_t)(measured_seconds(plan) * (double)NS_PER_S));
    if (plan->warmup_ns)
        add_time(out, ", after a warmup of ", plan->warmup_ns);
    buf_add_format(out, "; %.4g%% of the events are forged, %.4g%% come once more.",
                   plan->forged * 100, plan->duplicates * 100);
    if (plan->engine->extra_headers.count)
        buf_add_text(out, " Headers of your own come from the environment: `plan.json` names the "
                          "variables.");
    if (project->slo->count)
        buf_add_text(out, " The goals:");
    for (size_t i = 0; i < project->slo->count; i++)
        buf_add_format(out, "%s `%s`", i ? "," : "", project->slo->terms[i].text);
    buf_add_text(out, project->slo->count ? ".\n\n" : " The goal: no errors.\n\n");
}

static bool write_locust_readme(const struct load_project *project, struct buf *out,
                                struct error *err)
{
    write_heading(project, "Locust", out);
    return true;
}

static bool write_k6_readme(const struct load_project *project, struct buf *out, struct error *err)
{
    write_heading(project, "k6", out);
    return true;
}

static bool write_locust_conf(const struct load_project *project, struct buf *out,
                              struct error *err)
{
    const struct load_plan *plan = project->plan;
    double ramp = seconds(plan->ramp_ns);
    double run = measured_seconds(plan) + seconds(plan->warmup_ns);
    double stop = seconds(plan->deadline_ns);
    buf_add_text(out, "# How a load begins. A user is a connection "
                      "to the endpoint.\n"
                      "locustfile = locustfile.py\n"
                      "headless = true\n");
    buf_add_format(out, "users = %" PRIu64 "\n", users(plan));
    buf_add_format(out, "spawn-rate = %.6g\n",
                   ramp > 0 ? (double)users(plan) / ramp : (double)users(plan));
    buf_add_format(out, "run-time = %.0fs\n", run < 1 ? 1 : run + 0.499);
    buf_add_format(out, "stop-timeout = %.0f\n", stop < 1 ? 1 : stop + 0.499);
    return true;
}

const struct load_engine load_engines[] = {
    {"locust",
     "locust --config load.conf",
     {{"README.md", "fixtures/load/locust/README.md", write_locust_readme},
      {"load.conf", NULL, write_locust_conf},
      {"locustfile.py", "fixtures/load/locust/locustfile.py", NULL},
      {"plan.json", NULL, write_plan}}},
    {"k6",
     "k6 run script.js",
     {{"README.md", "fixtures/load/k6/README.md", write_k6_readme},
      {"plan.json", NULL, write_plan},
      {"script.js", "fixtures/load/k6/script.js", NULL},
      {"testrun.yaml", "fixtures/load/k6/testrun.yaml", NULL}}},
};

bool load_project_write(const struct load_project *project, const struct load_project_file *file,
                        struct buf *out, struct error *err)
{
    if (file->write && !file->write(project, out, err))
        return false;
    if (file->resource)
        buf_add_bytes(out, resource_find(file->resource));
    return true;
}
