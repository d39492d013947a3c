/* What JSON.parse takes and refuses. test_js_node.c asks Node itself; this stands where there is no
 * Node. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "panora/js.h"

TestSuite(panora_js_read, .timeout = 120);

struct row {
    const char *text;
    size_t len; /* 0: to the NUL */
    const char *written;
};

static struct bytes text_of(const struct row *row)
{
    return row->len ? (struct bytes){row->text, row->len} : bytes_of(row->text);
}

/* What is read is written as `row->written`. */
static void expect_read(const struct row *row)
{
    struct error err = {0};
    struct buf out = {0};
    struct js *value = js_parse(text_of(row), &err);
    cr_expect_not_null(value, "%s: %s", row->text, err.message);
    if (value)
        js_write(value, &out);
    cr_expect_str_eq(buf_text(&out), row->written, "%s", row->text);
    buf_clear(&out);
    js_free(value);
}

Test(panora_js_read, takes_what_the_language_takes)
{
    static const struct row rows[] = {
        {" \t\r\n{ \"a\" : [ 1 , 2 ] } \n", 0, "{\"a\":[1,2]}"},
        {"\xEF\xBB\xBF[]", 0, "[]"},
        {"-0", 0, "0"},
        {"1E400", 0, "null"},
        {"[-1e999999999999999999999]", 0, "[null]"},
        {"1e-999999999999999999999", 0, "0"},
        {"0e999999999999999999999", 0, "0"},
        {"9007199254740993", 0, "9007199254740992"},
        {"\"\\/\\b\\f\\n\\r\\t\\\"\\\\\\u001F\"", 0, "\"/\\b\\f\\n\\r\\t\\\"\\\\\\u001f\""},
        {"\"\\ud83d\\ude00\"", 0, "\"\xF0\x9F\x98\x80\""},
        {"\"\\ude00\\ud83d\"", 0, "\"\\ude00\\ud83d\""},
        {"\"\\ud83dx\\ude00\"", 0, "\"\\ud83dx\\ude00\""},
        {"\"\\ud83d\\ud83d\\ude00\"", 0, "\"\\ud83d\xF0\x9F\x98\x80\""},
        {"\"\x7F\xE2\x80\xA8\"", 0, "\"\x7F\xE2\x80\xA8\""},
        {"{\"2\":1,\"x\":2,\"1\":3,\"4294967295\":4,\"4294967294\":5}", 0,
         "{\"1\":3,\"2\":1,\"4294967294\":5,\"x\":2,\"4294967295\":4}"},
        {"{\"01\":1,\"0\":2,\"-1\":3,\"\":4}", 0, "{\"0\":2,\"01\":1,\"-1\":3,\"\":4}"},
        {"{\"\\u0061\":1,\"b\":2,\"a\":3}", 0, "{\"a\":3,\"b\":2}"},
        {"{\"__proto__\":1,\"a\":2,\"__proto__\":3}", 0, "{\"__proto__\":3,\"a\":2}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_read(&rows[i]);
}

/* The Unicode Standard, table 3-8 and the text around it: one U+FFFD for each maximal subpart. */
Test(panora_js_read, replaces_what_is_not_utf8_per_maximal_subpart)
{
#define R "\xEF\xBF\xBD"
    static const struct row rows[] = {
        {"\"\xC0\xAF\"", 0, "\"" R R "\""},
        {"\"\xE0\x80\xAF\"", 0, "\"" R R R "\""},
        {"\"\xED\xA0\x80\"", 0, "\"" R R R "\""},
        {"\"\xED\xA0\xBD\xED\xB8\x80\"", 0, "\"" R R R R R R "\""},
        {"\"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42\"", 0, "\"" R R R R R "A" R R "B\""},
        {"\"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41\"", 0, "\"" R R R R "A\""},
        {"\"\xF0\x9F\x98\"", 0, "\"" R "\""},
        {"\"\xC3\\n\"", 0, "\"" R "\\n\""},
        {"\"\\ud83d\xED\xB8\x80\"", 0, "\"\\ud83d" R R R "\""},
        {"{\"\xFF\":1,\"" R "\":2}", 0, "{\"" R "\":2}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_read(&rows[i]);
}

Test(panora_js_read, refuses_what_the_language_refuses)
{
    static const struct row rows[] = {
        {"", 0, ""},
        {" ", 0, ""},
        {"\xEF\xBB\xBF", 0, ""},
        {"\xEF\xBB\xBF\xEF\xBB\xBF"
         "1",
         0, ""},
        {" \xEF\xBB\xBF"
         "1",
         0, ""},
        {"\xC2\xA0"
         "1",
         0, ""},
        {"\xE2\x80\xA8"
         "1",
         0, ""},
        {"1\xE2\x80\xA9", 0, ""},
        {"\v1", 0, ""},
        {"\f1", 0, ""},
        {"\0", 1, ""},
        {"1\0", 2, ""},
        {"01", 0, ""},
        {"-01", 0, ""},
        {"-", 0, ""},
        {"+1", 0, ""},
        {".5", 0, ""},
        {"5.", 0, ""},
        {"1e", 0, ""},
        {"1e+", 0, ""},
        {"0x10", 0, ""},
        {"NaN", 0, ""},
        {"Infinity", 0, ""},
        {"nul", 0, ""},
        {"True", 0, ""},
        {"undefined", 0, ""},
        {"[1,]", 0, ""},
        {"[,1]", 0, ""},
        {"[1 2]", 0, ""},
        {"[1}", 0, ""},
        {"{\"a\":1,}", 0, ""},
        {"{a:1}", 0, ""},
        {"{'a':1}", 0, ""},
        {"{1:2}", 0, ""},
        {"{\"a\" 1}", 0, ""},
        {"{\"a\":1]", 0, ""},
        {"{\"a\":1}}", 0, ""},
        {"{} {}", 0, ""},
        {"\"\t\"", 0, ""},
        {"\"\0\"", 3, ""},
        {"\"\x1F\"", 0, ""},
        {"\"\\x41\"", 0, ""},
        {"\"\\u12g4\"", 0, ""},
        {"\"\\U0041\"", 0, ""},
        {"\"\\", 0, ""},
        {"\"\\u", 0, ""},
        {"\"a", 0, ""},
        {"\"\xF0\x9F\x98", 0, ""},
        {"// x\n1", 0, ""},
        {"\xFF\xFE"
         "1",
         0, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        struct js *value = js_parse(text_of(&rows[i]), &err);
        cr_expect_null(value, "row %zu: %s", i, rows[i].text);
        cr_expect_eq(strncmp(err.message, "not JSON: ", 10), 0, "row %zu: %s", i, err.message);
        js_free(value);
    }
}

Test(panora_js_read, frees_everything_wherever_the_text_breaks_off)
{
    static const char text[] =
        "{\"a\":[1,{\"b\":\"\\u0041x\",\"c\":[\"\xC3\xA9\",null,true]}],\"a\":-1.5e3}";
    for (size_t len = 0; len + 1 < sizeof(text); len++) {
        struct js *value = js_parse((struct bytes){text, len}, NULL);
        cr_expect_null(value, "%.*s", (int)len, text);
        js_free(value);
    }
    struct js *whole = js_parse(bytes_of(text), NULL);
    cr_expect_not_null(whole);
    js_free(whole);
}

Test(panora_js_read, says_what_is_wrong_and_where)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"{\"a\":1,}", "not JSON: '}' instead of a key in double quotes at byte 7"},
        {"[1", "not JSON: the text ends where ',' or ']' is expected, at byte 2"},
        {"{\"a\" 1}", "not JSON: '1' instead of ':' at byte 5"},
        {"[[[[[x", "not JSON: 'x' instead of a value at byte 5"},
        {"[[[", "not JSON: the text ends where a value is expected, at byte 3"},
        {"01", "not JSON: '1' instead of the end of the text at byte 1"},
        {"\xC2\xA0", "not JSON: byte 0xC2 instead of a value at byte 0"},
        {"\xEF\xBB\xBF[?", "not JSON: '?' instead of a value at byte 4"},
        {"\"abc", "not JSON: the text ends inside a string at byte 4"},
        {"\"\\q\"", "not JSON: 'q' instead of an escape at byte 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        cr_expect_null(js_parse(bytes_of(rows[i].text), &err));
        cr_expect_str_eq(err.message, rows[i].message);
    }
}

Test(panora_js_read, takes_no_bytes_as_an_empty_text)
{
    struct error err = {0};
    cr_expect_null(js_parse((struct bytes){NULL, 0}, &err));
    cr_expect(error_is_set(&err));
}
