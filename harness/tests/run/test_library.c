#include <criterion/criterion.h>

#include <unistd.h>

#include "base/array.h"
#include "base/resource.h"
#include "base/text.h"
#include "run/library.h"

TestSuite(run_library, .timeout = 120);

static bool has_value(const struct value_list *list, const char *value)
{
    for (size_t i = 0; i < list->num_values; i++)
        if (strcmp(list->values[i], value) == 0)
            return true;
    return false;
}

Test(run_library, sent_types_are_the_names_that_stand_in_bodies)
{
    struct library library;
    library_init(&library);
    const struct value_list *sent = &library.vocabulary.lists[0];
    cr_expect_str_eq(sent->name, "sent-types");
    cr_expect(has_value(sent, "crm.contact.created"));
    cr_expect(has_value(sent, "crm.deal.push"));
    cr_expect(has_value(sent, "crm.contact.pulled"));
    cr_expect_not(has_value(sent, "crm.deal.created"), "it arrives as crm.deal.push");
    cr_expect_not(has_value(sent, "crm.contact.updated"), "nothing sends it");
    for (size_t i = 0; i < sent->num_values; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(sent->values[i], sent->values[j]);
    library_clear(&library);
}

Test(run_library, documented_types_are_those_that_never_stand_in_a_body)
{
    struct library library;
    library_init(&library);
    const struct value_list *documented = &library.vocabulary.lists[1];
    cr_expect_str_eq(documented->name, "documented-types");
    cr_expect(has_value(documented, "crm.contact.updated"));
    cr_expect_gt(documented->num_values, 0);
    for (size_t i = 0; i < documented->num_values; i++) {
        const struct event_type *type = catalogue_find(library.catalogue, documented->values[i]);
        cr_expect(type && type->documented, "%s", documented->values[i]);
        cr_expect_not(has_value(&library.vocabulary.lists[0], documented->values[i]), "%s",
                      documented->values[i]);
    }
    library_clear(&library);
}

static bool load(struct library *library, const char *const *names, size_t count, struct error *err)
{
    library_init(library);
    return library_load_suites(library, names, count, err);
}

/* Those of one folder, in the order of their paths. */
static void expect_in_order(const struct library *library, bool of_panora, size_t *num_found)
{
    for (size_t i = 0; i < num_resources; i++) {
        bool is_panora = text_starts_with(resources[i].path, "suites/panora/");
        if (!text_starts_with(resources[i].path, "suites/") || is_panora != of_panora)
            continue;
        cr_assert_lt(*num_found, library->num_suites);
        char path[256];
        (void)snprintf(path, sizeof path, "suites/%s.json", library->suites[(*num_found)++]->name);
        cr_expect_str_eq(path, resources[i].path);
    }
}

/* What Panora itself does comes first: a run begins with a genuine event. */
Test(run_library, loads_every_built_in_suite_under_the_name_of_its_path)
{
    struct library library;
    struct error err = {0};
    size_t num_found = 0;
    cr_assert(load(&library, NULL, 0, &err), "%s", err.message);
    expect_in_order(&library, true, &num_found);
    cr_expect_geq(num_found, 2);
    expect_in_order(&library, false, &num_found);
    cr_expect_eq(num_found, library.num_suites);
    cr_expect_str_eq(library.suites[0]->cases[0].id, "panora/delivery/accepts-an-event");
    library_clear(&library);
}

Test(run_library, loads_one_suite_or_a_folder_of_them_and_none_twice)
{
    static const char *const names[] = {"panora/signature", "panora", "panora/signature"};
    struct library library;
    struct error err = {0};
    cr_assert(load(&library, names, ARRAY_LEN(names), &err), "%s", err.message);
    cr_assert_geq(library.num_suites, 2);
    cr_expect_str_eq(library.suites[0]->name, "panora/signature");
    for (size_t i = 0; i < library.num_suites; i++) {
        cr_expect(text_starts_with(library.suites[i]->name, "panora/"));
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(library.suites[i]->name, library.suites[j]->name);
    }
    library_clear(&library);
}

static const char own_suite[] =
    "{\"suite\": \"%s\", \"about\": \"My own.\", \"cases\": [{\"id\": \"a\", \"title\": \"t\","
    " \"level\": \"must\", \"expect\": {\"accepted\": true}}]}";

/* A file, ending in .json, that holds a suite of this name; removed by the caller. */
static void make_suite(const char *name, char path[64])
{
    struct buf text = {0};
    (void)snprintf(path, 64, "/tmp/hookcheck-suite-%ld.json", (long)getpid());
    buf_add_format(&text, "%.*s%s%s", (int)(strstr(own_suite, "%s") - own_suite), own_suite, name,
                   strstr(own_suite, "%s") + 2);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    (void)fwrite(buf_text(&text), 1, text.len, file);
    (void)fclose(file);
    buf_clear(&text);
}

Test(run_library, loads_a_suite_from_a_file)
{
    char path[64];
    struct library library;
    struct error err = {0};
    make_suite("mine/own", path);
    const char *const names[] = {path};
    cr_expect(load(&library, names, 1, &err), "%s", err.message);
    cr_assert_eq(library.num_suites, 1);
    cr_expect_str_eq(library.suites[0]->cases[0].id, "mine/own/a");
    library_clear(&library);
    (void)unlink(path);
}

Test(run_library, refuses_a_second_suite_of_the_same_name)
{
    char path[64];
    struct library library;
    struct error err = {0};
    make_suite("panora/signature", path);
    const char *const names[] = {"panora/signature", path};
    cr_expect_not(load(&library, names, 2, &err));
    cr_expect_not_null(strstr(err.message, "there is already a suite named \"panora/signature\""),
                       "%s", err.message);
    library_clear(&library);
    (void)unlink(path);
}

Test(run_library, refuses_a_file_that_takes_the_name_of_a_built_in_suite)
{
    char path[64];
    struct library library;
    struct error err = {0};
    make_suite("panora/timing", path);
    const char *const names[] = {path};
    cr_expect_not(load(&library, names, 1, &err));
    cr_expect_not_null(strstr(err.message, "is the name of a built-in suite"), "%s", err.message);
    library_clear(&library);
    (void)unlink(path);
    const char *const own[] = {"suites/panora/timing.json"};
    cr_expect(load(&library, own, 1, &err));
    library_clear(&library);
}

Test(run_library, refuses_a_type_that_is_misspelt)
{
    static const struct {
        const char *event;
        bool right;
    } rows[] = {
        {"\"type\":\"crm.contact.creatd\"", false},
        {"\"type\":\"crm.contact.created\"", true},
        {"\"type\":\"crm.deal.push\"", true},
        {"\"type\":\"billing.new\"", false},
        {"\"type\":\"billing.new\",\"any-type\":true", true},
    };
    struct library library;
    library_init(&library);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        struct buf text = {0};
        buf_add_format(&text,
                       "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"event\":{%s},"
                       "\"expect\":{\"accepted\":true}}]}",
                       rows[i].event);
        struct suite *suite = suite_read("a", buf_bytes(&text), &library.vocabulary, &err);
        cr_expect_eq(suite != NULL, rows[i].right, "%s: %s", rows[i].event, err.message);
        suite_free(suite);
        buf_clear(&text);
    }
    library_clear(&library);
}

Test(run_library, refuses_what_is_no_suite)
{
    static const struct {
        const char *name;
        const char *said;
    } rows[] = {
        {"panora/signatur", "no suite \"panora/signatur\"; did you mean \"panora/signature\"?"},
        {"panora/signature/refuses-missing", "no suite \"panora/signature/refuses-missing\""},
        {"/nowhere/at/all.json", "cannot open /nowhere/at/all.json"},
        {"./nowhere", "cannot open ./nowhere"},
        {"", "no suite \"\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct library library;
        struct error err = {0};
        cr_expect_not(load(&library, &rows[i].name, 1, &err), "%s", rows[i].name);
        cr_expect(text_starts_with(err.message, rows[i].said), "%s: %s", rows[i].name, err.message);
        library_clear(&library);
    }
}
