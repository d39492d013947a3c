/* Data that is as a step wants it, and still as Panora could have sent it. */
#include "compose/genuine.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "compose/mutation.h"
#include "panora/js.h"
#include "suite/step.h"
#include "tests/support/composing.h"

TestSuite(compose_genuine, .timeout = 120);

static struct composing composing;

static void set_up(void)
{
    composing_init(&composing, DIALECT_TEXT);
}

static void tear_down(void)
{
    composing_clear(&composing);
}

/* The data for `step` and an event of `type`. The caller frees with js_free. */
static struct js *data_of_seed(const struct step *step, const char *type, unsigned seed,
                               size_t *out_len)
{
    struct rng rng = rng_for(seed, type);
    struct buf data = {0};
    struct error err = {0};
    compose_data(&composing.composer, step, type, &rng, &data);
    struct js *value = js_parse(buf_bytes(&data), &err);
    cr_assert_not_null(value, "%s: %s", type, err.message);
    *out_len = data.len;
    buf_clear(&data);
    return value;
}

static struct js *data_of(const struct step *step, const char *type, size_t *out_len)
{
    return data_of_seed(step, type, 1, out_len);
}

static size_t depth_of(const struct js *value)
{
    size_t deepest = 0;
    if (js_kind(value) != JS_OBJECT && js_kind(value) != JS_ARRAY)
        return 0;
    for (size_t i = 0; i < js_size(value); i++) {
        size_t depth = depth_of(js_at(value, i));
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

Test(compose_genuine, data_nests_as_deep_as_asked, .init = set_up, .fini = tear_down)
{
    static const size_t depths[] = {4, 5, 64, 512};
    for (size_t i = 0; i < ARRAY_LEN(depths); i++) {
        struct step step;
        size_t len = 0;
        step_init(&step);
        step.depth = depths[i];
        struct js *data = data_of(&step, "crm.contact.created", &len);
        cr_expect_eq(depth_of(data), depths[i]);
        cr_expect_not_null(js_get(data, "email_addresses"));
        js_free(data);
        step_clear(&step);
    }
}

/* Each row or the object has the members of a sample, whatever its size. */
static void check_members(const char *type, const struct js *data, const struct js *sample)
{
    bool is_rows = js_kind(sample) == JS_ARRAY;
    const struct js *row = is_rows ? js_at(data, js_size(data) - 1) : data;
    const struct js *model = is_rows ? js_at(sample, 0) : sample;
    for (size_t i = 0; i < js_size(model); i++) {
        struct bytes key = js_key(model, i);
        cr_expect(bytes_equal(js_key(row, i), key), "%s: no %.*s", type, (int)key.len, key.data);
    }
}

Test(compose_genuine, sizes_are_reached_by_long_texts_and_many_rows, .init = set_up,
     .fini = tear_down)
{
    static const size_t sizes[] = {4096, 65536, 300001};
    const struct catalogue *catalogue = composing.catalogue;
    for (size_t i = 0; i < catalogue->num_types; i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            struct step step;
            size_t len = 0;
            const char *type = catalogue->types[i].name;
            bool has_text = catalogue_place(catalogue, type, DATA_TEXT) ||
                            catalogue_place(catalogue, type, DATA_REMOTE_DATA);
            step_init(&step);
            struct js *sample = data_of(&step, type, &len);
            step.size = sizes[k];
            struct js *data = data_of(&step, type, &len);
            cr_expect_eq(len, sizes[k], "%s: %zu", type, len);
            if (has_text)
                check_members(type, data, sample);
            js_free(sample);
            js_free(data);
            step_clear(&step);
        }
}

/* What is required is there, and is no null, even where the data is longer than was asked for. */
Test(compose_genuine, a_small_size_leaves_nothing_out, .init = set_up, .fini = tear_down)
{
    static const char *const required[] = {"first_name",    "last_name",  "email_addresses",
                                           "phone_numbers", "created_at", "remote_id"};
    size_t len = 0;
    struct step step;
    step_init(&step);
    step.size = 1024;
    for (unsigned seed = 0; seed < 50; seed++) {
        struct js *data = data_of_seed(&step, "crm.contact.created", seed, &len);
        cr_expect_eq(len, 1024, "%zu", len);
        for (size_t k = 0; k < ARRAY_LEN(required); k++) {
            const struct js *member = js_get(data, required[k]);
            cr_expect(member && js_kind(member) != JS_NULL, "seed %u: %s", seed, required[k]);
        }
        js_free(data);
    }
    step_clear(&step);
}

/* A step that puts `json` at `place`. */
static bool put(const char *type, const char *place, const char *json, struct composed *out)
{
    struct step step;
    struct call call = {.word = table_find(&mutation_words, "put", NULL)};
    struct rng rng = rng_for(3, "put");
    composing.err = (struct error){0};
    step_init(&step);
    step.type = type ? mem_text(type) : NULL;
    call.values[0].text = mem_text(place);
    call.values[1].text = mem_text(json);
    step.event_ops.items = mem_alloc(sizeof call);
    step.event_ops.items[step.event_ops.count++] = call;
    bool ok = compose_step(&composing.composer, &step, NULL, false, &rng, out, &composing.err);
    step_clear(&step);
    return ok;
}

Test(compose_genuine, values_stand_at_their_places, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *type; /* NULL: the usual one, or one that has the place */
        const char *place, *json, *sent_type, *part;
    } rows[] = {
        {NULL, "text", "\"a\\u0000b\"", "crm.contact.created", "\"first_name\":\"a\\u0000b\","},
        {NULL, "number", "1e+21", "crm.deal.push", "\"amount\":1e+21,"},
        {NULL, "field_mappings", "{\"\":1}", "crm.contact.created", "\"field_mappings\":{\"\":1},"},
        {NULL, "remote_data", "{\"a\":[]}", "crm.contact.created", ",\"remote_data\":{\"a\":[]}}"},
        {"crm.note.pulled", "text", "\"\"", "crm.note.pulled", "\"content\":\"\","},
        {"billing.new", "text", "\"x\"", "billing.new", "\"name\":\"x\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct composed made;
        bool ok = put(rows[i].type, rows[i].place, rows[i].json, &made);
        cr_assert(ok, "%s", composing.err.message);
        cr_expect_str_eq(made.event.type, rows[i].sent_type);
        cr_expect_not_null(strstr(buf_text(&made.event.data), rows[i].part), "%s",
                           buf_text(&made.event.data));
        cr_expect_eq(composed_verify(&composing, &made), VERIFICATION_VALID);
        cr_expect(made.genuine);
        cr_expect_not_null(strstr(made.twin, rows[i].json), "%s", made.twin);
        composed_clear(&made);
    }
}

Test(compose_genuine, what_cannot_stand_there_is_refused, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *type, *place, *json, *why;
    } rows[] = {
        {"connection.created", "remote_data", "{}", "has no place for remote_data"},
        {"crm.contact.pulled", "number", "1", "has no place for number"},
        {"crm.contact.created", "text", "7", "must be text"},
        {"crm.contact.created", "remote_data", "[]", "must be an object"},
        {"crm.contact.created", "text", "no JSON", "not JSON"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct composed made;
        cr_expect_not(put(rows[i].type, rows[i].place, rows[i].json, &made));
        cr_expect_not_null(strstr(composing.err.message, rows[i].why), "%s", composing.err.message);
        composed_clear(&made);
    }
}
