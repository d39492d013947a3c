#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/api_options.h"
#include "cli/baseline_options.h"
#include "cli/command.h"
#include "cli/config_options.h"
#include "cli/endpoint_options.h"
#include "cli/report_options.h"
#include "cli/run_choice.h"
#include "cli/run_failures.h"
#include "cli/secret_options.h"
#include "cli/settings.h"
#include "cli/settings_schema.h"

#define NUM_COLUMNS 3

static const struct option_spec specs[] = {
    {.name = "json", .form = FORM_TYPED_ONLY, .help = "Print a JSON array of objects."},
    {.name = "schema",
     .form = FORM_TYPED_ONLY,
     .help = "Print the JSON Schema of hookcheck.json, for editors."},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {
    &own_options,    &run_options_set,  &report_options, &baseline_options, &failures_options,
    &secret_options, &endpoint_options, &api_options,    &api_key_options,  &config_options,
};

/* --- what holds --- */

static void add_row(json_t *rows, const char *name, const char *value, const char *from)
{
    json_t *row = json_object();
    struct buf safe = {0};
    struct buf shown = {0};
    redact(sink_redactor(), bytes_of(value), &safe);
    text_add_visible(&shown, buf_bytes(&safe), safe.len);
    json_set(row, "setting", json_string(name));
    json_set(row, "value", json_string(buf_text(&shown)));
    json_set(row, "from", json_string(from));
    json_array_append_new(rows, row);
    buf_clear(&safe);
    buf_clear(&shown);
}

static const char *shown_value(const struct given_option *option)
{
    if (option->shown)
        return option->shown;
    if (option->spec->form == FORM_HEADERS)
        return "a header";
    if (option->spec->secret)
        return "***";
    return option->is_off ? "false" : option->value ? option->value : "true";
}

static void add_given(json_t *rows, const struct given_option *option)
{
    bool is_reference = option->spec->group && strcmp(option->spec->group, "secret") == 0 &&
                        option->spec->form == FORM_TYPED_ONLY;
    const char *from = option->from ? option->from : "command line";
    if (!is_reference) {
        add_row(rows, option->spec->name, shown_value(option), from);
        return;
    }
    bool is_file = strcmp(option->spec->name, "secret-file") == 0;
    char *value = mem_format("%s %s", is_file ? "file" : "variable", option->value);
    add_row(rows, "secret", value, from);
    free(value);
}

static void add_fallback(json_t *rows, const struct option_spec *spec)
{
    const char *value = spec->fallback ? spec->fallback : spec->otherwise;
    if (spec->form == FORM_SECRET)
        add_row(rows, spec->name, "variable HOOKCHECK_SECRET", "default");
    else if (spec->form != FORM_TYPED_ONLY && value)
        add_row(rows, spec->name, value, "default");
}

/* Whether the option or one that excludes it is given. */
static bool is_settled(const struct arguments *arguments, const struct option_spec *spec)
{
    for (size_t i = 0; i < arguments->num_options; i++) {
        const struct option_spec *given = arguments->options[i].spec;
        if (given == spec || (spec->group && given->group && !strcmp(spec->group, given->group)))
            return true;
    }
    return false;
}

static json_t *rows_of(const struct arguments *arguments)
{
    json_t *rows = json_array();
    const struct option_spec *spec = NULL;
    if (arguments->num_words)
        add_row(rows, "url", arguments->words[0],
                arguments->url_from ? arguments->url_from : "command line");
    for (size_t i = 0; i < arguments->num_options; i++)
        if (arguments->options[i].spec < specs ||
            arguments->options[i].spec >= specs + ARRAY_LEN(specs))
            add_given(rows, &arguments->options[i]);
    for (size_t i = 0; (spec = setting_at(i)); i++)
        if (!is_settled(arguments, spec))
            add_fallback(rows, spec);
    return rows;
}

/* --- printing --- */

static void add_table(const json_t *rows, struct buf *out)
{
    static const char *const columns[NUM_COLUMNS] = {"setting", "value", "from"};
    size_t count = json_array_size(rows);
    const char **cells = mem_alloc((count + 1) * NUM_COLUMNS * sizeof *cells);
    for (size_t i = 0; i < NUM_COLUMNS; i++)
        cells[i] = columns[i];
    for (size_t i = 0; i < count * NUM_COLUMNS; i++)
        cells[NUM_COLUMNS + i] = json_string_value(
            json_object_get(json_array_get(rows, i / NUM_COLUMNS), columns[i % NUM_COLUMNS]));
    layout_table(cells, count + 1, NUM_COLUMNS, 0, out);
    free(cells);
}

static bool add_head(const struct arguments *arguments, struct buf *out, struct error *err)
{
    struct settings_file file;
    const char *name;
    json_t *value;
    const char *glue = ": ";
    bool ok = settings_open(&file, arguments, err);
    if (ok && file.path) {
        buf_add_format(out, "file: %s\nendpoints", file.path);
        json_object_foreach(json_object_get(file.root, "endpoints"), name, value)
        {
            buf_add_format(out, "%s%s", glue, name);
            glue = ", ";
        }
        buf_add_text(out, *glue == ':' ? ": none\n\n" : "\n\n");
    } else if (ok) {
        buf_add_text(out, "file: none (`hookcheck init` writes one)\n\n");
    }
    settings_clear(&file);
    return ok;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct buf out = {0};
    if (!arguments_expect_words(arguments, 0, 1, "at most one URL or NAME of an endpoint", err))
        return EXIT_WRONG_USAGE;
    bool ok = true;
    if (arguments_has(arguments, "schema")) {
        settings_schema(&out);
    } else {
        json_t *rows = rows_of(arguments);
        char *text = NULL;
        if (arguments_has(arguments, "json"))
            text = json_dumps(rows, JSON_INDENT(2));
        else if ((ok = add_head(arguments, &out, err)))
            add_table(rows, &out);
        buf_add_format(&out, "%s%s", text ? text : "", text ? "\n" : "");
        free(text);
        json_decref(rows);
    }
    if (ok)
        sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
    return ok ? EXIT_OK : EXIT_WRONG_USAGE;
}

const struct command command_config = {
    .names = "endpoints",
    .name = "config",
    .arguments = "[URL|NAME]",
    .summary = "show the settings of a run, and where each comes from",
    .about =
        "Prints every setting that `hookcheck run` would use with the same arguments, its value "
        "and its origin. The first of these that sets it wins: the command line, an environment "
        "variable, the named endpoint in hookcheck.json, the top level of that file, the default. "
        "Headers, reports, skipped cases, --resolve and --connect-to add up. Options have the same "
        "names in hookcheck.json, and as variables: HOOKCHECK_MAX_TIME is --max-time. --no-NAME "
        "clears a flag that the file or a variable sets.",
    .examples = "  hookcheck config staging\n"
                "  hookcheck config --schema >hookcheck.schema.json\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .settings = SETTINGS_SHOWN,
    .run = run,
};
