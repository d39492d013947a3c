#include "load/load_report.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

static double ms(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

static void put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        mem_library_failed();
}

static void put_count(json_t *object, const char *key, uint64_t count)
{
    put(object, key, json_integer((json_int_t)count));
}

/* Text from outside: redacted, and bytes that are no UTF-8 made visible. */
static json_t *outside(const struct load_report *report, struct bytes text)
{
    struct buf redacted = {0};
    redact(report->redactor, text, &redacted);
    json_t *value = json_stringn(buf_text(&redacted), redacted.len);
    if (!value) {
        struct buf visible = {0};
        text_add_visible(&visible, buf_bytes(&redacted), redacted.len);
        value = json_stringn(buf_text(&visible), visible.len);
        buf_clear(&visible);
    }
    buf_clear(&redacted);
    return value;
}

static json_t *times_json(const struct histogram *times)
{
    static const struct {
        const char *name;
        double percent;
    } shown[] = {{"p50", 50}, {"p75", 75},     {"p90", 90},      {"p95", 95},
                 {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}};
    json_t *object = json_object();
    put_count(object, "count", (uint64_t)times->count);
    put(object, "mean", json_real(histogram_mean(times) / (double)NS_PER_MS));
    for (size_t i = 0; i < ARRAY_LEN(shown); i++)
        put(object, shown[i].name, json_real(ms(histogram_percentile(times, shown[i].percent))));
    put(object, "max", json_real(ms(times->max_ns)));
    return object;
}

static json_t *settings_json(const struct load_report *report)
{
    const struct load_plan *plan = report->plan;
    json_t *object = json_object();
    json_t *types = json_array();
    for (size_t i = 0; i < plan->num_types; i++)
        (void)json_array_append_new(types, json_pack("{s:s, s:I}", "type", plan->types[i].name,
                                                     "weight", (json_int_t)plan->types[i].weight));
    put(object, "loop", json_string(plan->per_second ? "open" : "closed"));
    put(object, "rate", plan->per_second ? json_integer(plan->per_second) : json_null());
    put_count(object, "connections", plan->connections);
    put_count(object, "threads", plan->threads);
    put(object, "duration_seconds", json_real((double)plan->duration_ns / (double)NS_PER_S));
    put(object, "warmup_seconds", json_real((double)plan->warmup_ns / (double)NS_PER_S));
    put(object, "ramp_seconds", json_real((double)plan->ramp_ns / (double)NS_PER_S));
    put(object, "deadline_seconds", json_real((double)plan->deadline_ns / (double)NS_PER_S));
    put(object, "forged_share", json_real(plan->forged));
    put(object, "duplicate_share", json_real(plan->duplicates));
    put_count(object, "seed", plan->seed);
    put(object, "events", types);
    return object;
}

static json_t *kinds_json(const struct tally *tally)
{
    static const char *const fine[] = {"accepted", "accepted", "refused"};
    json_t *object = json_object();
    for (size_t i = 0; i < LOAD_NUM_KINDS; i++) {
        json_t *kind = json_object();
        put_count(kind, "requests", tally->by_kind[i]);
        put_count(kind, fine[i], tally->fine[i]);
        put(object, load_kinds[i], kind);
    }
    return object;
}

static json_t *statuses_json(const struct tally *tally)
{
    json_t *object = json_object();
    for (size_t i = 100; i < ARRAY_LEN(tally->by_status); i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "%zu", i);
        if (tally->by_status[i])
            put_count(object, name, tally->by_status[i]);
    }
    return object;
}

static json_t *errors_json(const struct load_report *report)
{
    json_t *array = json_array();
    for (size_t i = LOAD_FINE + 1; i < LOAD_NUM_FAULTS; i++) {
        const struct load_fault_count *count = &report->result->tally.faults[i];
        if (!count->count)
            continue;
        json_t *error = json_object();
        put(error, "kind", json_string(load_faults[i].name));
        put_count(error, "count", count->count);
        put(error, "first_ms", json_real(ms(count->first_ns)));
        put(error, "first", count->first ? outside(report, bytes_of(count->first)) : json_null());
        (void)json_array_append_new(array, error);
    }
    return array;
}

static json_t *offender_json(const struct load_report *report, const struct load_offender *one)
{
    json_t *object = json_object();
    put(object, "kind", json_string(load_faults[one->fault].name));
    put(object, "sent", json_string(load_kinds[one->kind]));
    put(object, "mutation", one->forgery ? json_string(one->forgery) : json_null());
    put(object, "at_ms", json_real(ms(one->at_ns)));
    put(object, "latency_ms", json_real(ms(one->latency_ns)));
    put(object, "status", one->status ? json_integer(one->status) : json_null());
    put(object, "problem", one->problem ? outside(report, bytes_of(one->problem)) : json_null());
    put_count(object, "in_flight", one->in_flight);
    put_count(object, "in_flight_forged", one->in_flight_forged);
    put(object, "request", outside(report, buf_bytes(&one->request)));
    put(object, "response", outside(report, buf_bytes(&one->answer)));
    return object;
}

