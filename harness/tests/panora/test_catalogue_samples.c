#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "panora/catalogue.h"
#include "tests/support/skip.h"

TestSuite(panora_catalogue_samples, .timeout = 120);

#define WALL INT64_C(1722000000123)

/* A sample for `type`; free() it. */
static char *sample(const struct catalogue *catalogue, const char *type, uint64_t seed,
                    size_t num_rows, bool nulls)
{
    struct sample_request request = {.type = type,
                                     .wall_ms = WALL,
                                     .num_rows = num_rows,
                                     .nulls = nulls ? NULLS_ALL : NULLS_FEW};
    struct rng rng = rng_for(seed, "sample");
    struct buf out = {0};
    catalogue_sample(catalogue, &request, &rng, &out);
    return buf_take(&out);
}

static json_t *parsed(const char *text)
{
    struct error err = {0};
    json_t *value = json_read("sample", bytes_of(text), &err);
    cr_assert_not_null(value, "%s: %s", err.message, text);
    return value;
}

/* The object that a sample is, or its first row. Borrowed. */
static json_t *first_object(json_t *value)
{
    return json_is_array(value) ? json_array_get(value, 0) : value;
}

Test(panora_catalogue_samples, gives_the_same_bytes_for_the_same_random_numbers)
{
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const char *name = catalogue->types[i].name;
        char *one = sample(catalogue, name, 7, SIZE_MAX, false);
        char *same = sample(catalogue, name, 7, SIZE_MAX, false);
        char *other = sample(catalogue, name, 8, SIZE_MAX, false);
        cr_expect_str_eq(one, same, "%s", name);
        cr_expect_str_neq(one, other, "%s", name);
        free(one);
        free(same);
        free(other);
    }
    catalogue_free(catalogue);
}

/* Writes a sample of every type with and without nulls, one a line, to `path`; returns how many. */
static size_t write_all_samples(const char *path)
{
    struct catalogue *catalogue = catalogue_load();
    struct buf lines = {0};
    size_t count = 0;
    for (size_t i = 0; i <= catalogue->num_types; i++) {
        for (unsigned k = 0; k < 8; k++) {
            const char *name = i < catalogue->num_types ? catalogue->types[i].name : "new.type";
            char *text = sample(catalogue, name, k, k % 4, k >= 4);
            buf_add_format(&lines, "%s\n", text);
            free(text);
            count++;
        }
    }
    struct error err = {0};
    cr_assert(file_write(path, buf_bytes(&lines), 0600, &err), "%s", err.message);
    buf_clear(&lines);
    catalogue_free(catalogue);
    return count;
}

Test(panora_catalogue_samples, writes_what_json_stringify_would)
{
    NEED_TOOL("node", "samples beside its JSON");
    char path[] = "/tmp/hookcheck-samples-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    (void)close(fd);
    size_t count = write_all_samples(path);
    char *command = mem_format("node harness/tests/panora/same_json.mjs %s 2>&1", path);
    FILE *node = popen(command, "r");
    cr_assert_not_null(node);
    char answer[4096];
    size_t len = fread(answer, 1, sizeof answer - 1, node);
    answer[len] = '\0';
    cr_expect_eq(pclose(node), 0);
    char *expected = mem_format("%zu lines\n", count);
    cr_expect_str_eq(answer, expected);
    (void)unlink(path);
    free(expected);
    free(command);
}

Test(panora_catalogue_samples, writes_compact_json_in_utf_8)
{
    struct catalogue *catalogue = catalogue_load();
    size_t beyond_ascii = 0;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        char *text = sample(catalogue, catalogue->types[i].name, 3, SIZE_MAX, false);
        json_t *value = parsed(text);
        char *again = json_dumps(value, JSON_COMPACT);
        cr_expect_str_eq(text, again);
        cr_expect(text_is_utf8(bytes_of(text)));
        for (const char *at = text; *at; at++)
            beyond_ascii += (unsigned char)*at >= 0x80;
        free(again);
        json_decref(value);
        free(text);
    }
    cr_expect_gt(beyond_ascii, 500);
    catalogue_free(catalogue);
}

