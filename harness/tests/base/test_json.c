#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"

TestSuite(base_json, .timeout = 120);

static const char sample[] =
    "{\"cases\": [{\"id\": \"a\"}, {\"id\": 7, \"on\": true, \"off\": false, \"n\": null,"
    " \"half\": 0.5, \"list\": []}], \"a/b~c\": {\"x\": 1}}";

static json_t *read_sample(void)
{
    struct error err = {0};
    json_t *value = json_read("s.json", bytes_of(sample), &err);
    cr_assert_not_null(value, "%s", err.message);
    return value;
}

Test(base_json, says_where_a_file_is_malformed)
{
    static const struct {
        const char *what;
        struct bytes text;
        const char *message; /* the beginning */
    } rows[] = {
        {"nothing", {NULL, 0}, "x.json: line 1, column 0: "},
        {"an open object", {"{\n  \"a\": 1,\n ]", 14}, "x.json: line 3, column 2: "},
        {"a missing colon", {"{\"a\" 1}", 7}, "x.json: line 1, column 6: "},
        {"a second value", {"{} []", 5}, "x.json: line 1, column 4: "},
        {"one key twice", {"{\"a\":1,\"a\":2}", 13}, "x.json: line 1, column "},
        {"bytes that are not UTF-8", {"\"\xff\"", 3}, "x.json: line 1, column "},
        {"a NUL in a text", {"\"\\u0000\"", 8}, "x.json: line 1, column "},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        json_t *value = json_read("x.json", rows[i].text, &err);
        cr_expect_null(value, "%s", rows[i].what);
        cr_expect_eq(strncmp(err.message, rows[i].message, strlen(rows[i].message)), 0, "%s: %s",
                     rows[i].what, err.message);
        json_decref(value);
    }
}

/* jansson quotes what it read, line ends included. */
Test(base_json, says_so_in_one_line)
{
    static const char text[] = "[\"a\\\n\"]";
    struct error err = {0};
    cr_assert_null(json_read("x.json", bytes_of(text), &err));
    cr_expect_null(strchr(err.message, '\n'), "%s", err.message);
}

Test(base_json, skips_a_byte_order_mark)
{
    struct error err = {0};
    json_t *value = json_read("x.json", bytes_of("\xef\xbb\xbf{\"a\":1}"), &err);
    cr_expect_not_null(value, "%s", err.message);
    json_decref(value);
    cr_expect_null(json_read("x.json", bytes_of("\xef\xbb\xbf\xef\xbb\xbf{}"), &err));
}

Test(base_json, reads_any_kind_of_value)
{
    static const char *const texts[] = {"{}", "[]", "\"a\"", "1", "true", "null", " [1] \n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct error err = {0};
        json_t *value = json_read("x.json", bytes_of(texts[i]), &err);
        cr_expect_not_null(value, "%s: %s", texts[i], err.message);
        json_decref(value);
    }
}

Test(base_json, gets_values_by_their_place)
{
    json_t *value = read_sample();
    struct json_at root = json_root("s.json", value);
    struct json_at cases = json_member(&root, "cases");
    struct json_at first = json_item(&cases, 0);
    struct json_at second = json_item(&cases, 1);
    struct json_at id = json_member(&first, "id");
    struct json_at number = json_member(&second, "id");
    struct json_at on = json_member(&second, "on");
    struct json_at off = json_member(&second, "off");
    struct error err = {0};
    const char *text = NULL;
    json_int_t integer = 0;
    bool flag = false;
    cr_expect(json_expect_object(&root, &err) && json_expect_array(&cases, &err));
    cr_expect(json_get_text(&id, &text, &err));
    cr_expect_str_eq(text, "a");
    cr_expect(json_get_integer(&number, 7, 7, &integer, &err));
    cr_expect_eq(integer, 7);
    cr_expect(json_get_bool(&on, &flag, &err));
    cr_expect(flag);
    cr_expect(json_get_bool(&off, &flag, &err));
    cr_expect_not(flag);
    cr_expect_not(error_is_set(&err), "%s", err.message);
    json_decref(value);
}

static bool get_text(const struct json_at *at, struct error *err)
{
    const char *out = NULL;
    return json_get_text(at, &out, err);
}

static bool get_bool(const struct json_at *at, struct error *err)
{
    bool out = false;
    return json_get_bool(at, &out, err);
}

static bool get_small(const struct json_at *at, struct error *err)
{
    json_int_t out = 0;
    return json_get_integer(at, -1, 6, &out, err);
}

