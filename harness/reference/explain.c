#include "reference/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"

/* A word may name things of two kinds: then both are explained. A newcomer's page comes first:
 * "rails" is a fault, too. */
static const struct explainer *const explainers[] = {
    &explain_frameworks,   &explain_cases,      &explain_faults,     &explain_mutations,
    &explain_expectations, &explain_behaviours, &explain_variations, &explain_diagnoses,
    &explain_types,        &explain_suites,     &explain_formats,    &explain_snippets,
    &explain_event_ids,
};

static void unknown(const struct library *library, const char *id, struct error *err)
{
    struct names names = {0};
    for (size_t i = 0; i < ARRAY_LEN(explainers); i++)
        if (explainers[i]->table)
            names_add_rows(&names, explainers[i]->table);
        else
            explainers[i]->add_names(library, &names);
    const char *nearest = text_nearest(id, names.items, names.count);
    if (nearest)
        (void)error_set(err, "nothing is named \"%s\"; did you mean \"%s\"?", id, nearest);
    else
        (void)error_set(err,
                        "nothing is named \"%s\"; `hookcheck list cases`, faults, mutations and so "
                        "on show all names, and `hookcheck help` the commands",
                        id);
    names_clear(&names);
}

static void ask_all(const struct library *library, const char *id, json_t *things)
{
    for (size_t i = 0; i < ARRAY_LEN(explainers); i++) {
        const struct explainer *one = explainers[i];
        const void *row = one->table ? table_find(one->table, id, NULL) : NULL;
        if (row)
            one->describe(row, things);
        else if (!one->table)
            one->explain(library, id, things);
    }
}

json_t *explain(const struct library *library, const char *id, struct error *err)
{
    json_t *things = json_array();
    ask_all(library, id, things);
    if (json_array_size(things) == 0 && strchr(id, '=')) { /* "F05=3s", as it is given */
        char *name = mem_copy(id, strcspn(id, "="));
        ask_all(library, name, things);
        free(name);
    }
    if (json_array_size(things))
        return things;
    json_decref(things);
    unknown(library, id, err);
    return NULL;
}
