#include "http/headers.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"

TestSuite(http_headers, .timeout = 120);

static struct headers three(void)
{
    struct headers headers = {0};
    headers_add(&headers, "A", "1");
    headers_add(&headers, "b", "2");
    headers_add(&headers, "a", "3");
    return headers;
}

static void expect(const struct headers *headers, const char *expected)
{
    char text[256] = "";
    for (size_t i = 0; i < headers->count; i++) {
        size_t len = strlen(text);
        (void)snprintf(text + len, sizeof text - len, "%s=%s;", headers->items[i].name,
                       headers->items[i].value);
    }
    cr_expect_str_eq(text, expected);
}

Test(http_headers, keeps_order_spelling_and_duplicates)
{
    struct headers headers = three();
    expect(&headers, "A=1;b=2;a=3;");
    headers_clear(&headers);
    expect(&headers, "");
}

Test(http_headers, finds_the_first_in_any_case)
{
    struct headers headers = three();
    cr_expect_str_eq(headers_find(&headers, "a"), "1");
    cr_expect_str_eq(headers_find(&headers, "B"), "2");
    cr_expect_null(headers_find(&headers, "c"));
    cr_expect_eq(headers_count(&headers, "a"), 2);
    cr_expect_eq(headers_count(&headers, "c"), 0);
    headers_clear(&headers);
}

Test(http_headers, sets_the_first_and_drops_the_others)
{
    struct headers headers = three();
    headers_set(&headers, "a", "9");
    expect(&headers, "A=9;b=2;");
    headers_set(&headers, "c", "4");
    expect(&headers, "A=9;b=2;c=4;");
    headers_set(&headers, "a", headers_find(&headers, "a"));
    expect(&headers, "A=9;b=2;c=4;");
    headers_clear(&headers);
}

Test(http_headers, removes_all_of_a_name)
{
    struct headers headers = three();
    cr_expect_eq(headers_remove(&headers, "a"), 2);
    cr_expect_eq(headers_remove(&headers, "a"), 0);
    expect(&headers, "b=2;");
    headers_clear(&headers);
}

Test(http_headers, copies_are_independent)
{
    struct headers headers = three();
    struct headers copy;
    headers_copy(&copy, &headers);
    headers_clear(&headers);
    expect(&copy, "A=1;b=2;a=3;");
    headers_clear(&copy);
}

Test(http_headers, finds_tokens_in_lists)
{
    static const struct {
        const char *value;
        const char *token;
        bool found;
    } rows[] = {
        {"close", "close", true},     {"Close", "close", true},   {" x ,\tclose ", "close", true},
        {"x,close,y", "close", true}, {"closed", "close", false}, {"x close", "close", false},
        {"", "close", false},         {",,", "close", false},     {"clo,se", "close", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct headers headers = {0};
        headers_add(&headers, "Other", "close");
        headers_add(&headers, "connection", rows[i].value);
        cr_expect_eq(headers_has_token(&headers, "Connection", rows[i].token), rows[i].found,
                     "\"%s\"", rows[i].value);
        headers_clear(&headers);
    }
}

Test(http_headers, says_how_many_fit)
{
    struct headers headers = {0};
    headers_add(&headers, "ab", "cd");
    headers_add(&headers, "ef", "");
    cr_expect_eq(headers_fitting(&headers, 3 + HEADER_COST), 0);
    cr_expect_eq(headers_fitting(&headers, 5 + HEADER_COST), 1);
    cr_expect_eq(headers_fitting(&headers, 6 + 2 * HEADER_COST), 2);
    headers_clear(&headers);
}

Test(http_headers, keeps_what_is_added_while_others_are_removed)
{
    struct headers headers = {0};
    char name[12];
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        headers_add(&headers, name, "");
        if (i % 3 == 0)
            cr_expect_eq(headers_remove(&headers, name), 1);
    }
    cr_expect_eq(headers.count, 200);
    cr_expect_str_eq(headers.items[199].name, "299");
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        cr_expect_eq(headers_remove(&headers, name), i % 3 != 0);
    }
    headers_add(&headers, "a", "b");
    cr_expect_str_eq(headers.items[0].value, "b");
    headers_clear(&headers);
}
