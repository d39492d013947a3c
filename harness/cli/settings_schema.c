#include "cli/settings_schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/settings.h"

/* --- small parts --- */

static json_t *described(const char *type, const char *text)
{
    return json_pack("{s:s, s:s}", "description", text, "type", type);
}

static json_t *reference_to(const char *name)
{
    return json_pack("{s:s}", "$ref", name);
}

/* An object that has these members and comments. */
static json_t *closed(const char *text, json_t *properties)
{
    json_t *object = described("object", text);
    json_set(object, "properties", properties);
    json_set(object, "patternProperties",
             json_pack("{s:{s:s}}", "^//", "description", "A comment."));
    json_set(object, "additionalProperties", json_false());
    return object;
}

/* --- the form of one setting --- */

static json_t *choices_of(const struct option_spec *spec)
{
    json_t *all = json_array();
    for (size_t i = 0; spec->choices && spec->choices[i]; i++)
        json_array_append_new(all, json_string(spec->choices[i]));
    return all;
}

static json_t *number(const struct option_spec *spec)
{
    json_t *schema = json_pack("{s:s, s:I}", "type", "integer", "minimum", (json_int_t)spec->least);
    if (spec->most)
        json_set(schema, "maximum", json_integer((json_int_t)spec->most));
    return schema;
}

static json_t *plain(const struct option_spec *spec)
{
    static const char duration[] = "^(0|[0-9]+(\\.[0-9]+)?(us|ms|s|m|h))$";
    static const char rate[] = "^[0-9]+(/s)?$";
    if (!spec->value)
        return json_pack("{s:s}", "type", "boolean");
    switch (spec->kind) {
    case OPTION_INTEGER:
    case OPTION_COUNT:
        return number(spec);
    case OPTION_CHOICE:
        return json_pack("{s:o}", "enum", choices_of(spec));
    case OPTION_DURATION:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", duration);
    case OPTION_RATE:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", rate);
    case OPTION_SIZE:
    case OPTION_BY_HAND:
    case OPTION_FLAG:
    case OPTION_TEXT:
        break;
    }
    return json_pack("{s:s}", "type", "string");
}

static json_t *form_of(const struct option_spec *spec)
{
    if (spec->form == FORM_SECRET)
        return reference_to("#/$defs/reference");
    if (spec->form == FORM_HEADERS)
        return json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
                         reference_to("#/$defs/reference"));
    if (spec->form == FORM_SKIPS)
        return json_pack("{s:s, s:o}", "type", "array", "items", reference_to("#/$defs/skip"));
    if (!spec->repeatable || !spec->value)
        return plain(spec);
    return json_pack("{s:[o, {s:s, s:o}]}", "oneOf", plain(spec), "type", "array", "items",
                     plain(spec));
}

static json_t *setting(const struct option_spec *spec)
{
    json_t *schema = form_of(spec);
    struct buf text = {0};
    buf_add_text(&text, spec->form == FORM_SECRET ? "The signing secret." : spec->help);
    buf_add_text(&text, spec->fallback || spec->otherwise ? " " : "");
    option_add_default(spec, &text);
    json_set(schema, "description", json_string(buf_text(&text)));
    buf_clear(&text);
    return schema;
}

static json_t *settings(void)
{
    json_t *all = json_object();
    const struct option_spec *spec = NULL;
    for (size_t i = 0; (spec = setting_at(i)); i++)
        json_set(all, spec->name, setting(spec));
    return all;
}

/* --- the whole --- */

static json_t *definitions(void)
{
    json_t *reference = json_pack(
        "{s:s, s:s, s:{s:o, s:o}, s:b, s:i, s:i}", "description",
        "Where a secret comes from; never the secret itself.", "type", "object", "properties",
        "env", described("string", "The name of an environment variable."), "file",
        described("string", "A file, relative to hookcheck.json; one trailing newline is removed."),
        "additionalProperties", 0, "minProperties", 1, "maxProperties", 1);
    json_t *skip = closed("Cases to skip, and why.",
                          json_pack("{s:o, s:o}", "case",
                                    described("string", "The full id of a case, or a glob."),
                                    "reason", described("string", "Why; reports show it.")));
    json_set(skip, "required", json_pack("[s, s]", "case", "reason"));
    return json_pack("{s:o, s:o}", "reference", reference, "skip", skip);
}

static json_t *endpoint(void)
{
    json_t *properties = settings();
    json_set(properties, "url", described("string", "The endpoint's URL."));
    json_t *one = closed("Its URL, and settings that override the top level.", properties);
    json_set(one, "required", json_pack("[s]", "url"));
    return one;
}

void settings_schema(struct buf *out)
{
    json_t *properties = settings();
    json_set(properties, "$schema", described("string", "For editors."));
    json_t *endpoints = described("object", "Endpoints by name: `hookcheck run NAME`.");
    json_set(endpoints, "patternProperties",
             json_pack("{s:{s:s}}", "^//", "description", "A comment."));
    json_set(endpoints, "additionalProperties", endpoint());
    json_set(properties, "endpoints", endpoints);
    json_t *schema = closed("Named endpoints and settings of `hookcheck run`.", properties);
    json_set(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
    json_set(schema, "$id", json_string("urn:hookcheck:config:1"));
    json_set(schema, "title", json_string("hookcheck.json"));
    json_set(schema, "$defs", definitions());
    char *text = json_dumps(schema, JSON_INDENT(2) | JSON_SORT_KEYS);
    buf_add_format(out, "%s\n", text);
    free(text);
    json_decref(schema);
}
