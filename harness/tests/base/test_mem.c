#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

TestSuite(base_mem, .timeout = 120);

Test(base_mem, gives_zeroed_bytes)
{
    unsigned char *data = mem_alloc(4096);
    for (size_t i = 0; i < 4096; i++)
        cr_assert_eq(data[i], 0);
    free(data);
    void *nothing = mem_alloc(0);
    cr_expect_not_null(nothing);
    free(nothing);
}

Test(base_mem, keeps_the_contents_when_it_resizes)
{
    int *numbers = mem_resize(NULL, 2, sizeof *numbers);
    numbers[0] = 7;
    numbers[1] = 8;
    numbers = mem_resize(numbers, 1000, sizeof *numbers);
    cr_expect_eq(numbers[0], 7);
    cr_expect_eq(numbers[1], 8);
    numbers = mem_resize(numbers, 1, sizeof *numbers);
    cr_expect_eq(numbers[0], 7);
    numbers = mem_resize(numbers, 0, sizeof *numbers);
    cr_expect_not_null(numbers);
    free(numbers);
}

Test(base_mem, ends_the_program_when_a_size_overflows, .exit_code = 6)
{
    cr_redirect_stderr();
    free(mem_resize(NULL, SIZE_MAX / 2, 4));
}

Test(base_mem, copies_bytes_and_puts_a_nul_behind)
{
    char *copy = mem_copy("a\0bc", 3);
    cr_expect_arr_eq(copy, "a\0b\0", 4);
    free(copy);
    copy = mem_copy(NULL, 0);
    cr_expect_str_eq(copy, "");
    free(copy);
}

Test(base_mem, copies_texts)
{
    char *copy = mem_text("text");
    cr_expect_str_eq(copy, "text");
    free(copy);
    cr_expect_null(mem_text(NULL));
}

Test(base_mem, formats_texts_of_any_length)
{
    char *text = mem_format("%s-%05d", "x", 42);
    cr_expect_str_eq(text, "x-00042");
    free(text);
    text = mem_format("%*s", 100000, "");
    cr_expect_eq(strlen(text), 100000);
    free(text);
}
