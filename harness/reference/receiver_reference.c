#include <stdlib.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "prove/catches.h"
#include "receive/behaviour.h"
#include "receive/fault.h"
#include "receive/variation.h"
#include "reference/explain.h"
#include "reference/listing.h"

static void add_argument(const struct argument_spec *argument, json_t *out)
{
    if (argument->kind == ARGUMENT_NONE)
        return;
    char *text = argument->fallback
                     ? mem_format("%s; default %s", argument->meaning, argument->fallback)
                     : mem_format("%s; must be given", argument->meaning);
    explain_entry("Argument:", text, out);
    free(text);
}

/* How it is asked for, and what its argument is. */
static void add_usage(const char *option, const char *name, const struct argument_spec *argument,
                      json_t *out)
{
    explain_fact(out, "Written:", "hookcheck receive %s %s%s", option, name,
                 argument->kind == ARGUMENT_NONE ? ""
                 : argument->fallback            ? "[=ARGUMENT]"
                                                 : "=ARGUMENT");
    add_argument(argument, out);
}

/* --- faults --- */

static void describe_fault(const struct fault *fault, json_t *things)
{
    struct catches *catches = catches_load(NULL, NULL);
    const struct names *must = &catches_of(catches, fault)->must;
    json_t *out = explain_begin(things, "fault", fault->id, fault->name);
    explain_fact(out, "Mistake:", "The receiver %s.", fault->sentence);
    add_usage("--fault", fault->id, &fault->argument, out);
    explain_entry("Seen:", fault->seen, out);
    for (size_t i = 0; i < must->count; i++)
        explain_entry(i ? "" : "Caught by:", must->items[i], out);
    explain_entry("Diagnosis:", fault->diagnosis, out);
    catches_free(catches);
}

static void explain_fault(const struct library *library, const char *id, json_t *things)
{
    const struct fault *fault = fault_find(id);
    if (fault)
        describe_fault(fault, things);
    for (size_t i = 0; !fault && i < num_non_faults; i++) {
        if (strcasecmp(non_faults[i].id, id) != 0)
            continue;
        json_t *out = explain_begin(things, "no fault of the receiver", NULL, non_faults[i].id);
        explain_entry("Mistake:", non_faults[i].sentence, out);
        explain_entry("Why none:", non_faults[i].because, out);
        return;
    }
}

static void add_fault_names(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < fault_count(); i++) {
        names_add(names, fault_at(i)->id);
        names_add(names, fault_at(i)->name);
    }
}

const struct explainer explain_faults = {.explain = explain_fault, .add_names = add_fault_names};

/* --- behaviours --- */

static void describe_behaviour(const void *row, json_t *things)
{
    const struct behaviour *behaviour = row;
    json_t *out = explain_begin(things, "behaviour of the receiver", NULL, behaviour->name);
    explain_fact(out, "Meaning:", "The receiver %s.", behaviour->sentence);
    add_usage("--behaviour", behaviour->name, &behaviour->argument, out);
}

const struct explainer explain_behaviours = {.table = &behaviour_table,
                                             .describe = describe_behaviour};

/* --- variations --- */

static void describe_variation(const void *row, json_t *things)
{
    const struct variation *variation = row;
    json_t *out = explain_begin(things, "correct in another way", NULL, variation->name);
    explain_fact(out, "Meaning:", "The receiver %s.", variation->sentence);
    explain_fact(out, "Written:", "hookcheck receive --variation %s", variation->name);
    explain_entry("Caught by:", "no case: a case that fails it is a defect of the suites", out);
}

const struct explainer explain_variations = {.table = &variation_table,
                                             .describe = describe_variation};

/* --- hookcheck list --- */

void listing_fill_faults(const struct library *library, json_t *rows)
{
    struct catches *catches = catches_load(NULL, NULL);
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        json_t *row = json_add_row(rows, "id", fault->id);
        json_set_text(row, "name", fault->name);
        json_set_text(row, "sentence", fault->sentence);
        json_set_text(row, "argument", fault->argument.meaning);
        json_set_text(row, "default", fault->argument.fallback);
        json_set_text(row, "seen", fault->seen);
        json_set_text(row, "diagnosis", fault->diagnosis);
        const struct names *must = &catches_of(catches, fault)->must;
        json_set(row, "cases", json_texts(must->items, must->count));
    }
    catches_free(catches);
    /* The modes of the catalogue that are no faults stand behind, with the reason. */
    for (size_t i = 0; i < num_non_faults; i++) {
        json_t *row = json_add_row(rows, "id", non_faults[i].id);
        json_set_text(row, "name", "(no fault)");
        char *sentence = mem_format("%s: %s", non_faults[i].sentence, non_faults[i].because);
        json_set_text(row, "sentence", sentence);
        free(sentence);
    }
}

void listing_fill_variations(const struct library *library, json_t *rows)
{
    const struct variation *variation;
    for (size_t i = 0; (variation = table_at(&variation_table, i)); i++) {
        json_t *row = json_add_row(rows, "name", variation->name);
        json_set_text(row, "sentence", variation->sentence);
    }
}

void listing_fill_behaviours(const struct library *library, json_t *rows)
{
    const struct behaviour *behaviour;
    for (size_t i = 0; (behaviour = table_at(&behaviour_table, i)); i++) {
        json_t *row = json_add_row(rows, "name", behaviour->name);
        json_set_text(row, "sentence", behaviour->sentence);
        json_set_text(row, "argument", behaviour->argument.meaning);
        json_set_text(row, "default", behaviour->argument.fallback);
    }
}
