/* `list`, `lint` and `explain`, run as a user would. */
#include <criterion/criterion.h>

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "reference/listing.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"

TestSuite(cli_list_program, .timeout = 120); /* a program for each of a hundred words */

static size_t count_lines(const struct buf *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++)
        count += text->data[i] == '\n';
    return count;
}

Test(cli_list_program, prints_one_row_a_line_and_the_same_rows_as_json)
{
    NEED_HOOKCHECK();
    for (size_t i = 0; i < num_listings; i++) {
        struct program_end text;
        struct program_end data;
        RUN(&text, "list", listings[i].name);
        RUN(&data, "list", listings[i].name, "--json");
        cr_expect_eq(text.code, EXIT_OK, "%s", listings[i].name);
        cr_expect_eq(data.code, EXIT_OK, "%s", listings[i].name);
        json_t *rows = json_loadb(buf_text(&data.out), data.out.len, 0, NULL);
        cr_expect(json_is_array(rows), "%s", listings[i].name);
        cr_expect_eq(count_lines(&text.out), json_array_size(rows), "%s", listings[i].name);
        const char *line = buf_text(&text.out);
        for (size_t j = 0; j < json_array_size(rows) && line; j++, line = strchr(line, '\n') + 1) {
            const char *name =
                json_string_value(json_object_get(json_array_get(rows, j), listings[i].columns[0]));
            size_t len = name ? strlen(name) : 0;
            cr_expect(name && strncmp(line, name, len) == 0 && strncmp(line + len, "  ", 2) == 0,
                      "%s, row %zu does not begin with %s", listings[i].name, j, name);
        }
        json_decref(rows);
        program_end_clear(&text);
        program_end_clear(&data);
    }
}

Test(cli_list_program, has_rows_for_all)
{
    NEED_HOOKCHECK();
    for (size_t i = 0; i < num_listings; i++) {
        struct program_end end;
        RUN(&end, "list", listings[i].name);
        cr_expect_gt(end.out.len, 0, "%s", listings[i].name);
        cr_expect_eq(end.err.len, 0, "%s: %s", listings[i].name, buf_text(&end.err));
        program_end_clear(&end);
    }
}

Test(cli_list_program, says_under_which_name_an_event_arrives)
{
    NEED_HOOKCHECK();
    struct program_end end;
    RUN(&end, "list", "events");
    const char *line = strstr(buf_text(&end.out), "\ncrm.deal.created ");
    cr_assert_not_null(line);
    char *copy = mem_copy(line + 1, strcspn(line + 1, "\n"));
    cr_expect_not_null(strstr(copy, " crm.deal.push "), "%s", copy);
    cr_expect_not_null(strstr(copy, " sent "), "%s", copy);
    cr_expect_not_null(strstr(copy, " subscribable "), "%s", copy);
    free(copy);
    program_end_clear(&end);
}

/* --- suites of a user's own --- */

static const char good_suite[] =
    "{\"suite\": \"mine/own\", \"about\": \"My own.\", \"cases\": [{\"id\": \"refuses-changed\","
    " \"title\": \"refuses changed data\", \"level\": \"must\","
    " \"harm\": \"anyone can forge\", \"see\": [\"CWE-347\"],"
    " \"wire\": [{\"op\": \"change-data\"}], \"expect\": {\"refused\": true}}]}";

static const char bad_suite[] =
    "{\"suite\": \"mine/own\", \"about\": \"My own.\", \"cases\": [{\"id\": \"refuses-changed\","
    " \"title\": \"refuses changed data\", \"level\": \"must\","
    " \"wire\": [{\"op\": \"chang-data\"}], \"expect\": {\"refused\": true}}]}";

Test(cli_list_program, lint_counts_the_cases_of_a_right_suite)
{
    NEED_HOOKCHECK();
    struct program_end end;
    char *path = shell_temporary(bytes_of(good_suite));
    char *said = mem_format("%s: ok, 1 case\n", path);
    RUN(&end, "lint", path);
    cr_expect_eq(end.code, EXIT_OK, "%s", buf_text(&end.out));
    cr_expect_str_eq(buf_text(&end.out), said);
    program_end_clear(&end);
    (void)unlink(path);
    free(path);
    free(said);
}

