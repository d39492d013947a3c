#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "prove/catches.h"
#include "receive/behaviour.h"
#include "receive/fault.h"
#include "receive/variation.h"
#include "reference/explain.h"

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

/* --- faults --- */

static void describe_fault(const struct fault *fault, json_t *things)
{
    struct catches *catches = catches_load(NULL, NULL);
    const struct names *must = &catches_of(catches, fault)->must;
    json_t *out = explain_begin(things, "fault", fault->id, fault->name);
    char *sentence = mem_format("The receiver %s.", fault->sentence);
    char *usage = mem_format("hookcheck receive --fault %s%s", fault->id,
                             fault->argument.kind == ARGUMENT_NONE ? ""
                             : fault->argument.fallback            ? "[=ARGUMENT]"
                                                                   : "=ARGUMENT");
    explain_entry("Mistake:", sentence, out);
    explain_entry("Written:", usage, out);
    add_argument(&fault->argument, out);
    explain_entry("Seen:", fault->seen, out);
    for (size_t i = 0; i < must->count; i++)
        explain_entry(i ? "" : "Caught by:", must->items[i], out);
    explain_entry("Diagnosis:", fault->diagnosis, out);
    catches_free(catches);
    free(sentence);
    free(usage);
}

static bool explain_fault(const struct library *library, const char *id, json_t *things)
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
        return true;
    }
    return fault != NULL;
}

static void add_fault_names(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < fault_count(); i++) {
        names_add(names, fault_at(i)->id);
        names_add(names, fault_at(i)->name);
    }
}

const struct explainer explain_faults = {explain_fault, add_fault_names};

/* --- behaviours --- */

static void describe_behaviour(const struct behaviour *behaviour, json_t *things)
{
    json_t *out = explain_begin(things, "behaviour of the receiver", NULL, behaviour->name);
    char *usage = mem_format("hookcheck receive --behaviour %s%s", behaviour->name,
                             behaviour->argument.kind == ARGUMENT_NONE ? ""
                             : behaviour->argument.fallback            ? "[=ARGUMENT]"
                                                                       : "=ARGUMENT");
    char *sentence = mem_format("The receiver %s.", behaviour->sentence);
    explain_entry("Meaning:", sentence, out);
    explain_entry("Written:", usage, out);
    add_argument(&behaviour->argument, out);
    free(sentence);
    free(usage);
}

static bool explain_behaviour(const struct library *library, const char *id, json_t *things)
{
    const struct behaviour *behaviour = table_find(&behaviour_table, id, NULL);
    if (behaviour)
        describe_behaviour(behaviour, things);
    return behaviour != NULL;
}

static void add_behaviour_names(const struct library *library, struct names *names)
{
    names_add_rows(names, &behaviour_table);
}

const struct explainer explain_behaviours = {explain_behaviour, add_behaviour_names};

/* --- variations --- */

static void describe_variation(const struct variation *variation, json_t *things)
{
    json_t *out = explain_begin(things, "correct in another way", NULL, variation->name);
    char *usage = mem_format("hookcheck receive --variation %s", variation->name);
    char *sentence = mem_format("The receiver %s.", variation->sentence);
    explain_entry("Meaning:", sentence, out);
    explain_entry("Written:", usage, out);
    explain_entry("Caught by:", "no case: a case that fails it is a defect of the suites", out);
    free(sentence);
    free(usage);
}

static bool explain_variation(const struct library *library, const char *id, json_t *things)
{
    const struct variation *variation = table_find(&variation_table, id, NULL);
    if (variation)
        describe_variation(variation, things);
    return variation != NULL;
}

static void add_variation_names(const struct library *library, struct names *names)
{
    names_add_rows(names, &variation_table);
}

const struct explainer explain_variations = {explain_variation, add_variation_names};
