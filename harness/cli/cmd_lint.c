#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/command.h"
#include "run/library.h"

#define SUITE_FILE_MAX ((size_t)16 * 1024 * 1024)

static const struct option_spec specs[] = {
    {.name = "json", .help = "Print a JSON array of objects.", .otherwise = "a line for each file"},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

/* NULL with the complaint. */
static struct suite *read_suite(const struct library *library, const char *file, struct error *err)
{
    struct buf text = {0};
    struct suite *suite = NULL;
    if (file_read(file, SUITE_FILE_MAX, &text, err))
        suite = suite_read(file, buf_bytes(&text), &library->vocabulary, err);
    if (suite && !library_check_name(file, suite->name, buf_bytes(&text), err)) {
        suite_free(suite);
        suite = NULL;
    }
    buf_clear(&text);
    return suite;
}

static void print_line(const char *file, const struct suite *suite, const char *complaint)
{
    char *line = suite ? mem_format("%s: ok, %zu case%s", file, suite->num_cases,
                                    suite->num_cases == 1 ? "" : "s")
                       : mem_text(complaint);
    struct buf out = {0};
    text_add_visible(&out, bytes_of(line), SIZE_MAX);
    sink_print(stdout, "%s\n", buf_text(&out));
    buf_clear(&out);
    free(line);
}

static void add_row(const char *file, const struct suite *suite, const char *complaint,
                    json_t *rows)
{
    json_t *row = json_object();
    json_set_text(row, "file", file);
    json_set_flag(row, "valid", suite != NULL);
    if (suite)
        json_set_count(row, "cases", suite->num_cases);
    else
        json_set_text(row, "complaint", complaint);
    json_array_append_new(rows, row);
}

/* Prints, or adds to `rows` where that is not NULL. */
static bool lint_file(const struct library *library, const char *file, json_t *rows)
{
    struct error why = {0};
    struct suite *suite = read_suite(library, file, &why);
    if (rows)
        add_row(file, suite, why.message, rows);
    else
        print_line(file, suite, why.message);
    suite_free(suite);
    return suite != NULL;
}

static int run(const struct arguments *arguments, struct error *err)
{
    if (!arguments_expect_words(arguments, 1, SIZE_MAX, "at least one FILE", err))
        return EXIT_WRONG_USAGE;
    struct library library;
    library_init(&library);
    int code = EXIT_OK;
    json_t *rows = arguments_has(arguments, "json") ? json_array() : NULL;
    struct buf out = {0};
    for (size_t i = 0; i < arguments->num_words; i++)
        if (!lint_file(&library, arguments->words[i], rows))
            code = EXIT_WRONG_USAGE;
    if (rows)
        json_add_document(rows, &out);
    sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
    json_decref(rows);
    library_clear(&library);
    return code;
}

const struct command command_lint = {
    .name = "lint",
    .arguments = "FILE...",
    .summary = "check suite files",
    .about =
        "Reads each suite file as `hookcheck run --suite FILE` would, and prints how many cases it "
        "has, or what is wrong and where. Exit code: 0 when all files are valid, 2 otherwise.",
    .examples = "  hookcheck lint suites/mine.json\n"
                "  hookcheck lint suites/*/*.json\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
