#include "tests/support/suite_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/mem.h"

struct suite *suite_from_text(const struct library *library, const char *text, struct error *err)
{
    char *json = mem_text(text);
    for (char *at = json; *at; at++)
        if (*at == '\'')
            *at = '"';
    struct suite *suite = suite_read("x.json", bytes_of(json), &library->vocabulary, err);
    free(json);
    return suite;
}

struct suite *suite_from_case(const struct library *library, const char *members, struct error *err)
{
    char *text = mem_format(
        "{'suite':'my/suite','cases':[{'id':'one','title':'does something',%s}]}", members);
    struct suite *suite = suite_from_text(library, text, err);
    free(text);
    return suite;
}

struct suite *suite_must_read(const struct library *library, const char *members)
{
    struct error err = {0};
    struct suite *suite = suite_from_case(library, members, &err);
    cr_assert(suite, "%s: %s", members, err.message);
    return suite;
}
