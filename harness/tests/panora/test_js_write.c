/* JSON.stringify of strings and numbers. test_js_node.c asks Node itself; this stands where there
 * is no Node. */
#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "panora/js.h"
#include "tests/support/skip.h"

TestSuite(panora_js_write, .timeout = 120);

Test(panora_js_write, quotes_as_the_language_does)
{
    static const struct {
        const char *text;
        const char *quoted;
    } rows[] = {
        {"", "\"\""},
        {"a/b<&>'", "\"a/b<&>'\""},
        {"\"\\", "\"\\\"\\\\\""},
        {"\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\""},
        {"\x01\x07\x0B\x0E\x1F\x7F", "\"\\u0001\\u0007\\u000b\\u000e\\u001f\x7F\""},
        {"\xC3\xA9\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF\xF0\x9F\x98\x80",
         "\"\xC3\xA9\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF\xF0\x9F\x98\x80\""},
        {"\xED\xA0\x80", "\"\\ud800\""}, /* lone surrogates (WTF-8) */
        {"\xED\xBF\xBF", "\"\\udfff\""},
        {"\xED\xB8\x80\xED\xA0\xBD", "\"\\ude00\\ud83d\""},
        {"\xED\xA0\xBD\xED\xB8\x80", "\"\xF0\x9F\x98\x80\""}, /* two that are a pair */
        {"\xED\xA0\xBDx", "\"\\ud83dx\""},
        {"\xED\xA0", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""}, /* neither UTF-8 nor WTF-8 */
        {"\xFF\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xED\x9F\xBF\xEE\x80\x80", "\"\xED\x9F\xBF\xEE\x80\x80\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        js_quote(bytes_of(rows[i].text), &out);
        cr_expect_str_eq(buf_text(&out), rows[i].quoted, "row %zu", i);
        buf_clear(&out);
    }
}

Test(panora_js_write, quotes_a_nul_and_no_bytes)
{
    struct buf out = {0};
    js_quote((struct bytes){"\0", 1}, &out);
    js_quote((struct bytes){NULL, 0}, &out);
    cr_expect_str_eq(buf_text(&out), "\"\\u0000\"\"\"");
    buf_clear(&out);
}

static const struct number_row {
    double number;
    const char *written;
} numbers[] = {
    {0.0, "0"},
    {-0.0, "0"},
    {1.0, "1"},
    {-1.5, "-1.5"},
    {0.1, "0.1"},
    {0.30000000000000004, "0.30000000000000004"},
    {1.1, "1.1"},
    {100, "100"},
    {123456789012345680000.0, "123456789012345680000"},
    {1e20, "100000000000000000000"},
    {1e21, "1e+21"},
    {1.5e21, "1.5e+21"},
    {999999999999999900000.0, "999999999999999900000"},
    {1e-6, "0.000001"},
    {1.5e-6, "0.0000015"},
    {1e-7, "1e-7"},
    {1.5e-7, "1.5e-7"},
    {1e23, "1e+23"},
    {9007199254740991.0, "9007199254740991"},
    {9007199254740992.0, "9007199254740992"},
    {9007199254740994.0, "9007199254740994"},
    {-9223372036854775808.0, "-9223372036854776000"},
    {18446744073709551616.0, "18446744073709552000"},
    {0x1p-44, "5.684341886080802e-14"}, /* the nearest of 16 digits does not read back */
    {0x1p-1022, "2.2250738585072014e-308"},
    {DBL_TRUE_MIN, "5e-324"},
    {0x0.fffffffffffffp-1022, "2.225073858507201e-308"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {DBL_EPSILON, "2.220446049250313e-16"},
    {1.0 / 3, "0.3333333333333333"},
    {2.0 / 3, "0.6666666666666666"},
    {HUGE_VAL, "null"},
    {-HUGE_VAL, "null"},
};

static void expect_numbers(void)
{
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        struct buf out = {0};
        js_write_number(numbers[i].number, &out);
        cr_expect_str_eq(buf_text(&out), numbers[i].written);
        buf_clear(&out);
    }
    struct buf out = {0};
    js_write_number(NAN, &out);
    cr_expect_str_eq(buf_text(&out), "null");
    buf_clear(&out);
}

Test(panora_js_write, lays_numbers_out_as_the_language_does)
{
    expect_numbers();
}

/* Reads back every power of two and its neighbours, by the C library's own reading. */
Test(panora_js_write, every_power_of_two_and_its_neighbours_read_back)
{
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        double power = ldexp(1.0, exponent);
        double near[] = {nextafter(power, 0), power, nextafter(power, HUGE_VAL)};
        for (size_t i = 0; i < ARRAY_LEN(near); i++) {
            struct buf out = {0};
            js_write_number(near[i], &out);
            cr_expect_eq(strtod(buf_text(&out), NULL), near[i], "%a as %s", near[i],
                         buf_text(&out));
            buf_clear(&out);
        }
    }
}

/* What reads and writes numbers must not ask the locale for its decimal point. */
Test(panora_js_write, a_decimal_comma_changes_nothing)
{
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < ARRAY_LEN(locales) && !found; i++)
        found = setlocale(LC_NUMERIC, locales[i]) != NULL;
    if (!found)
        skip_note("numbers under a decimal comma: no such locale on this machine");
    expect_numbers();
    struct js *value = js_parse(bytes_of("12345678901234567.25e-3"), NULL);
    cr_expect_eq(js_number(value), 12345678901234.567);
    js_free(value);
    (void)setlocale(LC_NUMERIC, "C");
}
