#include "receive/argument.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

TestSuite(receive_argument, .timeout = 120);

static const struct {
    enum argument_kind kind;
    const char *given;
    const char *complaint; /* NULL = none */
    int64_t number;
    const char *text;
} rows[] = {
    {ARGUMENT_TIME, "3s", NULL, 3000000000, "3s"},
    {ARGUMENT_TIME, "3", "duration", 0, NULL},
    {ARGUMENT_SIZE, "64KiB", NULL, 65536, "64KiB"},
    {ARGUMENT_SIZE, "-1", "-1", 0, NULL},
    {ARGUMENT_NUMBER, "-7", NULL, -7, "-7"},
    {ARGUMENT_NUMBER, "seven", "seven", 0, NULL},
    {ARGUMENT_STATUS, "503", NULL, 503, "503"},
    {ARGUMENT_STATUS, "199", "199", 0, NULL},
    {ARGUMENT_STATUS, "600", "600", 0, NULL},
    {ARGUMENT_STATUS_TEXT, "307", NULL, 307, ""},
    {ARGUMENT_STATUS_TEXT, "301,http://a/,b", NULL, 301, "http://a/,b"},
    {ARGUMENT_STATUS_TEXT, ",x", "", 0, NULL},
    {ARGUMENT_STATUS_TEXT, "301,/a\r\nB: c", "line break", 0, NULL},
    {ARGUMENT_STATUS_COUNT, "307,3", NULL, 307, "3"},
    {ARGUMENT_STATUS_COUNT, "307,0", "0", 0, NULL},
    {ARGUMENT_STATUS_COUNT, "307,many", "many", 0, NULL},
    {ARGUMENT_TEXT, "", NULL, 0, ""},
    {ARGUMENT_HEADER, "A: b", NULL, 0, "A: b"},
    {ARGUMENT_HEADER, "A", "Name: value", 0, NULL},
    {ARGUMENT_HEADER, ": b", "Name: value", 0, NULL},
    {ARGUMENT_HEADER, "A: b\r\nC: d", "Name: value", 0, NULL},
};

Test(receive_argument, is_read_by_its_kind)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct argument_spec spec = {
            .kind = rows[i].kind, .meaning = "WHAT", .fallback = NULL};
        struct argument argument;
        struct error err = {0};
        bool read = argument_read(&spec, rows[i].given, &argument, &err);
        cr_expect_eq(read, rows[i].complaint == NULL, "row %zu: %s", i, err.message);
        if (read) {
            cr_expect_eq(argument.number, rows[i].number, "row %zu", i);
            cr_expect_str_eq(argument.text, rows[i].text, "row %zu", i);
        } else {
            cr_expect_null(argument.text);
            cr_expect(strstr(err.message, rows[i].complaint), "row %zu: %s", i, err.message);
        }
        argument_clear(&argument);
    }
}

Test(receive_argument, may_have_limits)
{
    const struct argument_spec spec = {
        .kind = ARGUMENT_SIZE, .meaning = "N bytes, at most 8", .least = 2, .most = 8};
    static const char *const right[] = {"2", "8"};
    static const char *const wrong[] = {"1", "9", "1KiB"};
    struct argument argument;
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        cr_expect(argument_read(&spec, right[i], &argument, NULL), "%s", right[i]);
        argument_clear(&argument);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct error err = {0};
        cr_expect_not(argument_read(&spec, wrong[i], &argument, &err), "%s", wrong[i]);
        cr_expect(strstr(err.message, "at most 8"), "%s", err.message);
    }
}

Test(receive_argument, falls_back_or_must_be_given)
{
    const struct argument_spec with = {.kind = ARGUMENT_TIME, .meaning = "TIME", .fallback = "2s"};
    const struct argument_spec without = {
        .kind = ARGUMENT_TIME, .meaning = "TIME to wait", .fallback = NULL};
    const struct argument_spec none = {.kind = ARGUMENT_NONE, .meaning = NULL, .fallback = NULL};
    struct argument argument;
    struct error err = {0};
    cr_expect(argument_read(&with, NULL, &argument, &err));
    cr_expect_eq(argument.number, 2000000000);
    argument_clear(&argument);
    cr_expect_not(argument_read(&without, NULL, &argument, &err));
    cr_expect_str_eq(err.message, "needs an argument: TIME to wait");
    cr_expect(argument_read(&none, NULL, &argument, NULL));
    cr_expect_not(argument_read(&none, "", &argument, NULL));
}

Test(receive_argument, is_cut_at_the_first_equals_sign)
{
    const char *given;
    char *name = argument_split("a=b=c", &given);
    cr_expect_str_eq(name, "a");
    cr_expect_str_eq(given, "b=c");
    free(name);
    name = argument_split("a", &given);
    cr_expect_str_eq(name, "a");
    cr_expect_null(given);
    free(name);
}