static json_t *offenders_json(const struct load_report *report)
{
    const struct tally *tally = &report->result->tally;
    json_t *array = json_array();
    for (size_t i = 0; i < tally->num_offenders; i++)
        (void)json_array_append_new(array, offender_json(report, &tally->offenders[i]));
    return array;
}

static json_t *goals_json(const struct load_report *report)
{
    const struct load_result *result = report->result;
    json_t *array = json_array();
    for (size_t i = 0; i < report->slo->count; i++) {
        const struct slo_term *term = &report->slo->terms[i];
        struct buf measured = {0};
        slo_add_value(term, slo_measured(term, &result->tally, result->seconds), &measured);
        json_t *goal = json_object();
        put(goal, "goal", json_string(term->text));
        put(goal, "measured", json_string(buf_text(&measured)));
        put(goal, "holds", json_boolean(slo_term_holds(term, &result->tally, result->seconds)));
        (void)json_array_append_new(array, goal);
        buf_clear(&measured);
    }
    return array;
}

static json_t *timeline_json(const struct load_result *result)
{
    json_t *array = json_array();
    for (size_t i = 0; i < result->num_seconds; i++) {
        const struct load_second *second = &result->timeline[i];
        json_t *object = json_object();
        put(object, "second", json_integer(second->number));
        put_count(object, "sent", second->sent);
        put_count(object, "answered", second->answered);
        put_count(object, "errors", second->errors);
        put(object, "p50_ms", json_real(ms(second->p50_ns)));
        put(object, "p90_ms", json_real(ms(second->p90_ns)));
        put(object, "p99_ms", json_real(ms(second->p99_ns)));
        put(object, "max_ms", json_real(ms(second->max_ns)));
        (void)json_array_append_new(array, object);
    }
    return array;
}

static json_t *sender_json(const struct load_report *report)
{
    const struct tally *tally = &report->result->tally;
    struct buf doubts = {0};
    load_report_cautions(report, &doubts);
    json_t *object = json_object();
    put(object, "late_ms", times_json(&tally->late));
    put(object, "busiest_thread", json_real(tally->busiest));
    put(object, "cpu_us_per_request",
        json_real(tally->sent ? (double)tally->cpu_ns / 1000 / (double)tally->sent : 0));
    put(object, "caution", doubts.len ? json_string(buf_text(&doubts)) : json_null());
    buf_clear(&doubts);
    return object;
}

static json_t *example(const char *id)
{
    return *id ? json_string(id) : json_null();
}

static json_t *accounting_json(const struct load_report *report)
{
    const struct accounting *found = report->accounting;
    if (!found)
        return json_null();
    json_t *object = json_object();
    put(object, "source", json_string(found->source));
    put_count(object, "sent", found->sent);
    put_count(object, "accepted", found->accepted);
    put_count(object, "asked", found->asked);
    put_count(object, "processed", found->processed);
    put_count(object, "lost", found->lost);
    put(object, "first_lost", example(found->lost_id));
    put_count(object, "doubled", found->doubled);
    put(object, "first_doubled", example(found->doubled_id));
    put_count(object, "forged_processed", found->forged_processed);
    put(object, "first_forged", example(found->forged_id));
    put_count(object, "unknown", found->unknown);
    put(object, "why_unknown",
        found->unknown ? outside(report, bytes_of(found->why_unknown)) : json_null());
    put_count(object, "left_out", found->left_out);
    return object;
}

json_t *load_json(const struct load_report *report)
{
    const struct load_result *result = report->result;
    const struct tally *tally = &result->tally;
    json_t *object = json_object();
    json_t *times = json_object();
    put(times, "latency", times_json(&tally->latency));
    put(times, "connect", times_json(&tally->connect));
    put(times, "queue", times_json(&tally->queue));
    put(times, "wait", times_json(&tally->wait));
    put(times, "transfer", times_json(&tally->transfer));
    put(object, "load_format", json_integer(LOAD_FORMAT_VERSION));
    put(object, "target", json_string(report->plan->target->shown));
    put(object, "settings", settings_json(report));
    put(object, "passed", json_boolean(load_report_passes(report)));
    put(object, "interrupted", json_boolean(result->was_interrupted));
    put(object, "seconds", json_real(result->seconds));
    put_count(object, "sent", tally->sent);
    put_count(object, "answered", tally->answered);
    put_count(object, "failed", tally_errors(tally));
    put(object, "requests_per_second",
        json_real(result->seconds > 0 ? (double)tally->answered / result->seconds : 0));
    put_count(object, "bytes_sent", tally->bytes_sent);
    put_count(object, "bytes_received", tally->bytes_received);
    put_count(object, "connections_opened", tally->connects);
    put_count(object, "closed_by_server", tally->closed_by_server);
    put(object, "paused_ms", json_real(ms(tally->paused_ns)));
    put(object, "events", kinds_json(tally));
    put(object, "accounting", accounting_json(report));
    put(object, "statuses", statuses_json(tally));
    put(object, "errors", errors_json(report));
    put(object, "goals", goals_json(report));
    put(object, "milliseconds", times);
    put(object, "timeline", timeline_json(result));
    put(object, "sender", sender_json(report));
    put(object, "offenders", offenders_json(report));
    return object;
}
