#include <criterion/criterion.h>
#include <string.h>

#include "base/error.h"

TestSuite(base_error, .timeout = 120);

Test(base_error, is_not_set_at_first)
{
    struct error err = {0};
    cr_expect_not(error_is_set(&err));
    cr_expect_not(error_is_set(NULL));
}

Test(base_error, keeps_the_first_message)
{
    struct error err = {0};
    cr_expect_not(error_set(&err, "%s at %d", "deep", 3));
    cr_expect_not(error_set(&err, "shallow"));
    cr_expect(error_is_set(&err));
    cr_expect_str_eq(err.message, "deep at 3");
}

Test(base_error, can_be_prefixed)
{
    struct error err = {0};
    (void)error_set(&err, "no such word");
    cr_expect_not(error_prefix(&err, "line %d", 7));
    cr_expect_not(error_prefix(&err, "x.json"));
    cr_expect_str_eq(err.message, "x.json: line 7: no such word");
}

Test(base_error, need_not_be_wanted)
{
    cr_expect_not(error_set(NULL, "nobody listens"));
    cr_expect_not(error_prefix(NULL, "nobody"));
}

Test(base_error, cuts_what_does_not_fit)
{
    char text[3 * ERROR_MESSAGE_MAX];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct error err = {0};
    (void)error_set(&err, "%s", text);
    cr_expect_eq(strlen(err.message), ERROR_MESSAGE_MAX - 1);
    (void)error_prefix(&err, "ab");
    cr_expect_eq(strlen(err.message), ERROR_MESSAGE_MAX - 1);
    cr_expect_eq(strncmp(err.message, "ab: xxx", 7), 0);
    (void)error_prefix(&err, "%s", text);
    cr_expect_eq(strlen(err.message), ERROR_MESSAGE_MAX - 1);
    cr_expect_not_null(strstr(err.message, "x: ab: xxx"), "a long prefix leaves room");
}
