#include <stdlib.h>

#include "base/mem.h"
#include "prove/catches.h"
#include "receive/behaviour.h"
#include "receive/fault.h"
#include "receive/variation.h"
#include "reference/listing_row.h"

void listing_fill_faults(const struct library *library, json_t *rows)
{
    struct catches *catches = catches_load(NULL, NULL);
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        json_t *row = row_add(rows, "id", fault->id);
        row_set_text(row, "name", fault->name);
        row_set_text(row, "sentence", fault->sentence);
        row_set_text(row, "argument", fault->argument.meaning);
        row_set_text(row, "default", fault->argument.fallback);
        row_set_text(row, "seen", fault->seen);
        row_set_text(row, "diagnosis", fault->diagnosis);
        json_t *cases = json_array();
        const struct names *must = &catches_of(catches, fault)->must;
        for (size_t j = 0; j < must->count; j++)
            (void)json_array_append_new(cases, json_string(must->items[j]));
        (void)json_object_set_new(row, "cases", cases);
    }
    catches_free(catches);
    /* The modes of the catalogue that are no faults stand behind, with the reason. */
    for (size_t i = 0; i < num_non_faults; i++) {
        json_t *row = row_add(rows, "id", non_faults[i].id);
        row_set_text(row, "name", "(no fault)");
        char *sentence = mem_format("%s: %s", non_faults[i].sentence, non_faults[i].because);
        row_set_text(row, "sentence", sentence);
        free(sentence);
    }
}

void listing_fill_variations(const struct library *library, json_t *rows)
{
    const struct variation *variation;
    for (size_t i = 0; (variation = table_at(&variation_table, i)); i++) {
        json_t *row = row_add(rows, "name", variation->name);
        row_set_text(row, "sentence", variation->sentence);
    }
}

void listing_fill_behaviours(const struct library *library, json_t *rows)
{
    const struct behaviour *behaviour;
    for (size_t i = 0; (behaviour = table_at(&behaviour_table, i)); i++) {
        json_t *row = row_add(rows, "name", behaviour->name);
        row_set_text(row, "sentence", behaviour->sentence);
        row_set_text(row, "argument", behaviour->argument.meaning);
        row_set_text(row, "default", behaviour->argument.fallback);
    }
}
