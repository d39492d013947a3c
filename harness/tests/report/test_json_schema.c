/* The checker that the schema tests rely on is itself put to the test here. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "tests/support/json_schema.h"

TestSuite(report_json_schema, .timeout = 120);

static const struct {
    const char *what, *schema, *value, *problem; /* "" = fits */
} rows[] = {
    {"type", "{\"type\":\"string\"}", "\"x\"", ""},
    {"wrong type", "{\"type\":\"string\"}", "1", "/: not of type string"},
    {"one of the types", "{\"type\":[\"number\",\"null\"]}", "null", ""},
    {"none of the types", "{\"type\":[\"number\",\"null\"]}", "true", "/: of none of the types"},
    {"a real is no integer", "{\"type\":\"integer\"}", "1.5", "/: not of type integer"},
    {"enum", "{\"enum\":[\"a\",2]}", "2", ""},
    {"not in the enum", "{\"enum\":[\"a\",2]}", "\"b\"", "/: none of the allowed values: b"},
    {"const", "{\"const\":1}", "2", "/: not the one allowed value"},
    {"required", "{\"required\":[\"a\"]}", "{}", "/: missing: a"},
    {"nested", "{\"properties\":{\"a\":{\"items\":{\"type\":\"null\"}}}}", "{\"a\":[null,1]}",
     "/a/1: not of type null"},
    {"additional", "{\"properties\":{\"a\":{}},\"additionalProperties\":false}",
     "{\"a\":1,\"b\":2}", "/: not allowed here: b"},
    {"additional by schema", "{\"additionalProperties\":{\"type\":\"null\"}}", "{\"b\":2}",
     "/b: not of type null"},
    {"too few", "{\"minItems\":1}", "[]", "/: too few items"},
    {"too many", "{\"maxItems\":1}", "[1,2]", "/: too many items"},
    {"pattern", "{\"pattern\":\"^[0-9]+$\"}", "\"1a\"", "/: does not match ^[0-9]+$"},
    {"short", "{\"minLength\":1}", "\"\"", "/: too short"},
    {"small", "{\"minimum\":0}", "-0.5", "/: too small"},
    {"large", "{\"maximum\":5}", "6", "/: too large"},
    {"reference", "{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"null\"}}}", "1",
     "/: not of type null"},
    {"broken reference", "{\"$ref\":\"#/$defs/m\"}", "1",
     "/: the schema has no definition #/$defs/m"},
    {"false", "{\"properties\":{\"a\":false}}", "{\"a\":1}", "/a: nothing is allowed here"},
    {"an unknown keyword", "{\"oneOf\":[]}", "1",
     "/: this checker does not know the keyword oneOf"},
};

Test(report_json_schema, finds_what_does_not_fit)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        json_t *schema = json_loads(rows[i].schema, JSON_DECODE_ANY, NULL);
        json_t *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);
        cr_assert(schema && value, "%s", rows[i].what);
        bool fits = json_schema_check(schema, value, &err);
        cr_expect_eq(fits, rows[i].problem[0] == '\0', "%s", rows[i].what);
        cr_expect_str_eq(err.message, rows[i].problem, "%s", rows[i].what);
        json_decref(schema);
        json_decref(value);
    }
}
