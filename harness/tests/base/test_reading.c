/* What an encoded text says, and where it stands. */
#include "base/reading.h"

#include <criterion/criterion.h>

TestSuite(base_reading, .timeout = 120);

Test(base_reading, a_place_is_found_through_two_readings)
{
    /* "a%2541b" says "a%41b", which says "aAb" */
    static const char text[] = "a%2541b";
    struct reading outer = {0};
    struct reading inner = {0};
    reading_begin(&outer, NULL, sizeof text);
    reading_add_plain(&outer, bytes_of(text), 0, 1);
    reading_add(&outer, bytes_of("%"), 1, 4);
    reading_add_plain(&outer, bytes_of(text), 4, 7);
    cr_assert_arr_eq(outer.bytes, "a%41b", outer.len);
    const struct bytes said = {outer.bytes, outer.len};
    reading_begin(&inner, &outer, said.len);
    reading_add_plain(&inner, said, 0, 1);
    reading_add(&inner, bytes_of("A"), 1, 4);
    reading_add_plain(&inner, said, 4, 5);
    cr_assert_arr_eq(inner.bytes, "aAb", inner.len);
    size_t first = 1;
    size_t last = 1;
    reading_place(&inner, &first, &last);
    cr_expect_eq(first, 1);
    cr_expect_eq(last, 5);
    first = last = 2;
    reading_place(&inner, &first, &last);
    cr_expect_eq(first, 6);
    cr_expect_eq(last, 6);
    reading_clear(&inner);
    reading_clear(&outer);
}
