/* The schema of suites and suites/README.md name every word that there is, and no other. `make
 * golden` writes their lists anew: review the diff. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/text.h"
#include "compose/mutation.h"
#include "judge/expectation.h"
#include "run/probe.h"
#include "tests/support/json_schema.h"
#include "tests/support/suite_text.h"

TestSuite(suite_words, .timeout = 120);

#define SCHEMA_FILE "suites/suite.schema.json"
#define README_FILE "suites/README.md"

static void read_text(const char *path, struct buf *out)
{
    struct error err = {0};
    cr_assert(file_read(path, 1024 * 1024, out, &err), "%s", err.message);
}

static json_t *read_schema(void)
{
    struct error err = {0};
    struct buf text = {0};
    read_text(SCHEMA_FILE, &text);
    json_t *schema = json_read(SCHEMA_FILE, buf_bytes(&text), &err);
    cr_assert(schema, "%s", err.message);
    buf_clear(&text);
    return schema;
}

/* With HOOKCHECK_WRITE_GOLDEN in the environment what is there is replaced first. */
static void compare(const char *path, struct bytes wanted)
{
    struct error err = {0};
    struct buf found = {0};
    if (getenv("HOOKCHECK_WRITE_GOLDEN"))
        cr_expect(file_write(path, wanted, 0644, &err), "%s", err.message);
    read_text(path, &found);
    cr_expect(bytes_equal(buf_bytes(&found), wanted),
              "%s does not have the words that there are; if they are meant: make golden", path);
    buf_clear(&found);
}

/* --- the schema --- */

static const json_t *definition(const json_t *schema, const char *name)
{
    return json_object_get(json_object_get(json_object_get(schema, "$defs"), name), "properties");
}

static json_t *names_at(const struct table *table, const char *place)
{
    json_t *names = json_array();
    for (size_t i = 0; i < table_count(table); i++) {
        const struct word *word = table_at(table, i);
        if (!place || strcmp(word->place, place) == 0)
            json_array_append_new(names, json_string(word->name));
    }
    return names;
}

static void set_ops(const json_t *members, const char *member, const char *place)
{
    json_t *items = json_object_get(json_object_get(members, member), "items");
    json_t *op = json_object_get(json_object_get(items, "properties"), "op");
    json_object_set_new(op, "enum", names_at(&mutation_words, place));
}

static void set_expectations(const json_t *schema)
{
    json_t *expect = json_object_get(json_object_get(schema, "$defs"), "expect");
    json_t *words = json_object();
    for (size_t i = 0; i < table_count(&expectation_words); i++) {
        const struct word *word = table_at(&expectation_words, i);
        char *sentence = mem_format("The endpoint %s.", word->sentence);
        json_object_set_new(words, word->name, json_pack("{s:s}", "description", sentence));
        free(sentence);
    }
    json_object_set_new(expect, "properties", words);
}

Test(suite_words, stand_in_the_schema)
{
    static const char *const with_steps[] = {"case", "step"};
    json_t *schema = read_schema();
    for (size_t i = 0; i < ARRAY_LEN(with_steps); i++) {
        set_ops(definition(schema, with_steps[i]), "sign", "sign");
        set_ops(definition(schema, with_steps[i]), "wire", "wire");
    }
    set_ops(definition(schema, "event"), "ops", "event");
    set_expectations(schema);
    json_object_set_new(json_object_get(definition(schema, "case"), "probe"), "enum",
                        names_at(&probe_words, NULL));
    struct buf text = {0};
    char *dumped = json_dumps(schema, JSON_INDENT(2));
    buf_add_format(&text, "%s\n", dumped);
    compare(SCHEMA_FILE, buf_bytes(&text));
    free(dumped);
    buf_clear(&text);
    json_decref(schema);
}

static json_t *suite_of(const struct resource *resource)
{
    struct error err = {0};
    if (!text_starts_with(resource->path, "suites/"))
        return NULL;
    struct bytes text = {(const char *)resource->data, resource->len};
    json_t *suite = json_read(resource->path, text, &err);
    cr_expect(suite, "%s", err.message);
    return suite;
}

Test(suite_words, the_schema_takes_every_suite_of_ours)
{
    json_t *schema = read_schema();
    size_t count = 0;
    for (size_t i = 0; i < num_resources; i++) {
        struct error err = {0};
        json_t *suite = suite_of(&resources[i]);
        if (!suite)
            continue;
        cr_expect(json_schema_check(schema, suite, &err), "%s: %s", resources[i].path, err.message);
        json_decref(suite);
        count++;
    }
    cr_expect_geq(count, 4);
    json_decref(schema);
}

Test(suite_words, the_schema_refuses_what_the_reader_refuses)
{
    static const char *const rows[] = {
        "{\"suite\":\"a\",\"cases\":[]}",
        "{\"suite\":\"A\",\"cases\":[{\"id\":\"a\",\"title\":\"t\"}]}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\"}]}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a--b\",\"title\":\"t\"}]}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"expct\":{}}]}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"level\":\"mus\"}]}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"expect\":{\"acepted\":true}}]"
        "}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"wire\":[{\"op\":\"x\"}]}]}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"event\":{\"typ\":\"x\"}}]}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"probe\":\"x\"}]}",
        "{\"suite\":\"a\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"steps\":[{\"wire\":1}]}]}",
    };
    struct library library;
    json_t *schema = read_schema();
    library_init(&library);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        struct error why = {0};
        json_t *value = json_read("row", bytes_of(rows[i]), &err);
        struct suite *suite = suite_read("row", bytes_of(rows[i]), &library.vocabulary, &why);
        cr_expect_not(json_schema_check(schema, value, &err), "the schema takes %s", rows[i]);
        cr_expect_null(suite, "the reader takes %s", rows[i]);
        suite_free(suite);
        json_decref(value);
    }
    json_decref(schema);
    library_clear(&library);
}

