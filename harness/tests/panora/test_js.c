/* The tree: its looks, its depth, its size. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "panora/js.h"

TestSuite(panora_js, .timeout = 120);

#define DEEP ((size_t)1000000)
#define MANY 300000

static struct js *parse(const char *text)
{
    struct error err = {0};
    struct js *value = js_parse(bytes_of(text), &err);
    cr_assert_not_null(value, "%s: %s", text, err.message);
    return value;
}

static void expect_text(struct bytes actual, const char *expected)
{
    cr_expect(bytes_equal(actual, bytes_of(expected)), "\"%.*s\" instead of \"%s\"",
              (int)actual.len, actual.data, expected);
}

Test(panora_js, every_kind_can_be_looked_at)
{
    struct js *value = parse("[null,true,false,-1.5,\"text\",[1,2],{\"b\":1,\"a\":\"x\"}]");
    static const enum js_kind kinds[] = {JS_NULL,   JS_BOOL,  JS_BOOL,  JS_NUMBER,
                                         JS_STRING, JS_ARRAY, JS_OBJECT};
    cr_assert_eq(js_size(value), 7);
    for (size_t i = 0; i < 7; i++)
        cr_expect_eq(js_kind(js_at(value, i)), kinds[i], "item %zu", i);
    cr_expect(js_bool(js_at(value, 1)));
    cr_expect_not(js_bool(js_at(value, 2)));
    cr_expect_eq(js_number(js_at(value, 3)), -1.5);
    expect_text(js_string(js_at(value, 4)), "text");
    cr_expect_eq(js_number(js_at(js_at(value, 5), 1)), 2);
    expect_text(js_key(js_at(value, 6), 0), "b");
    expect_text(js_key(js_at(value, 6), 1), "a");
    expect_text(js_string(js_at(js_at(value, 6), 1)), "x");
    js_free(value);
}

Test(panora_js, a_look_at_another_kind_or_past_the_end_finds_nothing)
{
    struct js *value = parse("[1,\"1\",{\"a\":1}]");
    cr_expect_null(js_at(value, 3));
    cr_expect_null(js_at(js_at(value, 0), 0));
    cr_expect_null(js_at(js_at(value, 2), 1));
    cr_expect_eq(js_size(js_at(value, 1)), 0);
    cr_expect_eq(js_key(value, 0).len, 0);
    cr_expect_eq(js_key(js_at(value, 2), 1).len, 0);
    cr_expect_eq(js_string(js_at(value, 0)).len, 0);
    cr_expect_eq(js_number(js_at(value, 1)), 0);
    cr_expect_not(js_bool(js_at(value, 1)));
    cr_expect_null(js_get(value, "a"));
    cr_expect_null(js_get(js_at(value, 2), "b"));
    cr_expect_null(js_get(NULL, "a"));
    js_free(value);
    js_free(NULL);
}

Test(panora_js, the_prototype_is_an_ordinary_member)
{
    struct js *value = parse("{\"__proto__\":{\"data\":1}}");
    cr_expect_null(js_get(value, "data"));
    cr_expect_not_null(js_get(js_get(value, "__proto__"), "data"));
    js_free(value);
}

Test(panora_js, a_name_with_a_nul_is_not_the_name_before_it)
{
    struct js *value = parse("{\"data\\u0000x\":1}");
    cr_expect_null(js_get(value, "data"));
    js_free(value);
}

Test(panora_js, the_value_outlives_the_text)
{
    char *text = strdup("{\"key\":\"value\",\"escaped\":\"\\u0041\"}");
    struct js *value = js_parse(bytes_of(text), NULL);
    memset(text, 'x', strlen(text));
    free(text);
    expect_text(js_string(js_get(value, "key")), "value");
    expect_text(js_string(js_get(value, "escaped")), "A");
    js_free(value);
}

Test(panora_js, the_last_of_equal_keys_wins_at_the_place_of_the_first)
{
    struct js *value = parse("{\"a\":1,\"b\":2,\"a\":3}");
    cr_expect_eq(js_size(value), 2);
    expect_text(js_key(value, 0), "a");
    cr_expect_eq(js_number(js_get(value, "a")), 3);
    js_free(value);
}

/* Appends `times` times `unit`. */
static void repeat(struct buf *out, const char *unit, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_add_text(out, unit);
}

