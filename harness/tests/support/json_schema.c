#include "tests/support/json_schema.h"

#include <regex.h>
#include <string.h>

#include "base/array.h"

/* A value and how one got there. */
struct place {
    const json_t *root; /* of the schema */
    const struct place *parent;
    const char *key; /* NULL: array item */
    size_t index;
};

static void write_path(const struct place *place, char *out, size_t size)
{
    if (!place->parent) {
        out[0] = '\0';
        return;
    }
    write_path(place->parent, out, size);
    size_t len = strlen(out);
    if (place->key)
        (void)snprintf(out + len, size - len, "/%s", place->key);
    else
        (void)snprintf(out + len, size - len, "/%zu", place->index);
}

static bool complain(const struct place *place, struct error *err, const char *what,
                     const char *detail)
{
    char path[512];
    write_path(place, path, sizeof path);
    return error_set(err, "%s: %s%s", path[0] ? path : "/", what, detail);
}

static bool check(const json_t *schema, const json_t *value, const struct place *place,
                  struct error *err);

static bool has_type(const json_t *value, const char *name)
{
    if (strcmp(name, "number") == 0)
        return json_is_number(value);
    if (strcmp(name, "integer") == 0)
        return json_is_integer(value);
    static const struct {
        const char *name;
        json_type type;
    } types[] = {{"object", JSON_OBJECT},
                 {"array", JSON_ARRAY},
                 {"string", JSON_STRING},
                 {"null", JSON_NULL}};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (strcmp(types[i].name, name) == 0)
            return json_typeof(value) == types[i].type;
    return strcmp(name, "boolean") == 0 && json_is_boolean(value);
}

static bool check_type(const json_t *rule, const json_t *value, const struct place *place,
                       struct error *err)
{
    if (json_is_string(rule))
        return has_type(value, json_string_value(rule)) ||
               complain(place, err, "not of type ", json_string_value(rule));
    size_t i;
    json_t *one;
    json_array_foreach(rule, i, one) if (has_type(value, json_string_value(one))) return true;
    return complain(place, err, "of none of the types", "");
}

static bool check_enum(const json_t *rule, const json_t *value, const struct place *place,
                       struct error *err)
{
    size_t i;
    json_t *one;
    json_array_foreach(rule, i, one) if (json_equal(one, value)) return true;
    const char *text = json_string_value(value);
    return complain(place, err, "none of the allowed values: ", text ? text : "(no string)");
}

static bool check_const(const json_t *rule, const json_t *value, const struct place *place,
                        struct error *err)
{
    return json_equal(rule, value) || complain(place, err, "not the one allowed value", "");
}

static bool check_properties(const json_t *rule, const json_t *value, const struct place *place,
                             struct error *err)
{
    const char *key;
    json_t *schema;
    json_object_foreach((json_t *)rule, key, schema)
    {
        const json_t *member = json_object_get(value, key);
        struct place inner = {place->root, place, key, 0};
        if (member && !check(schema, member, &inner, err))
            return false;
    }
    return true;
}

static bool check_required(const json_t *rule, const json_t *value, const struct place *place,
                           struct error *err)
{
    size_t i;
    json_t *key;
    json_array_foreach(
        rule, i,
        key) if (json_is_object(value) &&
                 !json_object_get(value,
                                  json_string_value(key))) return complain(place, err, "missing: ",
                                                                           json_string_value(key));
    return true;
}

static bool check_items(const json_t *rule, const json_t *value, const struct place *place,
                        struct error *err)
{
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        struct place inner = {place->root, place, NULL, i};
        if (!check(rule, item, &inner, err))
            return false;
    }
    return true;
}

static bool check_min_items(const json_t *rule, const json_t *value, const struct place *place,
                            struct error *err)
{
    return !json_is_array(value) ||
           (json_int_t)json_array_size(value) >= json_integer_value(rule) ||
           complain(place, err, "too few items", "");
}

static bool check_max_items(const json_t *rule, const json_t *value, const struct place *place,
                            struct error *err)
{
    return !json_is_array(value) ||
           (json_int_t)json_array_size(value) <= json_integer_value(rule) ||
           complain(place, err, "too many items", "");
}

