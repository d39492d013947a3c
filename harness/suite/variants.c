/* `for`: a case repeated over values, by putting each value into a copy of the case's JSON. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "suite/suite_internal.h"

/* Puts a copy of `value` where the JSON Pointer `pointer` leads; false when its parent is not
 * there. */
static bool put_at(json_t *root, const char *pointer, json_t *value)
{
    char *path = mem_text(pointer);
    char *last = strrchr(path, '/');
    json_t *parent = root;
    *last++ = '\0';
    for (char *part = path; parent && *part;) {
        char *name = part + 1;
        size_t len = strcspn(name, "/");
        part = name + len;
        char *key = mem_copy(name, len);
        parent = json_is_array(parent) ? json_array_get(parent, strtoul(key, NULL, 10))
                                       : json_object_get(parent, key);
        free(key);
    }
    bool done = json_is_array(parent) ? json_array_set(parent, strtoul(last, NULL, 10), value) == 0
                                      : json_object_set(parent, last, value) == 0;
    free(path);
    return done;
}

/* `pointers` is one pointer or a list of them. */
static bool put_all(json_t *root, const struct json_at *pointers, json_t *value, struct error *err)
{
    size_t count = json_is_array(pointers->value) ? json_array_size(pointers->value) : 1;
    for (size_t i = 0; i < count; i++) {
        const json_t *item =
            json_is_array(pointers->value) ? json_array_get(pointers->value, i) : pointers->value;
        const char *pointer = json_string_value(item);
        if (!put_at(root, pointer, value))
            return json_fail(pointers, err, "there is no %s in this case to put values at",
                             pointer);
    }
    return true;
}

static bool check_pointer(const struct json_at *at, struct error *err)
{
    const char *pointer = NULL;
    if (!json_get_text(at, &pointer, err))
        return false;
    return pointer[0] == '/' ||
           json_fail(at, err, "\"%s\" is not a JSON Pointer such as /event/type", pointer);
}

static bool check_pointers(const struct json_at *at, struct error *err)
{
    if (!json_is_array(at->value))
        return check_pointer(at, err);
    for (size_t i = 0; i < json_array_size(at->value); i++) {
        struct json_at item = json_item(at, i);
        if (!check_pointer(&item, err))
            return false;
    }
    return json_array_size(at->value) > 0 || json_fail(at, err, "is empty");
}

static char *label_of(const json_t *value)
{
    if (json_is_string(value))
        return mem_text(json_string_value(value));
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    char *label = mem_text(dumped ? dumped : "");
    free(dumped);
    return label;
}

/* Ids stand in lines of their own in most reports. */
static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

/* One value of a `for`: a plain value, or {"value": ..., "label": ..., "level": ...}. */
static bool add_variant(struct suite *suite, const struct json_at *at,
                        const struct json_at *pointers, const struct json_at *entry,
                        const struct vocabulary *vocabulary, struct error *err)
{
    static const char *const keys[] = {"value", "label", "level"};
    json_t *value = entry->value;
    const json_t *label = NULL;
    json_t *level = NULL;
    if (json_is_object(value)) {
        if (!json_only_keys(entry, keys, ARRAY_LEN(keys), err))
            return false;
        label = json_object_get(value, "label");
        level = json_object_get(value, "level");
        value = json_object_get(value, "value");
        if (!value)
            return json_fail(entry, err, "has no \"value\"");
    }
    json_t *copy = json_deep_copy(at->value);
    struct json_at variant = *at;
    variant.value = copy;
    bool ok = put_all(copy, pointers, value, err);
    if (ok && level)
        ok = json_object_set(copy, "level", level) == 0;
    char *name = label_of(label ? label : value);
    if (ok && has_control(name))
        ok = json_fail(entry, err, "a control character cannot stand in an id; give a \"label\"");
    ok = ok && suite_add_case(suite, &variant, name, vocabulary, err);
    free(name);
    json_decref(copy);
    return ok;
}

static const struct value_list *find_list(const struct vocabulary *vocabulary,
                                          const struct json_at *at, struct error *err)
{
    const char *names[16];
    const char *name = json_string_value(at->value);
    struct error why = {0};
    size_t count = 0;
    for (size_t i = 0; i < vocabulary->num_lists && count < ARRAY_LEN(names); i++) {
        if (strcmp(vocabulary->lists[i].name, name) == 0)
            return &vocabulary->lists[i];
        names[count++] = vocabulary->lists[i].name;
    }
    (void)text_unknown(&why, "list of values", name, names, count);
    (void)json_fail(at, err, "%s", why.message);
    return NULL;
}

/* Every value of a named list; with `level` (may be NULL) as the level of each. */
static bool add_listed(struct suite *suite, const struct json_at *at,
                       const struct json_at *pointers, const struct json_at *name,
                       const json_t *level, const struct vocabulary *vocabulary, struct error *err)
{
    const struct value_list *list = find_list(vocabulary, name, err);
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < list->num_values; i++) {
        json_t *value = json_pack("{s:s, s:O*}", "value", list->values[i], "level", level);
        struct json_at entry = {.value = value, .file = at->file, .parent = name, .index = i};
        ok = add_variant(suite, at, pointers, &entry, vocabulary, err);
        json_decref(value);
    }
    return ok;
}

/* One entry of `values`: a value, or {"list": NAME, "level": ...} for all values of a named list.
 */
static bool add_entry(struct suite *suite, const struct json_at *at, const struct json_at *pointers,
                      const struct json_at *entry, const struct vocabulary *vocabulary,
                      struct error *err)
{
    static const char *const keys[] = {"list", "level"};
    struct json_at name = json_member(entry, "list");
    if (!name.value)
        return add_variant(suite, at, pointers, entry, vocabulary, err);
    if (!json_only_keys(entry, keys, ARRAY_LEN(keys), err))
        return false;
    if (!json_is_string(name.value))
        return json_fail(&name, err, "is no name of a list");
    return add_listed(suite, at, pointers, &name, json_object_get(entry->value, "level"),
                      vocabulary, err);
}

bool suite_add_variants(struct suite *suite, const struct json_at *at, const struct json_at *loop,
                        const struct vocabulary *vocabulary, struct error *err)
{
    static const char *const keys[] = {"at", "values"};
    struct json_at pointers = json_member(loop, "at");
    struct json_at values = json_member(loop, "values");
    if (!json_only_keys(loop, keys, ARRAY_LEN(keys), err) || !check_pointers(&pointers, err))
        return false;
    if (json_is_string(values.value))
        return add_listed(suite, at, &pointers, &values, NULL, vocabulary, err);
    if (!json_expect_array(&values, err))
        return false;
    if (json_array_size(values.value) == 0)
        return json_fail(&values, err, "is empty; a case is repeated over at least one value");
    for (size_t i = 0; i < json_array_size(values.value); i++) {
        struct json_at entry = json_item(&values, i);
        if (!add_entry(suite, at, &pointers, &entry, vocabulary, err))
            return false;
    }
    return true;
}
