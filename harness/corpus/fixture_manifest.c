#include "corpus/fixture_manifest.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "format/request_parts.h"
#include "result/version.h"

static void add_member(json_t *object, const char *key, struct buf *out)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_ENCODE_ANY);
    buf_add_format(out, " \"%s\": %s,\n", key, text ? text : "null");
    free(text);
    json_decref(object);
}

static json_t *dialects_of(const struct fixture_choice *choice)
{
    json_t *list = json_array();
    for (int dialect = DIALECT_TEXT; dialect <= DIALECT_OBJECT; dialect++)
        if (choice->dialects[dialect])
            json_array_append_new(list, json_string(dialect_name((enum dialect)dialect)));
    return list;
}

/* The secret stands there when everybody knows it anyway. */
void manifest_begin(const struct fixture_choice *choice, const char *schema, const char *type,
                    struct buf *out)
{
    char hash[SUITES_HASH_SIZE];
    char time[CLOCK_ISO_SIZE];
    suites_hash(hash);
    clock_iso(choice->composer.wall_ms, time);
    buf_add_text(out, "{\n");
    add_member(json_string(schema), "$schema", out);
    add_member(json_string("hookcheck " HOOKCHECK_VERSION), "generator", out);
    add_member(json_string(hash), "suites", out);
    add_member(json_integer((json_int_t)choice->seed), "seed", out);
    add_member(json_string(time), "time", out);
    add_member(choice->own_secret ? json_null() : json_string(SECRET_PUBLISHED), "secret", out);
    add_member(dialects_of(choice), "dialects", out);
    if (type)
        add_member(json_string(type), "type", out);
    buf_add_text(out, " \"fixtures\": [\n");
}

static void set_optional(json_t *entry, const char *key, const char *text)
{
    if (text && *text)
        json_set_text(entry, key, text);
}

static void set_file(json_t *entry, const char *key, const char *folder, const char *name)
{
    char *path = mem_format("%s%s.%s", folder, name, key);
    json_set(entry, key, json_string(path));
    free(path);
}

static json_t *entry_of(const struct fixtures *fixtures, const struct fixture *fixture,
                        const char *folder)
{
    const struct suite_case *one = fixture->one;
    const struct composed *made = &fixture->made;
    json_t *entry = json_object();
    json_set_text(entry, "name", fixture->name);
    json_set_text(entry, "type", made->event.type);
    json_set_text(entry, "dialect", dialect_name(made->event.dialect));
    json_set_text(entry, "expect", fixture->verdict);
    json_set_text(entry, "level", level_name(fixture->level));
    json_set_text(entry, "reason", fixture_reason(fixture));
    json_set_text(entry, "sent", made->sent);
    json_set_text(entry, "case", fixture->case_id);
    if (one) {
        set_optional(entry, "harm", one->harm);
        set_optional(entry, "bug", one->bug);
    }
    json_set(entry, "see",
             json_texts((const char *const *)(one ? one->see : NULL), one ? one->num_see : 0));
    json_set_text(entry, "method", made->request.method);
    set_optional(entry, "query", made->request.query);
    set_file(entry, "headers", folder, fixture->name);
    set_file(entry, "body", folder, fixtures->items[fixture->same_body].name);
    return entry;
}

void manifest_add(const struct fixtures *fixtures, const char *folder, bool is_first,
                  struct buf *out)
{
    for (size_t i = 0; i < fixtures->count; i++) {
        json_t *entry = entry_of(fixtures, &fixtures->items[i], folder);
        char *text = json_dumps(entry, JSON_COMPACT);
        buf_add_format(out, "%s  %s", is_first && i == 0 ? "" : ",\n", text ? text : "null");
        free(text);
        json_decref(entry);
    }
}

void manifest_end(struct buf *out)
{
    buf_add_text(out, "\n ]\n}\n");
}