/* A member that the schema names is none that the reader complains of as unknown. */
static void check_known(const struct library *library, const char *key, const char *before,
                        const char *after)
{
    struct error err = {0};
    char *members = mem_format("%s'%s':[[]]%s", before, key, after);
    suite_free(suite_from_case(library, members, &err));
    char *quoted = mem_format("\"%s\"", key);
    cr_expect_null(strstr(err.message, quoted), "%s: %s", members, err.message);
    free(quoted);
    free(members);
}

Test(suite_words, the_reader_knows_every_member_of_the_schema)
{
    static const struct {
        const char *definition;
        const char *before;
        const char *after;
    } rows[] = {
        {"case", "", ""},
        {"step", "'steps':[{", "}]"},
        {"event", "'event':{", "}"},
        {"deliver", "'deliver':{", "}"},
        {"for", "'for':{", "}"},
    };
    struct library library;
    json_t *schema = read_schema();
    library_init(&library);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_t *members = json_object_get(
            json_object_get(json_object_get(schema, "$defs"), rows[i].definition), "properties");
        const char *key = NULL;
        json_t *value = NULL;
        cr_assert_gt(json_object_size(members), 0);
        json_object_foreach(members, key, value)
        {
            if (strcmp(key, "id") != 0 && strcmp(key, "title") != 0)
                check_known(&library, key, rows[i].before, rows[i].after);
        }
    }
    json_decref(schema);
    library_clear(&library);
}

/* --- the page --- */

static void add_cell(struct buf *out, const char *text)
{
    for (; *text; text++)
        buf_add_format(out, *text == '|' ? "\\%c" : "%c", *text);
}

static const char *described(const json_t *schema, const json_t *member)
{
    const char *ref = json_string_value(json_object_get(member, "$ref"));
    const char *own = json_string_value(json_object_get(member, "description"));
    if (own || !ref)
        return own ? own : "";
    const json_t *target =
        json_object_get(json_object_get(schema, "$defs"), ref + strlen("#/$defs/"));
    return json_string_value(json_object_get(target, "description"));
}

static void add_members(const json_t *schema, const char *name, struct buf *out)
{
    bool is_root = strcmp(name, "suite") == 0;
    const json_t *members =
        is_root ? json_object_get(schema, "properties") : definition(schema, name);
    json_t *object = (json_t *)(uintptr_t)members;
    buf_add_text(out, "| key | meaning |\n|---|---|\n");
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
        buf_add_format(out, "| `%s` | ", json_object_iter_key(it));
        add_cell(out, described(schema, json_object_iter_value(it)));
        buf_add_text(out, " |\n");
    }
}

static void add_arguments(const struct word *word, struct buf *out)
{
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++) {
        const struct parameter *parameter = &word->parameters[i];
        buf_add_format(out, "%s`%s`: ", i ? "; " : "", parameter->name);
        add_cell(out, parameter->sentence);
        if (parameter->fallback && *parameter->fallback) {
            buf_add_text(out, " (default ");
            add_cell(out, parameter->fallback);
            buf_add_text(out, ")");
        }
    }
}

static void add_table(const struct table *table, const char *who, struct buf *out)
{
    bool is_mutation = table == &mutation_words;
    buf_add_format(out, "| word | where | arguments | %s |%s\n|---|---|---|---|%s\n", who,
                   is_mutation ? " flaw |" : "", is_mutation ? "---|" : "");
    for (size_t i = 0; i < table_count(table); i++) {
        const struct word *word = table_at(table, i);
        buf_add_format(out, "| `%s` | %s | ", word->name, word->place);
        add_arguments(word, out);
        buf_add_text(out, " | ");
        add_cell(out, word->sentence);
        buf_add_text(out, " |");
        if (is_mutation)
            buf_add_text(out, mutation_of(&(struct call){.word = word})->is_flaw ? " yes |" : " |");
        buf_add_char(out, '\n');
    }
}

static void add_section(const json_t *schema, const char *name, struct buf *out)
{
    if (strcmp(name, "mutations") == 0)
        add_table(&mutation_words, "the request", out);
    else if (strcmp(name, "expectations") == 0)
        add_table(&expectation_words, "the endpoint", out);
    else if (strcmp(name, "probes") == 0)
        add_table(&probe_words, "the case", out);
    else
        add_members(schema, name, out);
}

Test(suite_words, stand_in_the_page)
{
    static const char start[] = "<!-- words: ";
    static const char end[] = "<!-- end -->";
    struct buf page = {0};
    struct buf wanted = {0};
    json_t *schema = read_schema();
    size_t num_sections = 0;
    read_text(README_FILE, &page);
    const char *at = buf_text(&page);
    for (const char *next = strstr(at, start); next; next = strstr(at, start)) {
        const char *line_end = strchr(next, '\n');
        char *name = mem_copy(next + strlen(start), strcspn(next + strlen(start), " "));
        buf_add(&wanted, at, (size_t)(line_end + 1 - at));
        add_section(schema, name, &wanted);
        at = strstr(next, end);
        cr_assert(at, "section %s has no end", name);
        free(name);
        num_sections++;
    }
    buf_add_text(&wanted, at);
    cr_expect_eq(num_sections, 8);
    compare(README_FILE, buf_bytes(&wanted));
    buf_clear(&page);
    buf_clear(&wanted);
    json_decref(schema);
}
