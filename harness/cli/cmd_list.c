#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/json.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/command.h"
#include "reference/listing.h"
#include "suite/suite.h"

static const struct option_spec specs[] = {
    {.name = "json", .help = "Print a JSON array of objects.", .otherwise = "aligned lines"},
    {.name = "suite",
     .names = "suites",
     .value = "NAME|FILE",
     .repeatable = true,
     .help = "With cases: only the cases of this suite.",
     .otherwise = "all built-in suites"},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

/* Borrowed. */
static const char *cell_text(const char *key, const json_t *value)
{
    if (json_is_string(value))
        return json_string_value(value);
    return json_is_true(value) ? key : "-";
}

/* On a terminal with a heading, and no wider than it is; elsewhere a row is a line. */
static void add_text(const struct listing *listing, const json_t *rows, bool is_screen,
                     struct buf *out)
{
    bool with_header = is_screen && json_array_size(rows);
    size_t num_columns = 0;
    while (num_columns < ARRAY_LEN(listing->columns) && listing->columns[num_columns])
        num_columns++;
    size_t num_rows = json_array_size(rows) + with_header;
    const char **cells = mem_alloc((num_rows * num_columns + 1) * sizeof *cells);
    for (size_t i = 0; i < num_rows * num_columns; i++) {
        const char *key = listing->columns[i % num_columns];
        const json_t *row = json_array_get(rows, i / num_columns - with_header);
        bool is_header = with_header && i < num_columns;
        cells[i] = is_header ? key : cell_text(key, json_object_get(row, key));
    }
    layout_table(cells, num_rows, num_columns, is_screen ? terminal_columns(STDOUT_FILENO) : 0,
                 out);
    free(cells);
}

/* A pattern is for the name, its last part or (faults have one) the name beside the id; a word
 * without * and ? may stand anywhere in what is shown. */
static bool is_meant(const struct listing *listing, const json_t *row, const char *pattern)
{
    const char *name = json_string_value(json_object_get(row, listing->columns[0]));
    const char *second = json_string_value(json_object_get(row, "name"));
    if (strpbrk(pattern, "*?"))
        return suite_id_matches(pattern, name) || (second && text_glob(pattern, second));
    for (size_t i = 0; i < ARRAY_LEN(listing->columns) && listing->columns[i]; i++) {
        const char *cell =
            cell_text(listing->columns[i], json_object_get(row, listing->columns[i]));
        if (strstr(cell, pattern))
            return true;
    }
    return false;
}

static void keep_meant(const struct listing *listing, const char *const *patterns, size_t count,
                       json_t *rows)
{
    for (size_t i = json_array_size(rows); count && i > 0; i--) {
        bool is_kept = false;
        for (size_t k = 0; k < count; k++)
            is_kept = is_kept || is_meant(listing, json_array_get(rows, i - 1), patterns[k]);
        if (!is_kept)
            (void)json_array_remove(rows, i - 1);
    }
}

static bool print_listing(const struct listing *listing, const struct library *library,
                          const struct arguments *arguments, struct error *err)
{
    struct buf out = {0};
    json_t *rows = json_array();
    listing->fill(library, rows);
    keep_meant(listing, arguments->words + 1, arguments->num_words - 1, rows);
    if (arguments_has(arguments, "json"))
        json_add_document(rows, &out);
    else
        add_text(listing, rows, isatty(STDOUT_FILENO), &out);
    bool is_missing = json_array_size(rows) == 0 && arguments->num_words > 1;
    if (!is_missing)
        sink_write(stdout, buf_bytes(&out));
    json_decref(rows);
    buf_clear(&out);
    return !is_missing || error_set(err, "none of the %s matches \"%s\"", listing->name,
                                    arguments->words[arguments->num_words - 1]);
}

static bool load_suites(struct library *library, const struct arguments *arguments,
                        struct error *err)
{
    size_t count = 0;
    const char **names = arguments_values(arguments, "suite", &count);
    bool ok = library_load_suites(library, names, count, err);
    free(names);
    return ok || error_prefix(err, "--suite");
}

static int run(const struct arguments *arguments, struct error *err)
{
    if (!arguments_expect_words(arguments, 1, SIZE_MAX, "WHAT to list", err))
        return EXIT_WRONG_USAGE;
    const struct listing *listing = listing_find(arguments->words[0], err);
    if (!listing)
        return EXIT_WRONG_USAGE;
    bool of_cases = strcmp(listing->name, "cases") == 0;
    if (!of_cases && arguments_has(arguments, "suite")) {
        (void)error_set(err, "--suite works only with cases; %s do not belong to suites",
                        listing->name);
        return EXIT_WRONG_USAGE;
    }
    struct library library;
    library_init(&library);
    bool has_suites = of_cases || strcmp(listing->name, "suites") == 0;
    bool ok = !has_suites || load_suites(&library, arguments, err);
    ok = ok && print_listing(listing, &library, arguments, err);
    library_clear(&library);
    return ok ? EXIT_OK : EXIT_WRONG_USAGE;
}

const struct command command_list = {
    .names = "lists",
    .name = "list",
    .arguments = "WHAT [PATTERN...]",
    .summary = "list events, cases, suites, faults, variations, behaviours, mutations, "
               "expectations, diagnoses, snippets, probes or formats",
    .about = "Lists everything of one kind, one per line, the full name first: events, cases, "
             "suites, faults, variations, behaviours, mutations, expectations, diagnoses, "
             "snippets, probes or formats. With PATTERNs, lists only what matches one of them: * "
             "matches anything, and a word without * matches anywhere in the line. `hookcheck "
             "explain ID` explains one of them.",
    .examples = "  hookcheck list cases --suite panora/signature\n"
                "  hookcheck list events 'crm.*' --json\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
