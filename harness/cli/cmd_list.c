#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/layout.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/command.h"
#include "reference/listing.h"

static const struct option_spec specs[] = {
    {.name = "json", .help = "Print a JSON array of objects.", .otherwise = "aligned lines"},
    {.name = "suite",
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

static void add_text(const struct listing *listing, const json_t *rows, struct buf *out)
{
    size_t num_columns = 0;
    while (num_columns < ARRAY_LEN(listing->columns) && listing->columns[num_columns])
        num_columns++;
    size_t num_rows = json_array_size(rows);
    const char **cells = mem_alloc((num_rows * num_columns + 1) * sizeof *cells);
    for (size_t i = 0; i < num_rows * num_columns; i++) {
        const char *key = listing->columns[i % num_columns];
        cells[i] = cell_text(key, json_object_get(json_array_get(rows, i / num_columns), key));
    }
    layout_table(cells, num_rows, num_columns, out);
    free(cells);
}

static void add_json(const json_t *rows, struct buf *out)
{
    char *text = json_dumps(rows, JSON_INDENT(2));
    buf_add_format(out, "%s\n", text ? text : "[]");
    free(text);
}

static void print_listing(const struct listing *listing, const struct library *library,
                          bool as_json)
{
    struct buf out = {0};
    json_t *rows = json_array();
    listing->fill(library, rows);
    if (as_json)
        add_json(rows, &out);
    else
        add_text(listing, rows, &out);
    if (json_array_size(rows) == 0)
        log_print(LOG_WARN, "note: this version has no %s", listing->name);
    sink_write(stdout, buf_bytes(&out));
    json_decref(rows);
    buf_clear(&out);
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
    if (!arguments_expect_words(arguments, 1, 1, "WHAT to list", err))
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
    bool ok = !of_cases || load_suites(&library, arguments, err);
    if (ok)
        print_listing(listing, &library, arguments_has(arguments, "json"));
    library_clear(&library);
    return ok ? EXIT_OK : EXIT_WRONG_USAGE;
}

const struct command command_list = {
    .names = "lists",
    .name = "list",
    .arguments = "WHAT",
    .summary =
        "list events, cases, faults, variations, behaviours, mutations, expectations, diagnoses, "
        "snippets, probes or formats",
    .about = "Lists everything of one kind, one per line, the full name first: events, cases, "
             "faults, variations, behaviours, mutations, expectations, diagnoses, snippets, probes "
             "or formats. `hookcheck explain ID` explains one of them.",
    .examples = "  hookcheck list cases --suite panora/signature\n"
                "  hookcheck list events --json\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