Test(base_json, names_the_place_and_what_is_needed)
{
    static const struct {
        const char *key; /* of the second case */
        bool (*get)(const struct json_at *at, struct error *err);
        const char *message;
    } rows[] = {
        {"id", get_text, "s.json: /cases/1/id: is a number; a string is needed here"},
        {"on", get_text, "s.json: /cases/1/on: is true; a string is needed here"},
        {"off", get_text, "s.json: /cases/1/off: is false; a string is needed here"},
        {"n", get_text, "s.json: /cases/1/n: is null; a string is needed here"},
        {"list", get_text, "s.json: /cases/1/list: is an array; a string is needed here"},
        {"none", get_text, "s.json: /cases/1/none: is missing; a string is needed here"},
        {"id", get_bool, "s.json: /cases/1/id: is a number; true or false is needed here"},
        {"half", get_small, "s.json: /cases/1/half: is a number; a whole number is needed here"},
        {"id", get_small, "s.json: /cases/1/id: is 7; a whole number from -1 to 6 is needed here"},
        {"list", json_expect_object,
         "s.json: /cases/1/list: is an array; an object is needed here"},
        {"none", json_expect_array, "s.json: /cases/1/none: is missing; an array is needed here"},
    };
    json_t *value = read_sample();
    struct json_at root = json_root("s.json", value);
    struct json_at cases = json_member(&root, "cases");
    struct json_at second = json_item(&cases, 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct json_at at = json_member(&second, rows[i].key);
        struct error err = {0};
        cr_expect_not(rows[i].get(&at, &err));
        cr_expect_str_eq(err.message, rows[i].message);
    }
    json_decref(value);
}

Test(base_json, escapes_keys_in_a_place_as_json_pointer_wants)
{
    json_t *value = read_sample();
    struct json_at root = json_root("s.json", value);
    struct json_at odd = json_member(&root, "a/b~c");
    struct json_at at = json_member(&odd, "x");
    struct error err = {0};
    cr_expect_not(json_fail(&at, &err, "is %s", "odd"));
    cr_expect_str_eq(err.message, "s.json: /a~1b~0c/x: is odd");
    json_decref(value);
}

Test(base_json, finds_nothing_below_what_is_not_there)
{
    json_t *value = read_sample();
    struct json_at root = json_root("s.json", value);
    struct json_at none = json_member(&root, "none");
    struct json_at deeper = json_member(&none, "deeper");
    struct json_at item = json_item(&deeper, 3);
    struct json_at far = json_item(&root, 0);
    cr_expect_null(none.value);
    cr_expect_null(deeper.value);
    cr_expect_null(item.value);
    cr_expect_null(far.value, "an object has no items");
    struct error err = {0};
    (void)json_fail(&item, &err, "is missing");
    cr_expect_str_eq(err.message, "s.json: /none/deeper/3: is missing");
    json_decref(value);
}

Test(base_json, names_the_file_alone_at_the_root)
{
    struct json_at root = json_root("s.json", NULL);
    struct error err = {0};
    cr_expect_not(json_expect_object(&root, &err));
    cr_expect_str_eq(err.message, "s.json: is missing; an object is needed here");
}

Test(base_json, refuses_keys_that_it_does_not_know)
{
    static const char *const known[] = {"id", "title", "expect"};
    static const struct {
        const char *text;
        const char *message; /* NULL: all known */
    } rows[] = {
        {"{}", NULL},
        {"{\"id\":1,\"expect\":2}", NULL},
        {"{\"id\":1,\"titel\":2}", "x.json: no key \"titel\"; did you mean \"title\"?"},
        {"{\"zzzzzz\":2}", "x.json: no key \"zzzzzz\"; choose one of: id, title, expect"},
        {"[1]", "x.json: is an array; an object is needed here"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        json_t *value = json_read("x.json", bytes_of(rows[i].text), &err);
        struct json_at root = json_root("x.json", value);
        bool ok = json_only_keys(&root, known, ARRAY_LEN(known), &err);
        cr_expect_eq(ok, rows[i].message == NULL, "%s", rows[i].text);
        cr_expect_str_eq(err.message, rows[i].message ? rows[i].message : "");
        json_decref(value);
    }
}

Test(base_json, a_document_escapes_what_drives_a_terminal)
{
    struct buf out = {0};
    json_t *value = json_pack("[s]", "a\x7f\xc2\x80\xc2\x9b"
                                     "31m\xc2\x9f\xc2\xa0\xc3\x9b");
    json_add_document_as(value, JSON_COMPACT, &out);
    json_decref(value);
    cr_expect_str_eq(buf_text(&out), "[\"a\\u007f\\u0080\\u009b31m\\u009f\xc2\xa0\xc3\x9b\"]\n");
    buf_clear(&out);
    json_add_document(NULL, &out);
    cr_expect_str_eq(buf_text(&out), "null\n");
    buf_clear(&out);
}