static bool check_pattern(const json_t *rule, const json_t *value, const struct place *place,
                          struct error *err)
{
    regex_t regex;
    if (!json_is_string(value))
        return true;
    if (regcomp(&regex, json_string_value(rule), REG_EXTENDED | REG_NOSUB) != 0)
        return complain(place, err, "unreadable pattern ", json_string_value(rule));
    bool fits = regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;
    regfree(&regex);
    return fits || complain(place, err, "does not match ", json_string_value(rule));
}

static bool check_min_length(const json_t *rule, const json_t *value, const struct place *place,
                             struct error *err)
{
    return !json_is_string(value) ||
           (json_int_t)json_string_length(value) >= json_integer_value(rule) ||
           complain(place, err, "too short", "");
}

static bool check_minimum(const json_t *rule, const json_t *value, const struct place *place,
                          struct error *err)
{
    return !json_is_number(value) || json_number_value(value) >= json_number_value(rule) ||
           complain(place, err, "too small", "");
}

static bool check_maximum(const json_t *rule, const json_t *value, const struct place *place,
                          struct error *err)
{
    return !json_is_number(value) || json_number_value(value) <= json_number_value(rule) ||
           complain(place, err, "too large", "");
}

static bool check_ref(const json_t *rule, const json_t *value, const struct place *place,
                      struct error *err)
{
    static const char start[] = "#/$defs/";
    const char *ref = json_string_value(rule);
    const json_t *schema = NULL;
    if (strncmp(ref, start, sizeof start - 1) == 0)
        schema = json_object_get(json_object_get(place->root, "$defs"), ref + sizeof start - 1);
    return schema ? check(schema, value, place, err)
                  : complain(place, err, "the schema has no definition ", ref);
}

/* Stands in the schema for people only, or is read by its neighbour. */
static bool check_nothing(const json_t *rule, const json_t *value, const struct place *place,
                          struct error *err)
{
    return true;
}

static const struct {
    const char *name;
    bool (*check)(const json_t *rule, const json_t *value, const struct place *place,
                  struct error *err);
} keywords[] = {
    {"$schema", check_nothing},
    {"$id", check_nothing},
    {"$defs", check_nothing},
    {"title", check_nothing},
    {"description", check_nothing},
    {"examples", check_nothing},
    {"additionalProperties", check_nothing},
    {"type", check_type},
    {"enum", check_enum},
    {"const", check_const},
    {"properties", check_properties},
    {"required", check_required},
    {"items", check_items},
    {"minItems", check_min_items},
    {"maxItems", check_max_items},
    {"pattern", check_pattern},
    {"minLength", check_min_length},
    {"minimum", check_minimum},
    {"maximum", check_maximum},
    {"$ref", check_ref},
};

static bool check_keyword(const char *name, const json_t *rule, const json_t *value,
                          const struct place *place, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
        if (strcmp(keywords[i].name, name) == 0)
            return keywords[i].check(rule, value, place, err);
    return complain(place, err, "this checker does not know the keyword ", name);
}

/* additionalProperties: false, or a schema for what `properties` does not name. */
static bool check_additional(const json_t *schema, const json_t *value, const struct place *place,
                             struct error *err)
{
    const json_t *rule = json_object_get(schema, "additionalProperties");
    const json_t *named = json_object_get(schema, "properties");
    if (!rule || json_is_true(rule) || !json_is_object(value))
        return true;
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member)
    {
        struct place inner = {place->root, place, key, 0};
        if (json_object_get(named, key))
            continue;
        if (json_is_false(rule))
            return complain(place, err, "not allowed here: ", key);
        if (!check(rule, member, &inner, err))
            return false;
    }
    return true;
}

static bool check(const json_t *schema, const json_t *value, const struct place *place,
                  struct error *err)
{
    const char *name;
    json_t *rule;
    if (json_is_boolean(schema))
        return json_is_true(schema) || complain(place, err, "nothing is allowed here", "");
    json_object_foreach((json_t *)schema, name,
                        rule) if (!check_keyword(name, rule, value, place, err)) return false;
    return check_additional(schema, value, place, err);
}

bool json_schema_check(const json_t *schema, const json_t *value, struct error *err)
{
    struct place place = {.root = schema};
    return check(schema, value, &place, err);
}