Test(panora_catalogue_samples, gives_as_many_distinct_rows_as_are_asked_for)
{
    static const struct {
        size_t asked;
        size_t given;
    } rows[] = {{0, 0}, {1, 1}, {2, 2}, {5, 5}, {40, 40}, {SIZE_MAX, 2}};
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        if (type->shape != SHAPE_ROWS)
            continue;
        for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
            char *text = sample(catalogue, type->name, 4, rows[k].asked, false);
            json_t *array = parsed(text);
            cr_assert(json_is_array(array), "%s", type->name);
            cr_expect_eq(json_array_size(array), rows[k].given, "%s", type->name);
            cr_expect(rows[k].given > 0 || strcmp(text, "[]") == 0, "%s: %s", type->name, text);
            json_decref(array);
            free(text);
        }
    }
    catalogue_free(catalogue);
}

Test(panora_catalogue_samples, gives_each_row_an_id_of_its_own_and_all_the_same_connection)
{
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        if (type->shape != SHAPE_ROWS)
            continue;
        char *text = sample(catalogue, type->name, 5, 9, false);
        json_t *array = parsed(text);
        json_t *seen = json_object();
        json_t *connection = json_object_get(json_array_get(array, 0), "id_connection");
        size_t index = 0;
        json_t *row = NULL;
        json_array_foreach(array, index, row)
        {
            const char *key = NULL;
            json_t *value = NULL;
            json_object_foreach(row, key, value)
            {
                bool is_own = value == json_object_iter_value(json_object_iter(row));
                if (is_own || strcmp(key, "remote_id") == 0)
                    cr_expect_eq(json_object_set(seen, json_string_value(value), value), 0);
            }
            cr_expect(!connection || json_equal(json_object_get(row, "id_connection"), connection),
                      "%s", type->name);
        }
        size_t with_remote_id = json_object_get(json_array_get(array, 0), "remote_id") ? 9 : 0;
        cr_expect_eq(json_object_size(seen), 9 + with_remote_id, "%s: %zu", type->name,
                     json_object_size(seen));
        json_decref(seen);
        json_decref(array);
        free(text);
    }
    catalogue_free(catalogue);
}

Test(panora_catalogue_samples, keeps_the_keys_when_the_values_are_null)
{
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const char *name = catalogue->types[i].name;
        char *full_text = sample(catalogue, name, 6, 1, false);
        char *null_text = sample(catalogue, name, 6, 1, true);
        json_t *full = parsed(full_text);
        json_t *null = parsed(null_text);
        void *a = json_object_iter(first_object(full));
        void *b = json_object_iter(first_object(null));
        size_t nulls = 0;
        while (a && b) {
            cr_expect_str_eq(json_object_iter_key(a), json_object_iter_key(b), "%s", name);
            nulls += json_is_null(json_object_iter_value(b));
            a = json_object_iter_next(first_object(full), a);
            b = json_object_iter_next(first_object(null), b);
        }
        cr_expect(!a && !b, "%s has other members", name);
        cr_expect_gt(nulls, 0, "%s", name);
        json_decref(full);
        json_decref(null);
        free(full_text);
        free(null_text);
    }
    catalogue_free(catalogue);
}

Test(panora_catalogue_samples, writes_for_nothing_what_panora_writes_for_nothing)
{
    static const struct {
        const char *type;
        const char *part;
    } rows[] = {
        {"filestorage.file.created", "\"size\":\"null\""},
        {"filestorage.folder.created", "\"size\":\"null\""},
        {"crm.company.created", "\"number_of_employees\":0"},
        {"ecommerce.order.created", "\"total_price\":0"},
        {"filestorage.file.pulled", "\"size\":null"},
        {"crm.company.pulled", "\"number_of_employees\":null"},
        {"crm.contact.created", "\"email_addresses\":[]"},
        {"ticketing.ticket.created", "\"tags\":null"},
        {"ticketing.ticket.pulled", "\"tags\":[]"},
        {"crm.contact.created", "\"field_mappings\":{}"},
    };
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *text = sample(catalogue, rows[i].type, 1, 1, true);
        cr_expect_not_null(strstr(text, rows[i].part), "no %s in %s", rows[i].part, text);
        free(text);
    }
    catalogue_free(catalogue);
}

/* Whether the 24 characters at `text` look like a time, and which. ISO times sort as texts. */
static bool is_time(const char *text)
{
    return strlen(text) == 24 && text[10] == 'T' && text[19] == '.' && text[23] == 'Z';
}

