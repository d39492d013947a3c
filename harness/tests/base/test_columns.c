#include "base/columns.h"

#include <criterion/criterion.h>

#include "base/array.h"

TestSuite(base_columns, .timeout = 120);

static const struct {
    const char *text;
    size_t columns;
    size_t cut; /* bytes of what fits in three columns */
} rows[] = {
    {"", 0, 0},
    {"abcd", 4, 3},
    {"\u00e9\u00e9\u00e9\u00e9", 4, 6},
    {"\u6f22\u5b57", 4, 3}, /* the second would end in the fourth column */
    {"a\u6f22\u5b57", 5, 4},
    {"\U0001f389!!", 4, 5},
    {"e\u0301e\u0301e\u0301e", 4, 9}, /* marks belong to what is before them */
    {"\xff\xfe\xfd\xfc", 4, 3},
};

Test(base_columns, counts_and_cuts)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bytes text = bytes_of(rows[i].text);
        cr_expect_eq(columns_of(text), rows[i].columns, "%s: %zu", rows[i].text, columns_of(text));
        cr_expect_eq(columns_cut(text, 3).len, rows[i].cut, "%s: %zu", rows[i].text,
                     columns_cut(text, 3).len);
    }
}