Test(cli_list_program, lint_names_the_place_of_a_mistake_and_goes_on)
{
    NEED_HOOKCHECK();
    struct program_end end;
    char *good = shell_temporary(bytes_of(good_suite));
    char *bad = shell_temporary(bytes_of(bad_suite));
    char *said = mem_format("%s: /cases/0/wire/0/op: no mutation \"chang-data\"; did you mean "
                            "\"change-data\"?\n",
                            bad);
    RUN(&end, "lint", bad, "/nowhere/at/all.json", good);
    cr_expect_eq(end.code, EXIT_WRONG_USAGE);
    cr_expect(text_starts_with(buf_text(&end.out), said), "%s", buf_text(&end.out));
    cr_expect_not_null(strstr(buf_text(&end.out), "cannot open /nowhere/at/all.json"));
    cr_expect_not_null(strstr(buf_text(&end.out), ": ok, 1 case\n"));
    program_end_clear(&end);
    (void)unlink(good);
    (void)unlink(bad);
    free(good);
    free(bad);
    free(said);
}

Test(cli_list_program, lint_refuses_the_name_of_a_built_in_suite)
{
    NEED_HOOKCHECK();
    struct program_end end;
    char *text = mem_format("{\"suite\": \"panora/timing\"%s", strchr(good_suite, ','));
    char *path = shell_temporary(bytes_of(text));
    RUN(&end, "lint", path);
    cr_expect_eq(end.code, EXIT_WRONG_USAGE);
    cr_expect_not_null(strstr(buf_text(&end.out), "is the name of a built-in suite"), "%s",
                       buf_text(&end.out));
    program_end_clear(&end);
    (void)unlink(path);
    free(path);
    free(text);
}

Test(cli_list_program, lists_and_explains_the_cases_of_a_file)
{
    NEED_HOOKCHECK();
    struct program_end listed;
    struct program_end explained;
    char *path = shell_temporary(bytes_of(good_suite));
    char *suite = mem_format("%s.json", path);
    cr_assert_eq(rename(path, suite), 0);
    RUN(&listed, "list", "cases", "--suite", suite);
    cr_expect_str_eq(buf_text(&listed.out),
                     "mine/own/refuses-changed  must  refuses changed data\n");
    RUN(&explained, "explain", "refuses-changed", "--suite", suite);
    static const char *const parts[] = {"mine/own/refuses-changed (case)",
                                        "Title:      refuses changed data",
                                        "Expected:   any 4xx",
                                        "Harm:       anyone can forge",
                                        "See:        CWE-347",
                                        "Sent: "};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        cr_expect_not_null(strstr(buf_text(&explained.out), parts[i]), "%s: %s%s", parts[i],
                           buf_text(&explained.out), buf_text(&explained.err));
    program_end_clear(&listed);
    program_end_clear(&explained);
    (void)unlink(suite);
    free(path);
    free(suite);
}

