/* What is no row of a table of its own: event types, suites, formats. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "format/request_format.h"
#include "reference/explain.h"
#include "report/report.h"

/* --- event types --- */

static void describe_type(const struct event_type *type, json_t *things)
{
    json_t *out = explain_begin(things, "event type", NULL, type->name);
    explain_entry("Arrives as:", type->wire_type ? type->wire_type : "nothing: it is never sent",
                  out);
    explain_entry("Data:", type->shape == SHAPE_ROWS ? "a list of rows" : "one object", out);
    explain_entry("Sent:", type->sent ? "yes" : "no", out);
    explain_entry("Documented:", type->documented ? "yes" : "no", out);
    explain_entry("Subscribe:",
                  type->subscribable ? "it can be chosen in Panora's dashboard"
                                     : "it cannot be chosen in Panora's dashboard",
                  out);
    explain_entry("Note:", type->note, out);
    char *command = mem_format("hookcheck sign %s --format body", type->name);
    explain_entry("Example:", command, out);
    free(command);
}

static bool explain_type(const struct library *library, const char *id, json_t *things)
{
    const struct event_type *type = catalogue_find(library->catalogue, id);
    if (type)
        describe_type(type, things);
    return type != NULL;
}

static void add_types(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < library->catalogue->num_types; i++)
        names_add(names, library->catalogue->types[i].name);
}

const struct explainer explain_types = {explain_type, add_types};

/* --- suites --- */

static bool is_named(const struct suite *suite, const char *id)
{
    const char *slash = strrchr(suite->name, '/');
    return strcmp(suite->name, id) == 0 || (slash && strcmp(slash + 1, id) == 0);
}

static bool is_first_value(const struct suite *suite, size_t index)
{
    return index == 0 || strcmp(suite->cases[index].base, suite->cases[index - 1].base) != 0;
}

static void describe_suite(const struct suite *suite, json_t *things)
{
    json_t *out = explain_begin(things, "suite", NULL, suite->name);
    explain_entry("About:", suite->about, out);
    char *size = mem_format("%zu cases", suite->num_cases);
    char *command = mem_format("hookcheck run URL --suite %s", suite->name);
    explain_entry("Size:", size, out);
    explain_entry("Run:", command, out);
    for (size_t i = 0; i < suite->num_cases; i++)
        if (is_first_value(suite, i))
            explain_entry(i ? "" : "Cases:", suite->cases[i].base, out);
    free(size);
    free(command);
}

static bool explain_suite(const struct library *library, const char *id, json_t *things)
{
    for (size_t i = 0; i < library->num_suites; i++)
        if (is_named(library->suites[i], id)) {
            describe_suite(library->suites[i], things);
            return true;
        }
    return false;
}

static void add_suites(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < library->num_suites; i++)
        names_add(names, library->suites[i]->name);
}

const struct explainer explain_suites = {explain_suite, add_suites};

/* --- formats --- */

/* `line` is handed over. */
static void describe_format(const char *name, const char *kind, const char *sentence, char *line,
                            json_t *things)
{
    json_t *out = explain_begin(things, kind, NULL, name);
    explain_entry("Is:", sentence, out);
    explain_entry("Example:", line, out);
    free(line);
}

static bool explain_format(const struct library *library, const char *id, json_t *things)
{
    size_t before = json_array_size(things);
    for (size_t i = 0; i < num_report_formats; i++)
        if (strcmp(report_formats[i]->name, id) == 0)
            describe_format(id, "format of reports", report_formats[i]->sentence,
                            mem_format("hookcheck run URL --report %s=FILE", id), things);
    for (size_t i = 0; i < num_request_formats; i++)
        if (strcmp(request_formats[i]->name, id) == 0)
            describe_format(id, "format of signed requests", request_formats[i]->sentence,
                            mem_format("hookcheck sign --format %s", id), things);
    return json_array_size(things) > before;
}

static void add_formats(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < num_report_formats; i++)
        names_add(names, report_formats[i]->name);
    for (size_t i = 0; i < num_request_formats; i++)
        names_add(names, request_formats[i]->name);
}

const struct explainer explain_formats = {explain_format, add_formats};
