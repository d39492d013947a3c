#include "panora/sample_set.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/mem.h"

static const char *const set_keys[] = {"samples", "empty", "required"};

/* A copy of `sample` in which every member that `empty` names has the value that it has there. */
static json_t *emptied(const struct json_at *sample, const struct json_at *empty, struct error *err)
{
    json_t *copy = json_deep_copy(sample->value);
    json_t *values = json_deep_copy(empty->value);
    const char *key = NULL;
    json_t *value = NULL;
    bool ok = true;
    json_object_foreach(values, key, value)
    {
        ok = ok && (json_object_get(copy, key) ||
                    json_fail(sample, err, "has no member \"%s\", which \"empty\" names", key));
        /* a member that is there keeps its place */
        (void)json_object_set(copy, key, value);
    }
    json_decref(values);
    if (ok)
        return copy;
    json_decref(copy);
    return NULL;
}

/* Our samples hold no control characters and no fractions, so that this is also what JSON.stringify
 * writes. */
static char *compact(const json_t *value)
{
    return json_dumps(value, JSON_COMPACT);
}

/* Gives the required members back what they hold in `sample`. */
static void keep_required(json_t *without, const json_t *sample, const json_t *required)
{
    size_t index = 0;
    const json_t *name = NULL;
    json_array_foreach(required, index, name)
    {
        const char *key = json_string_value(name);
        (void)json_object_set(without, key, json_object_get(sample, key));
    }
}

static bool read_sample(const struct json_at *sample, const struct json_at *empty,
                        const json_t *required, struct sample_set *out, struct error *err)
{
    if (!json_expect_object(sample, err))
        return false;
    json_t *without = emptied(sample, empty, err);
    if (!without)
        return false;
    size_t index = out->count++;
    template_init(&out->full[index], compact(sample->value), index, &out->ids);
    template_init(&out->empty[index], compact(without), index, &out->ids);
    keep_required(without, sample->value, required);
    template_init(&out->sparse[index], compact(without), index, &out->ids);
    json_decref(without);
    return true;
}

/* Each of them must be one that may hold nothing. */
static bool check_required(const struct json_at *required, const struct json_at *empty,
                           struct error *err)
{
    for (size_t i = 0; required->value && i < json_array_size(required->value); i++) {
        struct json_at item = json_item(required, i);
        const char *name = NULL;
        if (!json_get_text(&item, &name, err))
            return false;
        if (!json_object_get(empty->value, name))
            return json_fail(&item, err, "is \"%s\", which \"empty\" does not name", name);
    }
    return true;
}

bool sample_set_read(const struct json_at *at, struct sample_set *out, struct error *err)
{
    if (!json_only_keys(at, set_keys, ARRAY_LEN(set_keys), err))
        return false;
    struct json_at samples = json_member(at, "samples");
    struct json_at empty = json_member(at, "empty");
    struct json_at required = json_member(at, "required");
    if (!json_expect_array(&samples, err) || !json_expect_object(&empty, err) ||
        !check_required(&required, &empty, err))
        return false;
    size_t count = json_array_size(samples.value);
    if (count == 0)
        return json_fail(&samples, err, "is empty; at least one sample is needed here");
    out->full = mem_alloc(count * sizeof *out->full);
    out->empty = mem_alloc(count * sizeof *out->empty);
    out->sparse = mem_alloc(count * sizeof *out->sparse);
    for (size_t i = 0; i < count; i++) {
        struct json_at sample = json_item(&samples, i);
        if (!read_sample(&sample, &empty, required.value, out, err))
            return false;
    }
    return true;
}

void sample_set_clear(struct sample_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        template_clear(&set->full[i]);
        template_clear(&set->empty[i]);
        template_clear(&set->sparse[i]);
    }
    free(set->full);
    free(set->empty);
    free(set->sparse);
    sample_ids_clear(&set->ids);
    *set = (struct sample_set){0};
}

/* An event leaves Panora within the second in which its newest row was written. */
static int64_t shortly_before(int64_t wall_ms, struct rng *rng)
{
    return wall_ms - 40 - (int64_t)rng_below(rng, 960);
}

static void write_sample(const struct sample_set *set, size_t index,
                         const struct sample_style *style, const struct copy *copy, struct buf *out)
{
    const struct template *samples = style->nulls == NULLS_ALL        ? set->empty
                                     : style->nulls == NULLS_OPTIONAL ? set->sparse
                                                                      : set->full;
    template_write(&samples[index], &set->ids, copy, out);
}

void sample_set_write_object(const struct sample_set *set, const struct sample_style *style,
                             struct rng *rng, struct buf *out)
{
    struct copy copy = {.num_samples = set->count};
    copy.event_key = rng_next(rng);
    copy.round_key = rng_next(rng);
    copy.newest_ms = shortly_before(style->wall_ms, rng);
    write_sample(set, rng_below(rng, set->count), style, &copy, out);
}

void sample_set_write_rows(const struct sample_set *set, size_t num_rows,
                           const struct sample_style *style, struct rng *rng, struct buf *out)
{
    struct copy copy = {.event_key = rng_next(rng), .num_samples = set->count};
    buf_add_char(out, '[');
    for (size_t i = 0; i < num_rows; i++) {
        if (i % set->count == 0)
            copy.round_key = rng_next(rng);
        copy.newest_ms = shortly_before(style->wall_ms, rng);
        if (i > 0)
            buf_add_char(out, ',');
        write_sample(set, i % set->count, style, &copy, out);
    }
    buf_add_char(out, ']');
}