/* The newest created_at or modified_at of an object, or "". Borrowed. */
static const char *newest_of(json_t *object)
{
    const char *newest = "";
    const char *const keys[] = {"created_at", "modified_at"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const char *text = json_string_value(json_object_get(object, keys[i]));
        if (text && is_time(text) && strcmp(text, newest) > 0)
            newest = text;
    }
    return newest;
}

Test(panora_catalogue_samples, dates_events_within_the_second_before_now)
{
    char from[CLOCK_ISO_SIZE];
    char until[CLOCK_ISO_SIZE];
    clock_iso(WALL - 1000, from);
    clock_iso(WALL, until);
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 0; i < catalogue->num_types; i++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            char *text = sample(catalogue, catalogue->types[i].name, seed, 1, false);
            json_t *value = parsed(text);
            const char *newest = newest_of(first_object(value));
            bool undated = json_is_null(json_object_get(first_object(value), "created_at"));
            cr_expect(undated || (strcmp(newest, from) > 0 && strcmp(newest, until) < 0), "%s: %s",
                      catalogue->types[i].name, newest);
            json_decref(value);
            free(text);
        }
    }
    catalogue_free(catalogue);
}

Test(panora_catalogue_samples, keeps_due_dates_in_the_future_and_at_midnight)
{
    struct catalogue *catalogue = catalogue_load();
    char *text = sample(catalogue, "crm.task.created", 1, 1, false);
    json_t *task = parsed(text);
    const char *due = json_string_value(json_object_get(task, "due_date"));
    cr_assert_not_null(due);
    cr_expect_gt(strcmp(due, newest_of(task)), 0);
    cr_expect_str_eq(due + 10, "T00:00:00.000Z");
    json_decref(task);
    free(text);
    catalogue_free(catalogue);
}

Test(panora_catalogue_samples, keeps_equal_ids_equal_within_an_event)
{
    struct catalogue *catalogue = catalogue_load();
    for (uint64_t seed = 0; seed < 20; seed++) {
        char *text = sample(catalogue, "ticketing.ticket.created", seed, 1, false);
        json_t *ticket = parsed(text);
        json_t *id = json_object_get(ticket, "id");
        json_t *tag = json_array_get(json_object_get(ticket, "tags"), 0);
        json_t *attachment = json_array_get(json_object_get(ticket, "attachments"), 0);
        cr_expect(json_equal(id, json_object_get(tag, "id_tcg_ticket")), "%s", text);
        cr_expect(json_equal(id, json_object_get(attachment, "id_tcg_ticket")), "%s", text);
        cr_expect(json_equal(json_object_get(tag, "id_connection"),
                             json_object_get(attachment, "id_connection")),
                  "%s", text);
        cr_expect_not(json_equal(id, json_object_get(tag, "id_tcg_tag")), "%s", text);
        json_decref(ticket);
        free(text);
    }
    catalogue_free(catalogue);
}

Test(panora_catalogue_samples, gives_an_unknown_type_a_small_object)
{
    struct catalogue *catalogue = catalogue_load();
    char *text = sample(catalogue, "crm.invention.imagined", 1, 3, false);
    json_t *object = parsed(text);
    cr_assert(json_is_object(object), "%s", text);
    cr_expect(json_is_string(json_object_get(object, "id")));
    cr_expect(json_is_string(json_object_get(object, "name")));
    cr_expect(json_is_string(json_object_get(object, "created_at")));
    json_decref(object);
    free(text);
    catalogue_free(catalogue);
}

Test(panora_catalogue_samples, names_only_hosts_that_are_reserved_for_examples)
{
    struct catalogue *catalogue = catalogue_load();
    size_t hosts = 0;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        char *text = sample(catalogue, catalogue->types[i].name, 2, 2, false);
        static const char *const marks[] = {"://", "@"};
        for (size_t k = 0; k < ARRAY_LEN(marks); k++) {
            for (char *at = text; (at = strstr(at, marks[k])) != NULL;) {
                at += strlen(marks[k]);
                char *host = mem_copy(at, strcspn(at, "/?\"\\ "));
                cr_expect(text_ends_with(host, "example.com") ||
                              text_ends_with(host, "example.org"),
                          "%s names %s", catalogue->types[i].name, host);
                free(host);
                hosts++;
            }
        }
        free(text);
    }
    cr_expect_gt(hosts, 50);
    catalogue_free(catalogue);
}
