#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

TestSuite(base_buf, .timeout = 120);

Test(base_buf, is_empty_when_zeroed)
{
    struct buf buf = {0};
    cr_expect_str_eq(buf_text(&buf), "");
    cr_expect_eq(buf_bytes(&buf).len, 0);
    cr_expect(!buf.full);
    buf_clear(&buf);
}

Test(base_buf, joins_what_is_added)
{
    struct buf buf = {0};
    buf_add(&buf, "ab", 2);
    cr_expect_not(buf.full);
    buf_add_text(&buf, "cd");
    cr_expect_not(buf.full);
    buf_add_char(&buf, 'e');
    cr_expect_not(buf.full);
    buf_add_bytes(&buf, (struct bytes){"fgh", 2});
    cr_expect_not(buf.full);
    buf_add_repeated(&buf, '-', 3);
    cr_expect_not(buf.full);
    buf_add_format(&buf, "%d%s", 42, "!");
    cr_expect_not(buf.full);
    cr_expect_str_eq(buf_text(&buf), "abcdefg---42!");
    cr_expect_eq(buf.len, strlen("abcdefg---42!"));
    buf_clear(&buf);
}

Test(base_buf, keeps_nul_bytes_and_ends_with_one_that_does_not_count)
{
    struct buf buf = {0};
    buf_add(&buf, "a\0b", 3);
    cr_assert_eq(buf.len, 3);
    cr_expect_arr_eq(buf.data, "a\0b\0", 4);
    buf_clear(&buf);
}

Test(base_buf, takes_no_bytes_at_all)
{
    struct buf buf = {0};
    buf_add(&buf, NULL, 0);
    cr_expect_not(buf.full);
    buf_add_repeated(&buf, 'x', 0);
    cr_expect_not(buf.full);
    buf_add_text(&buf, "");
    cr_expect_not(buf.full);
    cr_expect_eq(buf.len, 0);
    cr_expect_str_eq(buf_text(&buf), "");
    buf_clear(&buf);
}

Test(base_buf, grows_over_many_additions)
{
    struct buf buf = {0};
    for (int i = 0; i < 10000; i++)
        buf_add_format(&buf, "%04d", i);
    cr_assert_eq(buf.len, 40000);
    cr_expect_arr_eq(buf.data, "000000010002", 12);
    cr_expect_str_eq(buf.data + 39992, "99989999");
    buf_clear(&buf);
}

Test(base_buf, cuts_at_its_cap_and_says_so)
{
    struct buf buf = {.max = 5};
    buf_add_text(&buf, "abc");
    cr_expect_not(buf.full);
    cr_expect(!buf.full);
    buf_add_text(&buf, "defg");
    cr_expect(buf.full);
    cr_expect_str_eq(buf_text(&buf), "abcde");
    cr_expect(buf.full);
    buf_add_char(&buf, 'x');
    cr_expect(buf.full);
    buf_add_repeated(&buf, 'x', 3);
    cr_expect(buf.full);
    buf_add_format(&buf, "%s", "x");
    cr_expect(buf.full);
    cr_expect_str_eq(buf_text(&buf), "abcde");
    buf_clear(&buf);
}

Test(base_buf, may_be_filled_to_its_cap_exactly)
{
    struct buf buf = {.max = 4};
    buf_add_repeated(&buf, 'a', 4);
    cr_expect_not(buf.full);
    cr_expect(!buf.full);
    buf_add(&buf, "", 0);
    cr_expect_not(buf.full);
    cr_expect(!buf.full);
    buf_clear(&buf);
}

Test(base_buf, takes_nothing_more_when_its_cap_is_lowered_below_its_length)
{
    struct buf buf = {0};
    buf_add_text(&buf, "abcdef");
    buf.max = 3;
    buf_add_text(&buf, "g");
    cr_expect(buf.full);
    cr_expect_str_eq(buf_text(&buf), "abcdef");
    cr_expect(buf.full);
    buf_clear(&buf);
}

Test(base_buf, keeps_memory_and_cap_over_a_reset)
{
    struct buf buf = {.max = 3};
    buf_add_text(&buf, "abcd");
    size_t capacity = buf.capacity;
    buf_reset(&buf);
    cr_expect_eq(buf.len, 0);
    cr_expect(!buf.full);
    cr_expect_eq(buf.capacity, capacity);
    cr_expect_eq(buf.max, 3);
    cr_expect_str_eq(buf_text(&buf), "");
    buf_clear(&buf);
    buf_reset(&buf);
    cr_expect_str_eq(buf_text(&buf), "", "a reset of an empty buffer");
}

Test(base_buf, keeps_only_its_cap_over_a_clear)
{
    struct buf buf = {.max = 9};
    buf_add_text(&buf, "abc");
    buf_clear(&buf);
    cr_expect_null(buf.data);
    cr_expect_eq(buf.capacity, 0);
    cr_expect_eq(buf.max, 9);
    buf_clear(&buf);
}

Test(base_buf, drops_from_the_front)
{
    struct buf buf = {0};
    buf_drop(&buf, 3);
    cr_expect_eq(buf.len, 0);
    buf_add_text(&buf, "abcdef");
    buf_drop(&buf, 0);
    cr_expect_str_eq(buf_text(&buf), "abcdef");
    buf_drop(&buf, 2);
    cr_expect_str_eq(buf_text(&buf), "cdef");
    buf_drop(&buf, 99);
    cr_expect_str_eq(buf_text(&buf), "");
    cr_expect_eq(buf.len, 0);
    buf_clear(&buf);
}

Test(base_buf, hands_over_its_bytes)
{
    struct buf buf = {.max = 10};
    buf_add_text(&buf, "mine");
    char *taken = buf_take(&buf);
    cr_expect_str_eq(taken, "mine");
    cr_expect_null(buf.data);
    cr_expect_eq(buf.max, 10);
    free(taken);
    taken = buf_take(&buf);
    cr_expect_str_eq(taken, "", "an empty buffer hands over an empty text");
    free(taken);
}
