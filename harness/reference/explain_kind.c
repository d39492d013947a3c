/* What is no row of a table of its own: event types, suites, formats, diagnoses. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "diagnose/diagnose.h"
#include "format/request_format.h"
#include "receive/fault.h"
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
    explain_fact(out, "Example:", "hookcheck sign %s --format body", type->name);
}

static void explain_type(const struct library *library, const char *id, json_t *things)
{
    const struct event_type *type = catalogue_find(library->catalogue, id);
    if (type)
        describe_type(type, things);
}

static void add_types(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < library->catalogue->num_types; i++)
        names_add(names, library->catalogue->types[i].name);
}

const struct explainer explain_types = {.explain = explain_type, .add_names = add_types};

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
    explain_fact(out, "Size:", "%zu cases", suite->num_cases);
    explain_fact(out, "Run:", "hookcheck run URL --suite %s", suite->name);
    for (size_t i = 0; i < suite->num_cases; i++)
        if (is_first_value(suite, i))
            explain_entry(i ? "" : "Cases:", suite->cases[i].base, out);
}

static void explain_suite(const struct library *library, const char *id, json_t *things)
{
    for (size_t i = 0; i < library->num_suites; i++)
        if (is_named(library->suites[i], id)) {
            describe_suite(library->suites[i], things);
            return;
        }
}

static void add_suites(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < library->num_suites; i++)
        names_add(names, library->suites[i]->name);
}

const struct explainer explain_suites = {.explain = explain_suite, .add_names = add_suites};

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

static void explain_format(const struct library *library, const char *id, json_t *things)
{
    for (size_t i = 0; i < num_report_formats; i++)
        if (strcmp(report_formats[i]->name, id) == 0)
            describe_format(id, "format of reports", report_formats[i]->sentence,
                            mem_format("hookcheck run URL --report %s=FILE", id), things);
    for (size_t i = 0; i < num_request_formats; i++)
        if (strcmp(request_formats[i]->name, id) == 0)
            describe_format(id, "format of signed requests", request_formats[i]->sentence,
                            mem_format("hookcheck sign --format %s", id), things);
}

static void add_formats(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < num_report_formats; i++)
        names_add(names, report_formats[i]->name);
    for (size_t i = 0; i < num_request_formats; i++)
        names_add(names, request_formats[i]->name);
}

const struct explainer explain_formats = {.explain = explain_format, .add_names = add_formats};

/* --- diagnoses --- */

static void explain_diagnosis(const struct library *library, const char *id, json_t *things)
{
    struct diagnosis_kind kind;
    if (!diagnosis_kind_find(id, &kind))
        return;
    json_t *out = explain_begin(things, "diagnosis", NULL, kind.id);
    explain_fact(out, "Cause:", "The endpoint %s.", kind.sentence);
    explain_entry("Harm:", kind.harm, out);
    explain_entry("Remedy:", kind.remedy, out);
    for (size_t i = 0, shown = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        if (!fault->diagnosis || strcmp(fault->diagnosis, kind.id) != 0)
            continue;
        explain_fact(out, shown++ ? "" : "Shown by:", "hookcheck receive --fault %s", fault->id);
    }
}

static void add_diagnoses(const struct library *library, struct names *names)
{
    struct diagnosis_kinds all = diagnosis_kinds();
    for (size_t i = 0; i < all.count; i++)
        names_add(names, all.items[i].id);
    free(all.items);
}

const struct explainer explain_diagnoses = {.explain = explain_diagnosis,
                                            .add_names = add_diagnoses};
