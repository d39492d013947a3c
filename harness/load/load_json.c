#include "load/load_report.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

static double ms(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
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
    json_set_count(object, "count", (uint64_t)times->count);
    json_set(object, "mean", json_real(histogram_mean(times) / (double)NS_PER_MS));
    for (size_t i = 0; i < ARRAY_LEN(shown); i++)
        json_set(object, shown[i].name,
                 json_real(ms(histogram_percentile(times, shown[i].percent))));
    json_set(object, "max", json_real(ms(times->max_ns)));
    return object;
}

static json_t *settings_json(const struct load_report *report)
{
    const struct load_plan *plan = report->plan;
    json_t *object = json_object();
    json_t *types = json_array();
    for (size_t i = 0; i < plan->num_types; i++)
        json_array_append_new(types, json_pack("{s:s, s:I}", "type", plan->types[i].name, "weight",
                                               (json_int_t)plan->types[i].weight));
    json_set(object, "loop", json_string(plan->per_second ? "open" : "closed"));
    json_set(object, "rate", plan->per_second ? json_integer(plan->per_second) : json_null());
    json_set_count(object, "connections", plan->connections);
    json_set_count(object, "threads", plan->threads);
    json_set(object, "duration_seconds", json_real((double)plan->duration_ns / (double)NS_PER_S));
    json_set(object, "warmup_seconds", json_real((double)plan->warmup_ns / (double)NS_PER_S));
    json_set(object, "ramp_seconds", json_real((double)plan->ramp_ns / (double)NS_PER_S));
    json_set(object, "deadline_seconds", json_real((double)plan->deadline_ns / (double)NS_PER_S));
    json_set(object, "forged_share", json_real(plan->forged));
    json_set(object, "duplicate_share", json_real(plan->duplicates));
    json_set_count(object, "seed", plan->seed);
    json_set(object, "events", types);
    return object;
}

static json_t *kinds_json(const struct tally *tally)
{
    static const char *const fine[] = {"accepted", "accepted", "refused"};
    json_t *object = json_object();
    for (size_t i = 0; i < LOAD_NUM_KINDS; i++) {
        json_t *kind = json_object();
        json_set_count(kind, "requests", tally->by_kind[i]);
        json_set_count(kind, fine[i], tally->fine[i]);
        json_set(object, load_kinds[i], kind);
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
            json_set_count(object, name, tally->by_status[i]);
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
        json_set(error, "kind", json_string(load_faults[i].name));
        json_set_count(error, "count", count->count);
        json_set(error, "first_ms", json_real(ms(count->first_ns)));
        json_set_redacted(error, "first", report->redactor, count->first);
        json_array_append_new(array, error);
    }
    return array;
}

static json_t *offender_json(const struct load_report *report, const struct load_offender *one)
{
    json_t *object = json_object();
    json_set(object, "kind", json_string(load_faults[one->fault].name));
    json_set(object, "sent", json_string(load_kinds[one->kind]));
    json_set(object, "mutation", one->forgery ? json_string(one->forgery) : json_null());
    json_set(object, "at_ms", json_real(ms(one->at_ns)));
    json_set(object, "latency_ms", json_real(ms(one->latency_ns)));
    json_set(object, "status", one->status ? json_integer(one->status) : json_null());
    json_set_redacted(object, "problem", report->redactor, one->problem);
    json_set_count(object, "in_flight", one->in_flight);
    json_set_count(object, "in_flight_forged", one->in_flight_forged);
    json_set(object, "request", outside(report, buf_bytes(&one->request)));
    json_set(object, "response", outside(report, buf_bytes(&one->answer)));
    return object;
}