/* Each explanation is a program of its own, so each kind is a test of its own. */
static void expect_all_explained(const char *kind)
{
    struct program_end list;
    size_t num_explained = 0;
    RUN(&list, "list", kind);
    char *rest = NULL;
    for (char *line = strtok_r(list.out.data, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        struct program_end end;
        char *id = mem_copy(line, strcspn(line, " "));
        char *later = mem_format("\n%s ", id); /* a word can be of two kinds */
        RUN(&end, "explain", id);
        cr_expect_eq(end.code, EXIT_OK, "%s: %s", id, buf_text(&end.err));
        cr_expect(text_starts_with(buf_text(&end.out), id) || strstr(buf_text(&end.out), later),
                  "%s", buf_text(&end.out));
        num_explained++;
        free(id);
        free(later);
        program_end_clear(&end);
    }
    cr_expect_gt(num_explained, 0);
    program_end_clear(&list);
}

/* Rails is also a fault: serializers are named after their framework. */
Test(cli_list_program, a_framework_is_explained_by_its_page_first)
{
    NEED_HOOKCHECK();
    static const char *const rows[][2] = {
        {"rails", "## Rails\n"}, {"Next.js", "## Next.js\n"}, {"Flask", "## Flask\n"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        RUN(&end, "explain", rows[i][0]);
        cr_expect(text_starts_with(buf_text(&end.out), rows[i][1]), "%s: %.60s", rows[i][0],
                  buf_text(&end.out));
        program_end_clear(&end);
    }
}

Test(cli_list_program, explains_every_fault)
{
    NEED_HOOKCHECK();
    expect_all_explained("faults");
}

Test(cli_list_program, explains_every_behaviour)
{
    NEED_HOOKCHECK();
    expect_all_explained("behaviours");
}

Test(cli_list_program, explains_every_variation)
{
    NEED_HOOKCHECK();
    expect_all_explained("variations");
}

Test(cli_list_program, explains_every_mutation)
{
    NEED_HOOKCHECK();
    expect_all_explained("mutations");
}

Test(cli_list_program, explains_every_expectation)
{
    NEED_HOOKCHECK();
    expect_all_explained("expectations");
}

/* What a run leaves behind can be looked up by its id, or by how all of them begin. */
Test(cli_list_program, explains_the_ids_that_runs_leave_behind)
{
    static const struct {
        const char *id;
        const char *says; /* NULL: it is nobody's */
    } rows[] = {
        {"7e57c0de", "LIKE '7e57c0de-%'"},
        {"7e57c0de-1a2b-4c3d-8e4f-0a1b2c3d4e5f", "LIKE '7e57c0de-1a2b%'"},
        {"7E57C0DE-1A2B-4C3D-8E4F-0A1B2C3D4E5F", "(1a2b)"},
        {"7e57c0debb", NULL},
        {"5390ab78-1a2b-4c3d-8e4f-0a1b2c3d4e5f", NULL},
    };
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        RUN(&end, "explain", rows[i].id);
        cr_expect_eq(end.code, rows[i].says ? EXIT_OK : EXIT_WRONG_USAGE, "%s", rows[i].id);
        if (rows[i].says)
            cr_expect(strstr(buf_text(&end.out), rows[i].says), "%s: %s", rows[i].id,
                      buf_text(&end.out));
        program_end_clear(&end);
    }
}

/* What a report shows can be had as a file, with what it needs beside it. */
Test(cli_list_program, prints_the_file_of_every_snippet_as_it_is)
{
    struct program_end list;
    size_t num_needed = 0;
    RUN(&list, "list", "snippets", "--json");
    json_t *rows = json_loads(buf_text(&list.out), 0, NULL);
    for (size_t i = 0; i < json_array_size(rows) * 2; i++) {
        struct program_end end;
        const char *key = i % 2 ? "needs" : "name";
        const char *name = json_string_value(json_object_get(json_array_get(rows, i / 2), key));
        cr_assert(name || i % 2, "row %zu", i / 2);
        if (!name)
            continue;
        char *path = mem_format("fixtures/snippets/%s", name);
        struct buf file = {0};
        cr_assert(file_read(path, 1 << 20, &file, NULL), "%s", path);
        RUN(&end, "explain", name);
        cr_expect(bytes_equal(buf_bytes(&end.out), buf_bytes(&file)), "%s", name);
        num_needed += i % 2;
        free(path);
        buf_clear(&file);
        program_end_clear(&end);
    }
    cr_expect_gt(num_needed, 0);
    json_decref(rows);
    program_end_clear(&list);
}

Test(cli_list_program, patterns_choose_by_name_or_by_a_word)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *arguments[5];
        size_t num_lines;
        const char *has;
    } rows[] = {
        {{"list", "events", "crm.deal.*"}, 5, "crm.deal.created"},
        {{"list", "cases", "refuses-changed-digit"}, 3, "panora/signature/refuses-changed-digit["},
        {{"list", "cases", "panora/effect"}, 7, "panora/effect/"},
        {{"list", "faults", "A02", "A03"}, 2, "A03"},
        {{"list", "formats", "JUnit"}, 1, "junit"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_hookcheck(rows[i].arguments, (struct bytes){0}, &end);
        cr_expect_eq(end.code, EXIT_OK);
        cr_expect_eq(count_lines(&end.out), rows[i].num_lines, "%s: %s", rows[i].has,
                     buf_text(&end.out));
        cr_expect(strstr(buf_text(&end.out), rows[i].has), "%s", rows[i].has);
        program_end_clear(&end);
    }
}

