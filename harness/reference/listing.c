#include "reference/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "compose/mutation.h"
#include "diagnose/diagnose.h"
#include "diagnose/framework.h"
#include "format/request_format.h"
#include "judge/expectation.h"
#include "reference/explain.h"
#include "report/report.h"
#include "run/probe.h"

static void fill_events(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < library->catalogue->num_types; i++) {
        const struct event_type *type = &library->catalogue->types[i];
        json_t *row = json_add_row(rows, "name", type->name);
        json_set_text(row, "arrives_as", type->wire_type);
        json_set_flag(row, "sent", type->sent);
        json_set_flag(row, "documented", type->documented);
        json_set_flag(row, "subscribable", type->subscribable);
        json_set_text(row, "shape", type->shape == SHAPE_ROWS ? "rows" : "object");
        json_set_text(row, "note", type->note);
    }
}

static void fill_case(const struct suite_case *one, json_t *rows)
{
    json_t *row = json_add_row(rows, "id", one->id);
    json_set_text(row, "suite", one->suite);
    json_set_text(row, "level", level_name(one->level));
    json_set_text(row, "title", one->title);
    json_set_text(row, "source", one->source);
    json_set_text(row, "harm", one->harm);
    json_set_text(row, "remedy", one->remedy);
    json_set_text(row, "bug", one->bug);
    json_set_flag(row, "disruptive", one->disruptive);
    json_set(row, "see", json_texts((const char *const *)one->see, one->num_see));
}

static void fill_cases(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < library->num_suites; i++)
        for (size_t j = 0; j < library->suites[i]->num_cases; j++)
            fill_case(&library->suites[i]->cases[j], rows);
}

static void fill_suites(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < library->num_suites; i++) {
        const struct suite *suite = library->suites[i];
        json_t *row = json_add_row(rows, "name", suite->name);
        json_set_count(row, "cases", suite->num_cases);
        json_set_text(row, "sentence", suite->about);
    }
}

static json_t *add_word(const struct word *word, json_t *rows)
{
    json_t *row = json_add_row(rows, "name", word->name);
    json_set_text(row, "place", word->place);
    json_set_text(row, "sentence", word->sentence);
    json_t *parameters = json_array();
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++) {
        const struct parameter *parameter = &word->parameters[i];
        json_t *item = json_add_row(parameters, "name", parameter->name);
        json_set_text(item, "sentence", parameter->sentence);
        json_set_text(item, "default", parameter->fallback);
        json_t *choices = json_array();
        for (size_t j = 0; parameter->choices && parameter->choices[j]; j++)
            json_array_append_new(choices, json_string(parameter->choices[j]));
        json_set(item, "choices", choices);
    }
    json_set(row, "parameters", parameters);
    return row;
}

static void fill_mutations(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < table_count(&mutation_words); i++) {
        const struct word *word = table_at(&mutation_words, i);
        json_t *row = add_word(word, rows);
        char *usage = word_usage(word);
        json_set_text(row, "usage", usage);
        free(usage);
        json_set_flag(row, "flaw", mutation_of(&(struct call){.word = word})->is_flaw);
    }
}

static void fill_expectations(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < table_count(&expectation_words); i++)
        (void)add_word(table_at(&expectation_words, i), rows);
}

static void fill_probes(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < table_count(&probe_words); i++)
        (void)add_word(table_at(&probe_words, i), rows);
}

static void fill_diagnoses(const struct library *library, json_t *rows)
{
    struct diagnosis_kinds all = diagnosis_kinds();
    for (size_t i = 0; i < all.count; i++) {
        const struct diagnosis_kind kind = all.items[i];
        json_t *row = json_add_row(rows, "id", kind.id);
        json_set_text(row, "sentence", kind.sentence);
        json_set_text(row, "harm", kind.harm);
        json_set_text(row, "remedy", kind.remedy);
    }
    free(all.items);
}

static void fill_snippets(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < num_frameworks; i++) {
        json_t *row = json_add_row(rows, "name", framework_file_name(frameworks[i].file));
        json_set_text(row, "framework", frameworks[i].name);
        json_set_text(row, "needs",
                      frameworks[i].module ? framework_file_name(frameworks[i].module) : NULL);
    }
}

static void fill_formats(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < num_report_formats; i++) {
        json_t *row = json_add_row(rows, "name", report_formats[i]->name);
        json_set_text(row, "used_by", "run --report");
        json_set_text(row, "sentence", report_formats[i]->sentence);
    }
    for (size_t i = 0; i < num_request_formats; i++) {
        json_t *row = json_add_row(rows, "name", request_formats[i]->name);
        json_set_text(row, "used_by", "sign --format");
        json_set_text(row, "sentence", request_formats[i]->sentence);
    }
}

const struct listing listings[] = {
    {"events",
     "the names that Panora sends, documents or offers: name, name in the body, status, shape, "
     "note",
     {"name", "arrives_as", "sent", "documented", "subscribable", "shape", "note"},
     fill_events},
    {"cases", "the cases of the suites: id, level, title", {"id", "level", "title"}, fill_cases},
    {"suites", "the suites: name, sentence", {"name", "sentence"}, fill_suites},
    {"faults",
     "the mistakes that `receive --fault` makes: id, name, sentence",
     {"id", "name", "sentence"},
     listing_fill_faults},
    {"variations",
     "how a receiver may differ and still be correct", //
     {"name", "sentence"},
     listing_fill_variations},
    {"behaviours",
     "what `receive --behaviour` does to a response: name, sentence",
     {"name", "sentence"},
     listing_fill_behaviours},
    {"mutations",
     "the ways to make a request wrong: name, use, stage, whether it is a flaw, sentence",
     {"name", "usage", "place", "flaw", "sentence"},
     fill_mutations},
    {"expectations",
     "what a case can expect of the responses: name, place, sentence",
     {"name", "place", "sentence"},
     fill_expectations},
    {"diagnoses",
     "the causes that a report can name: id, sentence",
     {"id", "sentence"},
     fill_diagnoses},
    {"snippets",
     "the handlers that `explain` prints: file, framework, the file it needs",
     {"name", "framework", "needs"},
     fill_snippets},
    {"probes",
     "the limits that a case can search for: name, sentence",
     {"name", "sentence"},
     fill_probes},
    {"formats",
     "the formats of reports and of signed requests: name, where it is used, sentence",
     {"name", "used_by", "sentence"},
     fill_formats},
};
const size_t num_listings = ARRAY_LEN(listings);

const struct listing *listing_find(const char *name, struct error *err)
{
    const char *names[ARRAY_LEN(listings)];
    for (size_t i = 0; i < num_listings; i++) {
        names[i] = listings[i].name;
        if (strcmp(names[i], name) == 0)
            return &listings[i];
    }
    (void)text_unknown(err, "list", name, names, num_listings);
    return NULL;
}
