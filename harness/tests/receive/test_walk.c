#include "receive/walk.h"

#include <criterion/criterion.h>

#include "base/buf.h"

TestSuite(receive_walk, .timeout = 120);

static bool is_number(const struct js *part, size_t depth, const void *payload)
{
    return js_kind(part) == JS_NUMBER && js_number(part) == *(const double *)payload;
}

static bool is_deep(const struct js *part, size_t depth, const void *payload)
{
    return depth > *(const size_t *)payload;
}

Test(receive_walk, comes_to_every_part)
{
    struct js *value = js_parse(bytes_of("{\"a\":[1,{\"b\":2},[]],\"c\":3}"), NULL);
    for (double number = 0; number < 5; number++)
        cr_expect_eq(walk_any(value, is_number, &number), number >= 1 && number <= 3, "%g", number);
    for (size_t depth = 1; depth < 6; depth++)
        cr_expect_eq(walk_any(value, is_deep, &depth), depth < 4, "%zu", depth);
    js_free(value);
}

Test(receive_walk, a_million_levels_are_no_stack)
{
    const size_t levels = 1000000;
    const double none = 1;
    struct buf text = {0};
    buf_add_repeated(&text, '[', levels);
    buf_add_repeated(&text, ']', levels);
    struct js *value = js_parse(buf_bytes(&text), NULL);
    cr_assert_not_null(value);
    cr_expect_not(walk_any(value, is_number, &none));
    js_free(value);
    buf_clear(&text);
}
