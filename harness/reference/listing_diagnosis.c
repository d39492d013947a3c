#include "reference/explain.h"
#include "reference/listing_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/diagnose.h"
#include "receive/fault.h"

void listing_fill_diagnoses(const struct library *library, json_t *rows)
{
    struct diagnosis_kinds all = diagnosis_kinds();
    for (size_t i = 0; i < all.count; i++) {
        const struct diagnosis_kind kind = all.items[i];
        json_t *row = row_add(rows, "id", kind.id);
        row_set_text(row, "sentence", kind.sentence);
        row_set_text(row, "harm", kind.harm);
        row_set_text(row, "remedy", kind.remedy);
    }
    free(all.items);
}

/* --- hookcheck explain ID --- */

static bool explain_diagnosis(const struct library *library, const char *id, json_t *things)
{
    struct diagnosis_kind kind;
    if (!diagnosis_kind_find(id, &kind))
        return false;
    json_t *out = explain_begin(things, "diagnosis", NULL, kind.id);
    char *sentence = mem_format("The endpoint %s.", kind.sentence);
    explain_entry("Cause:", sentence, out);
    explain_entry("Harm:", kind.harm, out);
    explain_entry("Remedy:", kind.remedy, out);
    for (size_t i = 0, shown = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        if (!fault->diagnosis || strcmp(fault->diagnosis, kind.id) != 0)
            continue;
        char *line = mem_format("hookcheck receive --fault %s", fault->id);
        explain_entry(shown++ ? "" : "Shown by:", line, out);
        free(line);
    }
    free(sentence);
    return true;
}

static void add_names(const struct library *library, struct names *names)
{
    struct diagnosis_kinds all = diagnosis_kinds();
    for (size_t i = 0; i < all.count; i++)
        names_add(names, all.items[i].id);
    free(all.items);
}

const struct explainer explain_diagnoses = {explain_diagnosis, add_names};
