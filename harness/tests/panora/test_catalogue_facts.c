/*
 * Compares the catalogue with the facts that were collected from Panora's source, where they are at
 * hand: $HOOKCHECK_SHARED/spec (else ../shared/spec) with event-types.json, unified-objects.json
 * and pulled-rows.json.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "panora/catalogue.h"

TestSuite(panora_catalogue_facts, .timeout = 20);

/* The facts in `name`, or a test that is skipped and says so. The caller frees with json_decref. */
static json_t *facts(const char *name)
{
    const char *folder = getenv("HOOKCHECK_SHARED");
    char *path = mem_format("%s/spec/%s", folder ? folder : "../shared", name);
    struct buf text = {0};
    struct error err = {0};
    if (!file_read(path, 1 << 24, &text, &err)) {
        (void)fprintf(stderr, "SKIPPED: %s (HOOKCHECK_SHARED names the folder)\n", err.message);
        free(path);
        cr_skip_test("the collected facts are not at hand");
    }
    json_t *value = json_read(path, buf_bytes(&text), &err);
    cr_assert_not_null(value, "%s", err.message);
    buf_clear(&text);
    free(path);
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
    json_t *types = facts("event-types.json");
    struct catalogue *catalogue = catalogue_load();
    cr_expect_eq(json_array_size(types), catalogue->num_types);
    size_t index = 0;
    json_t *fact = NULL;
    json_array_foreach(types, index, fact)
    {
        const char *name = text_at(fact, "type");
        const struct event_type *type = catalogue_find(catalogue, name);
        cr_assert_not_null(type, "%s is not in the catalogue", name);
        bool sent = json_is_true(json_object_get(fact, "dispatched"));
        bool is_array = text_starts_with(text_at(fact, "data_shape"), "array");
        cr_expect_eq(type->sent, sent, "%s: sent", name);
        cr_expect(is_same_text(type->wire_type, sent ? text_at(fact, "wire_type") : NULL),
                  "%s: wire type %s", name, type->wire_type);
        cr_expect_str_eq(type->object, text_at(fact, "object"));
        cr_expect_eq(type->shape, is_array ? SHAPE_ROWS : SHAPE_OBJECT, "%s: shape", name);
        cr_expect_eq(type->documented, json_is_true(json_object_get(fact, "documented")),
                     "%s: documented", name);
        cr_expect_eq(type->subscribable, json_is_true(json_object_get(fact, "in_scopes")),
                     "%s: subscribable", name);
    }
    json_decref(types);
    catalogue_free(catalogue);
}

/* The object, or the one row, of a sample for `type`; the caller frees with json_decref. */
static json_t *sample_object(const struct catalogue *catalogue, const struct event_type *type,
                             bool nulls, uint64_t seed)
{
    struct sample_request request = {
        .type = type->name, .wall_ms = 1722000000123, .num_rows = 1, .nulls = nulls};
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
    json_t *objects = facts("unified-objects.json");
    struct catalogue *catalogue = catalogue_load();
    size_t compared = 0;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        json_t *emitted = json_object_get(json_object_get(objects, type->object),
                                          "emitted_keys_in_created_event");
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

static void compare_row(const struct event_type *type, json_t *row, json_t *fields, bool nulls)
{
    void *member = json_object_iter(row);
    size_t index = 0;
    json_t *field = NULL;
    json_array_foreach(fields, index, field)
    {
        cr_assert_not_null(member, "%s lacks members", type->name);
        const char *key = json_object_iter_key(member);
        json_t *value = json_object_iter_value(member);
        const char *column = text_at(field, "prisma_type");
        cr_expect_str_eq(key, text_at(field, "name"), "%s", type->name);
        cr_expect(fits(column, value), "%s: %s is no %s", type->name, key, column);
        cr_expect(!nulls || json_is_null(value) == text_ends_with(column, "?"), "%s: %s",
                  type->name, key);
        member = json_object_iter_next(row, member);
    }
    cr_expect_null(member, "%s has a member too many", type->name);
}

Test(panora_catalogue_facts, writes_rows_as_the_database_has_them)
{
    json_t *tables = facts("pulled-rows.json");
    struct catalogue *catalogue = catalogue_load();
    size_t compared = 0;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        json_t *fields = json_object_get(json_object_get(tables, type->object), "fields");
        if (type->shape != SHAPE_ROWS || !fields)
            continue;
        for (unsigned nulls = 0; nulls < 2; nulls++) {
            json_t *row = sample_object(catalogue, type, nulls, 1);
            compare_row(type, row, fields, nulls);
            json_decref(row);
        }
        compared++;
    }
    cr_expect_geq(compared, 60);
    json_decref(tables);
    catalogue_free(catalogue);
}
