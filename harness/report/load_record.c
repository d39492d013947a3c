#include "report/load_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/mem.h"
#include "load/load_report.h"

bool load_record_is(const json_t *document)
{
    return json_object_get(document, "load_format") != NULL;
}

void load_record_clear(struct load_record *record)
{
    free(record->points);
    json_decref(record->document);
    *record = (struct load_record){0};
}

/* --- members --- */

static bool get_number(const struct json_at *at, const char *key, double *out, struct error *err)
{
    struct json_at member = json_member(at, key);
    if (!json_is_number(member.value))
        return json_fail(&member, err, "a number is expected here");
    *out = json_number_value(member.value);
    return true;
}

static bool get_count(const struct json_at *at, const char *key, int64_t *out, struct error *err)
{
    json_int_t count = 0;
    struct json_at member = json_member(at, key);
    bool ok = json_get_integer(&member, 0, INT64_MAX, &count, err);
    *out = count;
    return ok;
}

/* --- the parts --- */

struct number_member {
    const char *key;
    size_t at;
};

static bool get_numbers(const struct json_at *at, const struct number_member *members, size_t count,
                        void *out, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = get_number(at, members[i].key, (double *)(void *)((char *)out + members[i].at), err);
    return ok;
}

static bool read_times(const struct json_at *root, struct load_record *out, struct error *err)
{
    static const char *const names[LOAD_NUM_TIMES] = {"latency", "queue", "wait", "transfer",
                                                      "connect"};
    static const struct number_member members[] = {
        {"p50", offsetof(struct load_times, p50)},
        {"p90", offsetof(struct load_times, p90)},
        {"p99", offsetof(struct load_times, p99)},
        {"p99.9", offsetof(struct load_times, p999)},
        {"p99.99", offsetof(struct load_times, p9999)},
        {"max", offsetof(struct load_times, max)},
    };
    struct json_at all = json_member(root, "milliseconds");
    bool ok = json_expect_object(&all, err);
    for (size_t i = 0; ok && i < LOAD_NUM_TIMES; i++) {
        struct json_at one = json_member(&all, names[i]);
        out->times[i].name = names[i];
        ok = json_expect_object(&one, err) && get_count(&one, "count", &out->times[i].count, err) &&
             get_numbers(&one, members, ARRAY_LEN(members), &out->times[i], err);
    }
    return ok;
}

static bool read_points(const struct json_at *root, struct load_record *out, struct error *err)
{
    static const struct number_member members[] = {
        {"second", offsetof(struct load_point, second)},
        {"sent", offsetof(struct load_point, sent)},
        {"answered", offsetof(struct load_point, answered)},
        {"errors", offsetof(struct load_point, errors)},
        {"p50_ms", offsetof(struct load_point, p50)},
        {"p90_ms", offsetof(struct load_point, p90)},
        {"p99_ms", offsetof(struct load_point, p99)},
        {"max_ms", offsetof(struct load_point, max)},
    };
    struct json_at timeline = json_member(root, "timeline");
    if (!json_expect_array(&timeline, err))
        return false;
    size_t count = json_array_size(timeline.value);
    out->points = mem_alloc((count + 1) * sizeof *out->points);
    bool ok = true;
    for (; ok && out->num_points < count; out->num_points++) {
        struct json_at one = json_item(&timeline, out->num_points);
        ok = json_expect_object(&one, err) &&
             get_numbers(&one, members, ARRAY_LEN(members), &out->points[out->num_points], err);
    }
    return ok;
}

static bool read_settings(const struct json_at *root, struct load_record *out, struct error *err)
{
    struct json_at settings = json_member(root, "settings");
    struct json_at loop = json_member(&settings, "loop");
    const char *text = NULL;
    if (!json_expect_object(&settings, err) || !json_get_text(&loop, &text, err))
        return false;
    out->is_open = strcmp(text, "open") == 0;
    return (!out->is_open || get_count(&settings, "rate", &out->rate, err)) &&
           get_count(&settings, "connections", &out->connections, err) &&
           get_count(&settings, "threads", &out->threads, err);
}

static bool read_totals(const struct json_at *root, struct load_record *out, struct error *err)
{
    struct json_at target = json_member(root, "target");
    struct json_at passed = json_member(root, "passed");
    struct json_at interrupted = json_member(root, "interrupted");
    return json_get_text(&target, &out->target, err) && json_get_bool(&passed, &out->passed, err) &&
           json_get_bool(&interrupted, &out->was_interrupted, err) &&
           get_number(root, "seconds", &out->seconds, err) &&
           get_number(root, "requests_per_second", &out->per_second, err) &&
           get_count(root, "sent", &out->sent, err) &&
           get_count(root, "answered", &out->answered, err) &&
           get_count(root, "failed", &out->failed, err);
}

/* Arrays of objects whose members are looked up where they are shown. */
static bool check_lists(const struct json_at *root, struct error *err)
{
    static const char *const lists[] = {"errors", "goals", "offenders"};
    bool ok = true;
    for (size_t i = 0; ok && i < ARRAY_LEN(lists); i++) {
        struct json_at list = json_member(root, lists[i]);
        ok = json_expect_array(&list, err);
        for (size_t k = 0; ok && k < json_array_size(list.value); k++) {
            struct json_at one = json_item(&list, k);
            ok = json_expect_object(&one, err);
        }
    }
    return ok;
}

bool load_record_read(struct load_record *out, const char *file, json_t *document,
                      struct error *err)
{
    *out = (struct load_record){.document = document};
    struct json_at root = json_root(file, document);
    struct json_at format = json_member(&root, "load_format");
    json_int_t number = 0;
    return json_expect_object(&root, err) &&
           json_get_integer(&format, LOAD_FORMAT_VERSION, LOAD_FORMAT_VERSION, &number, err) &&
           read_totals(&root, out, err) && read_settings(&root, out, err) &&
           read_times(&root, out, err) && read_points(&root, out, err) && check_lists(&root, err);
}