Test(cli_list_program, explains_what_is_no_row_of_a_table)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *id;
        const char *says;
    } rows[] = {
        {"crm.deal.created", "Arrives as: crm.deal.push"},
        {"panora/signature", "panora/signature/refuses-missing"},
        {"timing", "panora/timing (suite)"},
        {"sarif", "hookcheck run URL --report sarif=FILE"},
        {"hurl", "hookcheck sign --format hurl"},
        {"express", "express.raw("},
        {"flask", "panora_signature.py"},
        {"flask.py", "Flask(__name__)"},
        {"refuses-missing", "panora/signature/refuses-missing"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        RUN(&end, "explain", rows[i].id);
        cr_expect_eq(end.code, EXIT_OK, "%s: %s", rows[i].id, buf_text(&end.err));
        cr_expect(strstr(buf_text(&end.out), rows[i].says), "%s", rows[i].id);
        program_end_clear(&end);
    }
}

/* Each fact that the text shows is in the JSON, in the same order. */
Test(cli_list_program, explains_the_same_as_json)
{
    NEED_HOOKCHECK();
    static const char *const ids[] = {"crm.deal.created",
                                      "timing",
                                      "har",
                                      "A01",
                                      "signs-raw-body",
                                      "panora/signature/refuses-truncated",
                                      "no-signature",
                                      "accepted",
                                      "7e57c0de"};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct program_end text;
        struct program_end data;
        size_t index = 0;
        json_t *thing = NULL;
        RUN(&text, "explain", ids[i]);
        RUN(&data, "explain", ids[i], "--json");
        json_t *things = json_loadb(buf_text(&data.out), data.out.len, 0, NULL);
        const char *at = buf_text(&text.out);
        cr_expect_gt(json_array_size(things), 0, "%s", ids[i]);
        json_array_foreach(things, index, thing)
        {
            size_t number = 0;
            json_t *fact = NULL;
            cr_expect(json_is_string(json_object_get(thing, "kind")), "%s", ids[i]);
            cr_expect_gt(json_array_size(json_object_get(thing, "facts")), 0, "%s", ids[i]);
            json_array_foreach(json_object_get(thing, "facts"), number, fact)
            {
                const char *title = json_string_value(json_object_get(fact, "title"));
                at = at ? strstr(at, title) : NULL;
                cr_expect(at, "%s: no %s", ids[i], title);
            }
        }
        json_decref(things);
        program_end_clear(&text);
        program_end_clear(&data);
    }
}

Test(cli_list_program, explains_a_page_as_one_text_of_json)
{
    NEED_HOOKCHECK();
    struct program_end text;
    struct program_end data;
    RUN(&text, "explain", "node.mjs");
    RUN(&data, "explain", "node.mjs", "--json");
    json_t *things = json_loadb(buf_text(&data.out), data.out.len, 0, NULL);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(things, 0), "text")),
                     buf_text(&text.out));
    json_decref(things);
    program_end_clear(&text);
    program_end_clear(&data);
}

Test(cli_list_program, lints_into_json_and_shows_no_byte_that_drives_a_terminal)
{
    NEED_HOOKCHECK();
    static const char broken[] = "{\"a\xff\x1b[31m\": \x1b]0;x\x07}";
    char folder[] = "/tmp/hookcheck-lint-XXXXXX";
    cr_assert(mkdtemp(folder));
    char *path = mem_format("%s/suite.json", folder);
    cr_assert(file_write(path, bytes_of(broken), 0600, NULL));
    struct program_end text;
    struct program_end data;
    RUN(&text, "lint", path);
    RUN(&data, "lint", path, "suites/panora/signature.json", "--json");
    cr_expect_eq(text.code, EXIT_WRONG_USAGE);
    cr_expect_eq(data.code, EXIT_WRONG_USAGE);
    cr_expect_null(strchr(buf_text(&text.out), '\x1b'), "%s", buf_text(&text.out));
    json_t *rows = json_loadb(buf_text(&data.out), data.out.len, 0, NULL);
    const json_t *bad = json_array_get(rows, 0);
    const json_t *good = json_array_get(rows, 1);
    cr_expect(json_is_false(json_object_get(bad, "valid")));
    cr_expect(json_is_string(json_object_get(bad, "complaint")), "%s", buf_text(&data.out));
    cr_expect(json_is_true(json_object_get(good, "valid")));
    cr_expect_gt(json_integer_value(json_object_get(good, "cases")), 100);
    json_decref(rows);
    (void)unlink(path);
    (void)rmdir(folder);
    free(path);
    program_end_clear(&text);
    program_end_clear(&data);
}
