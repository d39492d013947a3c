/* What catches what is read from a file; what is wrong there is refused with its place. */
#include "prove/catches.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"

TestSuite(prove_catches, .timeout = 120);

static struct catches *read_text(const char *text, struct error *err)
{
    return catches_read("c.json", bytes_of(text), NULL, err);
}

Test(prove_catches, the_file_that_is_built_in_names_cases_that_there_are)
{
    struct library library;
    struct error err = {0};
    library_init(&library);
    cr_assert(library_load_suites(&library, NULL, 0, &err), "%s", err.message);
    struct catches *catches = catches_load(&library, &err);
    cr_assert_not_null(catches, "%s", err.message);
    for (size_t i = 0; i < fault_count(); i++)
        cr_expect_gt(catches_of(catches, fault_at(i))->must.count, 0, "%s", fault_at(i)->id);
    catches_free(catches);
    library_clear(&library);
}

Test(prove_catches, a_family_stands_for_its_cases)
{
    struct error err = {0};
    struct catches *catches =
        read_text("{\"families\": {\"@a\": [\"s/1\", \"s/2\"], \"@b\": [\"s/3\", \"@a\"]},"
                  " \"must\": {\"A01\": [\"s/0\", \"@b\"]}, \"may\": {\"A01\": [\"s/9[x]\"]},"
                  " \"excused\": {\"s/7\": \"why\"}}",
                  &err);
    cr_assert_not_null(catches, "%s", err.message);
    const struct declared *declared = catches_of(catches, fault_find("A01"));
    static const char *const wanted[] = {"s/0", "s/3", "s/1", "s/2"};
    cr_assert_eq(declared->must.count, ARRAY_LEN(wanted));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        cr_expect_str_eq(declared->must.items[i], wanted[i]);
    cr_assert_eq(declared->may.count, 1);
    cr_expect_str_eq(declared->may.items[0], "s/9[x]");
    cr_expect_eq(catches_of(catches, fault_find("A02"))->must.count, 0);
    cr_expect_str_eq(catches_excuse(catches, "s/7"), "why");
    cr_expect_null(catches_excuse(catches, "s/1"));
    cr_expect_null(catches_excuse(NULL, "s/7"));
    catches_free(catches);
}

Test(prove_catches, what_is_wrong_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"[]", "c.json: is an array; an object is needed here"},
        {"{\"must\": {}}", "c.json: /families: is missing"},
        {"{\"families\": {}, \"mus\": {}}", "no key \"mus\"; did you mean \"must\"?"},
        {"{\"families\": {\"a\": []}}", "c.json: /families/a: the name of a family starts with @"},
        {"{\"families\": {\"@a\": [\"@later\"], \"@later\": []}}",
         "c.json: /families/@a/0: no family \"@later\""},
        {"{\"families\": {\"@here\": []}, \"must\": {\"A01\": [\"s/1\", \"@hers\"]}}",
         "c.json: /must/A01/1: no family \"@hers\"; did you mean \"@here\"?"},
        {"{\"families\": {}, \"must\": {\"A01\": [\"s/1\", \"s/1\"]}}",
         "c.json: /must/A01/1: s/1 is already in this list"},
        {"{\"families\": {}, \"must\": {\"A01\": [1]}}", "c.json: /must/A01/0: is a number"},
        {"{\"families\": {}, \"must\": {\"A99\": []}}", "c.json: /must/A99: no fault \"A99\""},
        {"{\"families\": {}, \"must\": {}, \"may\": {}, \"excused\": {\"s/1\": 1}}",
         "c.json: /excused/s~11: is a number"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        cr_expect_null(read_text(rows[i].text, &err), "%s", rows[i].text);
        cr_expect(strstr(err.message, rows[i].message), "%s: %s", rows[i].text, err.message);
    }
}

Test(prove_catches, a_case_that_there_is_not_is_refused_with_the_nearest)
{
    struct library library;
    struct error err = {0};
    const char *suite = "panora/signature";
    library_init(&library);
    cr_assert(library_load_suites(&library, &suite, 1, &err), "%s", err.message);
    static const char text[] =
        "{\"families\": {}, \"must\": {\"A01\": [\"panora/signature/refuses-mising\"]}}";
    cr_expect_null(catches_read("c.json", bytes_of(text), &library, &err));
    cr_expect(strstr(err.message, "c.json: /must/A01/0: no case \"panora/signature/refuses-mising\""
                                  "; did you mean \"panora/signature/refuses-missing\"?"),
              "%s", err.message);
    err = (struct error){0};
    static const char short_text[] = "{\"families\": {}, \"must\": {\"A01\": "
                                     "[\"panora/signature/refuses-missing\"]}, \"may\": {}, "
                                     "\"excused\": {}}";
    cr_expect_null(catches_read("c.json", bytes_of(short_text), &library, &err));
    cr_expect(strstr(err.message, "/must: no case is listed that must catch A02"), "%s",
              err.message);
    library_clear(&library);
}
