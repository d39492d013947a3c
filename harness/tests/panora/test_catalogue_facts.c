/*
 * The catalogue beside facts that were collected from Panora's source (facts.json): its event
 * types, the members of an object in the order in which Panora writes them, the columns of a row.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "panora/catalogue.h"

TestSuite(panora_catalogue_facts, .timeout = 120);

/* A part of the facts; the caller frees with json_decref. */
static json_t *facts(const char *part)
{
    json_error_t error;
    json_t *all = json_load_file("harness/tests/panora/facts.json", 0, &error);
    cr_assert_not_null(all, "run from the top of the project: %s", error.text);
    json_t *value = json_incref(json_object_get(all, part));
    cr_assert_not_null(value, "%s", part);
    json_decref(all);
    return value;
}

static const char *text_at(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

Test(panora_catalogue_facts, agrees_with_the_collected_event_types)
{
    json_t *types = facts("types");
    struct catalogue *catalogue = catalogue_load();
    cr_expect_eq(json_array_size(types), catalogue->num_types);
    size_t index = 0;
    json_t *fact = NULL;
    json_array_foreach(types, index, fact)
    {
        const char *name = text_at(fact, "type");
        const struct event_type *type = catalogue_find(catalogue, name);
        cr_assert_not_null(type, "%s is not in the catalogue", name);
        bool sent = json_is_string(json_object_get(fact, "wire_type"));
        bool is_array = is_same_text(text_at(fact, "shape"), "rows");
        cr_expect_eq(type->sent, sent, "%s: sent", name);
        cr_expect(is_same_text(type->wire_type, text_at(fact, "wire_type")), "%s: wire type %s",
                  name, type->wire_type);
        cr_expect_str_eq(type->object, text_at(fact, "object"));
        cr_expect_eq(type->shape, is_array ? SHAPE_ROWS : SHAPE_OBJECT, "%s: shape", name);
        cr_expect_eq(type->documented, json_is_true(json_object_get(fact, "documented")),
                     "%s: documented", name);
        cr_expect_eq(type->subscribable, json_is_true(json_object_get(fact, "subscribable")),
                     "%s: subscribable", name);
    }
    json_decref(types);
    catalogue_free(catalogue);
}

/* The object, or the one row, of a sample for `type`; the caller frees with json_decref. */
static json_t *sample_object(const struct catalogue *catalogue, const struct event_type *type,
                             bool nulls, uint64_t seed)
{
    struct sample_request request = {.type = type->name,
                                     .wall_ms = 1722000000123,
                                     .num_rows = 1,
                                     .nulls = nulls ? NULLS_ALL : NULLS_FEW};
    struct rng rng = rng_for(seed, "facts");
    struct buf out = {0};
    struct error err = {0};
    catalogue_sample(catalogue, &request, &rng, &out);
    json_t *value = json_read(type->name, buf_bytes(&out), &err);
    cr_assert_not_null(value, "%s", err.message);
    buf_clear(&out);
    if (type->shape == SHAPE_OBJECT)
        return value;
    json_t *row = json_incref(json_array_get(value, 0));
    json_decref(value);
    return row;
}

Test(panora_catalogue_facts, writes_the_members_that_panora_writes_in_its_order)
{
    json_t *objects = facts("members_of_a_created_event");
    struct catalogue *catalogue = catalogue_load();
    size_t compared = 0;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        json_t *emitted = json_object_get(objects, type->object);
        if (type->shape != SHAPE_OBJECT || !emitted)
            continue;
        for (uint64_t seed = 0; seed < 10; seed++) {
            json_t *object = sample_object(catalogue, type, seed % 2, seed);
            void *member = json_object_iter(object);
            size_t index = 0;
            json_t *name = NULL;
            json_array_foreach(emitted, index, name)
            {
                cr_assert_not_null(member, "%s lacks members", type->name);
                cr_expect_str_eq(json_object_iter_key(member), json_string_value(name), "%s",
                                 type->name);
                member = json_object_iter_next(object, member);
            }
            cr_expect_null(member, "%s has a member too many", type->name);
            json_decref(object);
        }
        compared++;
    }
    cr_expect_geq(compared, 24);
    json_decref(objects);
    catalogue_free(catalogue);
}

/* What a column's content must be, by the first letters of its type. */
static bool fits(const char *column, const json_t *value)
{
    if (text_ends_with(column, "?") && json_is_null(value))
        return true;
    if (text_ends_with(column, "[]"))
        return json_is_array(value);
    if (text_starts_with(column, "Boolean"))
        return json_is_boolean(value);
    if (text_starts_with(column, "Int"))
        return json_is_integer(value);
    const char *text = json_string_value(value);
    if (text_starts_with(column, "BigInt"))
        return text && *text && strspn(text, "-0123456789") == strlen(text);
    if (text_starts_with(column, "DateTime"))
        return text && strlen(text) == 24 && text[10] == 'T' && text[23] == 'Z';
    return text_starts_with(column, "Json") || text;
}

static void compare_row(const struct event_type *type, json_t *row, json_t *columns, bool nulls)
{
    void *member = json_object_iter(row);
    const char *name = NULL;
    json_t *content = NULL;
    json_object_foreach(columns, name, content)
    {
        cr_assert_not_null(member, "%s lacks members", type->name);
        const char *key = json_object_iter_key(member);
        json_t *value = json_object_iter_value(member);
        const char *column = json_string_value(content);
        cr_expect_str_eq(key, name, "%s", type->name);
        cr_expect(fits(column, value), "%s: %s is not %s", type->name, key, column);
        cr_expect(!nulls || json_is_null(value) == text_ends_with(column, "?"), "%s: %s",
                  type->name, key);
        member = json_object_iter_next(row, member);
    }
    cr_expect_null(member, "%s has a member too many", type->name);
}

Test(panora_catalogue_facts, writes_rows_as_the_database_has_them)
{
    json_t *tables = facts("columns_of_a_pulled_row");
    struct catalogue *catalogue = catalogue_load();
    size_t compared = 0;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        json_t *columns = json_object_get(tables, type->object);
        if (type->shape != SHAPE_ROWS || !columns)
            continue;
        for (unsigned nulls = 0; nulls < 2; nulls++) {
            json_t *row = sample_object(catalogue, type, nulls, 1);
            compare_row(type, row, columns, nulls);
            json_decref(row);
        }
        compared++;
    }
    cr_expect_geq(compared, 60);
    json_decref(tables);
    catalogue_free(catalogue);
}
