#include <criterion/criterion.h>

#include "base/layout.h"

TestSuite(base_layout, .timeout = 120);

Test(base_layout, wraps_between_words_and_indents_what_follows)
{
    struct buf out = {0};
    buf_add_text(&out, "ab  ");
    layout_wrap("one two  three\nfour", 4, 12, &out);
    cr_expect_str_eq(buf_text(&out), "ab  one two\n    three\n    four\n");
    buf_clear(&out);
}

Test(base_layout, a_word_that_is_too_long_stands_alone_and_whole)
{
    struct buf out = {0};
    layout_wrap("a incomprehensibly b", 0, 5, &out);
    cr_expect_str_eq(buf_text(&out), "a\nincomprehensibly\nb\n");
    buf_clear(&out);
}

Test(base_layout, aligns_columns_by_characters_and_cuts_nothing)
{
    static const char *const cells[] = {"é", "x", "end", "long name", NULL, "other"};
    struct buf out = {0};
    layout_table(cells, 2, 3, 0, &out);
    cr_expect_str_eq(buf_text(&out), "é          x  end\n"
                                     "long name     other\n");
    buf_clear(&out);
}

Test(base_layout, wraps_the_last_column_or_moves_it_below)
{
    static const char *const cells[] = {"id", "words that fill more than one line of these",
                                        "short", "none"};
    struct buf out = {0};
    layout_table(cells, 2, 2, 40, &out);
    cr_expect_str_eq(buf_text(&out), "id     words that fill more than one\n"
                                     "       line of these\n"
                                     "short  none\n");
    buf_reset(&out);
    layout_table(cells, 2, 2, 30, &out);
    cr_expect_str_eq(buf_text(&out), "id\n    words that fill more than\n    one line of these\n"
                                     "short  none\n");
    buf_clear(&out);
}

Test(base_layout, an_empty_table_is_empty)
{
    struct buf out = {0};
    layout_table(NULL, 0, 3, 0, &out);
    cr_expect_eq(out.len, 0);
}

Test(base_layout, shows_bytes_of_strangers_without_letting_them_drive_the_terminal)
{
    struct buf out = {0};
    layout_block(bytes_of("one\r\n\033[31mtwo\x07\n\nthree"), 1000, 25, &out);
    cr_expect_null(strchr(buf_text(&out), '\033'));
    cr_expect_null(strchr(buf_text(&out), '\a'));
    cr_expect(strncmp(buf_text(&out), "  one\n  \\x1b[31mtwo\\x07\n  \n  three\n", 34) == 0, "%s",
              buf_text(&out));
    buf_clear(&out);
}

Test(base_layout, says_how_much_of_a_long_text_it_shows)
{
    struct buf out = {0};
    layout_block(bytes_of("abcdef"), 4, 600, &out);
    cr_expect_str_eq(buf_text(&out), "  abcd\n  ... (4 of 600 bytes shown)\n");
    buf_clear(&out);
}
