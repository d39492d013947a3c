#include "panora/sample_set.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/mem.h"

static const char *const set_keys[] = {"samples", "empty"};

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

static bool read_sample(const struct json_at *sample, const struct json_at *empty,
                        struct sample_set *out, struct error *err)
{
    if (!json_expect_object(sample, err))
        return false;
    json_t *without = emptied(sample, empty, err);
    if (!without)
        return false;
    size_t index = out->count++;
    template_init(&out->full[index], compact(sample->value), index, &out->ids);
    template_init(&out->empty[index], compact(without), index, &out->ids);
    json_decref(without);
    return true;
}

bool sample_set_read(const struct json_at *at, struct sample_set *out, struct error *err)
{
    if (!json_only_keys(at, set_keys, ARRAY_LEN(set_keys), err))
        return false;
    struct json_at samples = json_member(at, "samples");
    struct json_at empty = json_member(at, "empty");
    if (!json_expect_array(&samples, err) || !json_expect_object(&empty, err))
        return false;
    size_t count = json_array_size(samples.value);
    if (count == 0)
        return json_fail(&samples, err, "is empty; at least one sample is needed here");
    out->full = mem_alloc(count * sizeof *out->full);
    out->empty = mem_alloc(count * sizeof *out->empty);
    for (size_t i = 0; i < count; i++) {
        struct json_at sample = json_item(&samples, i);
        if (!read_sample(&sample, &empty, out, err))
            return false;
    }
    return true;
}

void sample_set_clear(struct sample_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        template_clear(&set->full[i]);
        template_clear(&set->empty[i]);
    }
    free(set->full);
    free(set->empty);
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
    const struct template *samples = style->nulls ? set->empty : set->full;
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
