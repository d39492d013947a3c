#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/bytes.h"

TestSuite(base_bytes, .timeout = 120);

Test(base_bytes, are_those_of_a_text_without_its_nul)
{
    cr_expect_eq(bytes_of("abc").len, 3);
    cr_expect_eq(bytes_of("").len, 0);
    cr_expect_eq(bytes_of(NULL).len, 0);
    cr_expect_null(bytes_of(NULL).data);
}

Test(base_bytes, are_equal_when_all_of_them_are)
{
    static const struct {
        struct bytes a;
        struct bytes b;
        bool equal;
    } rows[] = {
        {{"abc", 3}, {"abc", 3}, true},    {{"abc", 3}, {"abd", 3}, false},
        {{"abc", 3}, {"ab", 2}, false},    {{"a\0b", 3}, {"a\0b", 3}, true},
        {{"a\0b", 3}, {"a\0c", 3}, false}, {{NULL, 0}, {"", 0}, true},
        {{NULL, 0}, {"a", 1}, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(bytes_equal(rows[i].a, rows[i].b), rows[i].equal, "row %zu", i);
}

Test(base_bytes, are_found_where_they_first_begin)
{
    static const struct {
        const char *what;
        struct bytes hay;
        struct bytes needle;
        int at; /* -1: nowhere */
    } rows[] = {
        {"at the beginning", {"abcabc", 6}, {"ab", 2}, 0},
        {"inside", {"abcabc", 6}, {"ca", 2}, 2},
        {"at the end", {"abcabd", 6}, {"abd", 3}, 3},
        {"the whole", {"abc", 3}, {"abc", 3}, 0},
        {"after a false start", {"aaab", 4}, {"ab", 2}, 2},
        {"over a nul", {"a\0b\0c", 5}, {"\0c", 2}, 3},
        {"a byte above 127",
         {"a\xff"
          "b",
          3},
         {"\xff", 1},
         1},
        {"nowhere", {"abc", 3}, {"d", 1}, -1},
        {"cut off", {"abc", 2}, {"bc", 2}, -1},
        {"longer than the hay", {"ab", 2}, {"abc", 3}, -1},
        {"nothing", {"abc", 3}, {"", 0}, -1},
        {"in nothing", {NULL, 0}, {"a", 1}, -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *found = bytes_find(rows[i].hay, rows[i].needle);
        int at = found ? (int)(found - rows[i].hay.data) : -1;
        cr_expect_eq(at, rows[i].at, "%s: found at %d", rows[i].what, at);
    }
}

Test(base_bytes, what_follows)
{
    cr_expect(bytes_equal(bytes_after(bytes_of("abc"), 1), bytes_of("bc")));
    cr_expect_eq(bytes_after(bytes_of("abc"), 3).len, 0);
    cr_expect_eq(bytes_after(bytes_of("abc"), 9).len, 0);
}
