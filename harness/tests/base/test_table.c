/* Rows that stand in several arrays, found by name. */
#include "base/table.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(base_table, .timeout = 120);

struct fruit {
    const char *name;
    int number;
};

static const struct fruit sweet[] = {{"apple", 1}, {"pear", 2}};
static const struct fruit sour[] = {{"lemon", 3}};
static const struct table_part sweet_part = TABLE_PART(sweet);
static const struct table_part sour_part = TABLE_PART(sour);
static const struct table_part *const parts[] = {&sweet_part, &sour_part, NULL};
static const struct table fruits = {"fruit", sizeof(struct fruit), parts};

Test(base_table, its_rows_are_those_of_all_parts_in_order)
{
    cr_assert_eq(table_count(&fruits), 3);
    cr_expect_eq(table_at(&fruits, 0), &sweet[0]);
    cr_expect_eq(table_at(&fruits, 2), &sour[0]);
    cr_expect_null(table_at(&fruits, 3));
}

Test(base_table, a_row_is_found_by_its_name)
{
    const struct fruit *fruit = table_find(&fruits, "lemon", NULL);
    cr_assert_not_null(fruit);
    cr_expect_eq(fruit->number, 3);
    cr_expect_null(table_find(&fruits, "lemo", NULL));
}

Test(base_table, an_unknown_name_is_told_the_nearest)
{
    struct error err = {0};
    cr_expect_null(table_find(&fruits, "aple", &err));
    cr_expect_str_eq(err.message, "no fruit \"aple\"; did you mean \"apple\"?");
}

Test(base_table, a_list_of_names_grows)
{
    struct names names = {0};
    names_add_rows(&names, &fruits);
    names_add(&names, "plum");
    cr_assert_eq(names.count, 4);
    cr_expect_str_eq(names.items[2], "lemon");
    cr_expect(names_has(&names, "plum"));
    cr_expect_not(names_has(&names, "plu"));
    names_clear(&names);
    cr_expect_eq(names.count, 0);
}