static json_t *offenders_json(const struct load_report *report)
{
    const struct tally *tally = &report->result->tally;
    json_t *array = json_array();
    for (size_t i = 0; i < tally->num_offenders; i++)
        json_array_append_new(array, offender_json(report, &tally->offenders[i]));
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
        json_set(goal, "goal", json_string(term->text));
        json_set(goal, "measured", json_string(buf_text(&measured)));
        json_set_flag(goal, "holds", slo_term_holds(term, &result->tally, result->seconds));
        json_array_append_new(array, goal);
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
        json_set(object, "second", json_integer(second->number));
        json_set_count(object, "sent", second->sent);
        json_set_count(object, "answered", second->answered);
        json_set_count(object, "errors", second->errors);
        json_set(object, "p50_ms", json_real(ms(second->p50_ns)));
        json_set(object, "p90_ms", json_real(ms(second->p90_ns)));
        json_set(object, "p99_ms", json_real(ms(second->p99_ns)));
        json_set(object, "max_ms", json_real(ms(second->max_ns)));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *sender_json(const struct load_report *report)
{
    const struct tally *tally = &report->result->tally;
    struct buf doubts = {0};
    load_report_cautions(report, &doubts);
    json_t *object = json_object();
    json_set(object, "late_ms", times_json(&tally->late));
    json_set(object, "busiest_thread", json_real(tally->busiest));
    json_set(object, "cpu_us_per_request",
             json_real(tally->sent ? (double)tally->cpu_ns / 1000 / (double)tally->sent : 0));
    json_set(object, "caution", doubts.len ? json_string(buf_text(&doubts)) : json_null());
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
    json_set(object, "source", json_string(found->source));
    json_set_count(object, "sent", found->sent);
    json_set_count(object, "accepted", found->accepted);
    json_set_count(object, "asked", found->asked);
    json_set_count(object, "processed", found->processed);
    json_set_count(object, "lost", found->lost);
    json_set(object, "first_lost", example(found->lost_id));
    json_set_count(object, "doubled", found->doubled);
    json_set(object, "first_doubled", example(found->doubled_id));
    json_set_count(object, "forged_processed", found->forged_processed);
    json_set(object, "first_forged", example(found->forged_id));
    json_set_count(object, "unknown", found->unknown);
    json_set_redacted(object, "why_unknown", report->redactor,
                      found->unknown ? found->why_unknown : NULL);
    json_set_count(object, "left_out", found->left_out);
    return object;
}

json_t *load_json(const struct load_report *report)
{
    const struct load_result *result = report->result;
    const struct tally *tally = &result->tally;
    json_t *object = json_object();
    json_t *times = json_object();
    json_set(times, "latency", times_json(&tally->latency));
    json_set(times, "connect", times_json(&tally->connect));
    json_set(times, "queue", times_json(&tally->queue));
    json_set(times, "wait", times_json(&tally->wait));
    json_set(times, "transfer", times_json(&tally->transfer));
    json_set(object, "load_format", json_integer(LOAD_FORMAT_VERSION));
    json_set(object, "target", json_string(report->plan->target->shown));
    json_set(object, "settings", settings_json(report));
    json_set_flag(object, "passed", load_report_passes(report));
    json_set_flag(object, "interrupted", result->was_interrupted);
    json_set(object, "seconds", json_real(result->seconds));
    json_set_count(object, "sent", tally->sent);
    json_set_count(object, "answered", tally->answered);
    json_set_count(object, "failed", tally_errors(tally));
    json_set(object, "requests_per_second",
             json_real(result->seconds > 0 ? (double)tally->answered / result->seconds : 0));
    json_set_count(object, "bytes_sent", tally->bytes_sent);
    json_set_count(object, "bytes_received", tally->bytes_received);
    json_set_count(object, "connections_opened", tally->connects);
    json_set_count(object, "closed_by_server", tally->closed_by_server);
    json_set(object, "paused_ms", json_real(ms(tally->paused_ns)));
    json_set(object, "events", kinds_json(tally));
    json_set(object, "accounting", accounting_json(report));
    json_set(object, "statuses", statuses_json(tally));
    json_set(object, "errors", errors_json(report));
    json_set(object, "goals", goals_json(report));
    json_set(object, "milliseconds", times);
    json_set(object, "timeline", timeline_json(result));
    json_set(object, "sender", sender_json(report));
    json_set(object, "offenders", offenders_json(report));
    return object;
}