Test(panora_js, a_million_levels_are_read_written_and_freed)
{
    static const char *const shapes[][3] = {{"[", "", "]"}, {"{\"a\":", "1", "}"}};
    for (size_t i = 0; i < 2; i++) {
        struct buf text = {0};
        struct buf written = {0};
        repeat(&text, shapes[i][0], DEEP);
        repeat(&text, shapes[i][1], 1);
        repeat(&text, shapes[i][2], DEEP);
        struct js *value = js_parse(buf_bytes(&text), NULL);
        cr_assert_not_null(value);
        js_write(value, &written);
        cr_expect(bytes_equal(buf_bytes(&text), buf_bytes(&written)));
        js_free(value);
        buf_clear(&text);
        buf_clear(&written);
    }
}

Test(panora_js, a_million_levels_that_do_not_close_are_refused)
{
    struct buf text = {0};
    struct error err = {0};
    repeat(&text, "{\"a\":[", DEEP / 2);
    cr_expect_null(js_parse(buf_bytes(&text), &err));
    cr_expect(error_is_set(&err));
    buf_clear(&text);
}

/* An object whose keys are "PREFIX" with 0, 1, ... `distinct` - 1 again and again; the value is the
 * number of the turn. */
static void add_object(struct buf *out, const char *prefix, size_t distinct)
{
    for (size_t i = 0; i < MANY; i++)
        buf_add_format(out, "%c\"%s%zu\":%zu", i ? ',' : '{', prefix, (i * 7919) % distinct,
                       i / distinct);
    buf_add_text(out, "}");
}

Test(panora_js, many_keys_take_no_quadratic_time)
{
    static const struct {
        const char *prefix;
        size_t distinct;
    } rows[] = {{"k", MANY}, {"", MANY}, {"k", MANY / 100}, {"", MANY / 100}, {"k", 2}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf text = {0};
        add_object(&text, rows[i].prefix, rows[i].distinct);
        struct js *value = js_parse(buf_bytes(&text), NULL);
        cr_assert_not_null(value);
        cr_expect_eq(js_size(value), rows[i].distinct, "row %zu", i);
        const struct js *first = js_get(value, rows[i].prefix[0] ? "k0" : "0");
        cr_expect_eq(js_number(first), (double)(MANY / rows[i].distinct - 1), "row %zu", i);
        js_free(value);
        buf_clear(&text);
    }
}

Test(panora_js, index_keys_come_first_in_ascending_order_among_many)
{
    struct buf text = {0};
    buf_add_text(&text, "{\"z\":0");
    for (int i = 1000; i > 0; i--)
        buf_add_format(&text, ",\"%d\":%d,\"k%d\":%d", i, i, i, i);
    buf_add_text(&text, "}");
    struct js *value = js_parse(buf_bytes(&text), NULL);
    cr_assert_eq(js_size(value), 2001);
    for (size_t i = 0; i < 1000; i++)
        cr_expect_eq(js_number(js_at(value, i)), (double)i + 1);
    expect_text(js_key(value, 1000), "z");
    expect_text(js_key(value, 1001), "k1000");
    expect_text(js_key(value, 2000), "k1");
    js_free(value);
    buf_clear(&text);
}

Test(panora_js, ten_mebibytes_of_one_thing_are_read_and_written)
{
    static const char *const units[] = {"0,",
                                        "[],",
                                        "{},",
                                        "\"\",",
                                        "\"\\ud83d\\ude00\",",
                                        "0.3,",
                                        "\"\xC3\xA9\xC3\xA9\xC3\xA9\","};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        struct buf text = {0};
        struct buf written = {0};
        size_t count = (size_t)10 * 1024 * 1024 / strlen(units[i]);
        buf_add_text(&text, "[");
        repeat(&text, units[i], count);
        text.data[text.len - 1] = ']';
        struct js *value = js_parse(buf_bytes(&text), NULL);
        cr_assert_not_null(value, "%s", units[i]);
        cr_expect_eq(js_size(value), count, "%s", units[i]);
        js_write(value, &written);
        cr_expect(i == 4 || bytes_equal(buf_bytes(&text), buf_bytes(&written)), "%s", units[i]);
        js_free(value);
        buf_clear(&text);
        buf_clear(&written);
    }
}

Test(panora_js, writing_into_a_full_buffer_ends)
{
    struct js *value = parse("{\"a\":[1,2,{\"b\":\"text\"}]}");
    struct buf out = {.max = 10};
    js_write(value, &out);
    expect_text(buf_bytes(&out), "{\"a\":[1,2,");
    cr_expect(out.full);
    buf_clear(&out);
    js_free(value);
}
