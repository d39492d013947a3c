#include "cli/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "cli/describe.h"
#include "compose/mutation.h"
#include "judge/expectation.h"
#include "receive/behaviour.h"
#include "receive/fault.h"
#include "report/report.h"
#include "report/request_format.h"

static void set_text(json_t *row, const char *key, const char *text)
{
    (void)json_object_set_new(row, key, text ? json_string(text) : json_null());
}

static void set_bool(json_t *row, const char *key, bool value)
{
    (void)json_object_set_new(row, key, json_boolean(value));
}

static json_t *add_row(json_t *rows, const char *key, const char *name)
{
    json_t *row = json_object();
    set_text(row, key, name);
    (void)json_array_append_new(rows, row);
    return row;
}

static void fill_events(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < library->catalogue->num_types; i++) {
        const struct event_type *type = &library->catalogue->types[i];
        json_t *row = add_row(rows, "name", type->name);
        set_text(row, "arrives_as", type->wire_type);
        set_bool(row, "sent", type->sent);
        set_bool(row, "documented", type->documented);
        set_bool(row, "subscribable", type->subscribable);
        set_text(row, "shape", type->shape == SHAPE_ROWS ? "rows" : "object");
        set_text(row, "note", type->note);
    }
}

static void fill_case(const struct suite_case *one, json_t *rows)
{
    json_t *row = add_row(rows, "id", one->id);
    set_text(row, "suite", one->suite);
    set_text(row, "level", level_name(one->level));
    set_text(row, "title", one->title);
    set_text(row, "source", one->source);
    set_text(row, "harm", one->harm);
    set_text(row, "remedy", one->remedy);
    set_text(row, "bug", one->bug);
    set_bool(row, "disruptive", one->disruptive);
    json_t *see = json_array();
    for (size_t i = 0; i < one->num_see; i++)
        (void)json_array_append_new(see, json_string(one->see[i]));
    (void)json_object_set_new(row, "see", see);
}

static void fill_cases(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < library->num_suites; i++)
        for (size_t j = 0; j < library->suites[i]->num_cases; j++)
            fill_case(&library->suites[i]->cases[j], rows);
}

static void fill_faults(const struct library *library, json_t *rows)
{
    (void)library;
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        json_t *row = add_row(rows, "id", fault->id);
        set_text(row, "name", fault->name);
        set_text(row, "sentence", fault->sentence);
        set_text(row, "argument", fault->argument.meaning);
        set_text(row, "default", fault->argument.fallback);
        set_text(row, "seen", fault->seen);
        set_text(row, "diagnosis", fault->diagnosis);
        json_t *cases = json_array();
        for (size_t j = 0; j < FAULT_CASES_MAX && fault->cases[j]; j++)
            (void)json_array_append_new(cases, json_string(fault->cases[j]));
        (void)json_object_set_new(row, "cases", cases);
    }
}

static void fill_behaviours(const struct library *library, json_t *rows)
{
    (void)library;
    for (size_t i = 0; i < num_behaviours; i++) {
        json_t *row = add_row(rows, "name", behaviours[i].name);
        set_text(row, "sentence", behaviours[i].sentence);
        set_text(row, "argument", behaviours[i].argument.meaning);
        set_text(row, "default", behaviours[i].argument.fallback);
    }
}

/* Name, place, sentence and parameters; "usage" is what a command line takes. */
static json_t *add_word(const struct word *word, json_t *rows)
{
    json_t *row = add_row(rows, "name", word->name);
    char *usage = describe_usage(word);
    set_text(row, "usage", usage);
    free(usage);
    set_text(row, "place", word->place);
    set_text(row, "sentence", word->sentence);
    json_t *parameters = json_array();
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++) {
        const struct parameter *parameter = &word->parameters[i];
        json_t *item = add_row(parameters, "name", parameter->name);
        set_text(item, "sentence", parameter->sentence);
        set_text(item, "default", parameter->fallback);
        json_t *choices = json_array();
        for (size_t j = 0; parameter->choices && parameter->choices[j]; j++)
            (void)json_array_append_new(choices, json_string(parameter->choices[j]));
        (void)json_object_set_new(item, "choices", choices);
    }
    (void)json_object_set_new(row, "parameters", parameters);
    return row;
}

static void fill_mutations(const struct library *library, json_t *rows)
{
    (void)library;
    for (size_t i = 0; i < mutation_words.num_rows; i++) {
        const struct word *word = word_at(&mutation_words, i);
        json_t *row = add_word(word, rows);
        set_bool(row, "flaw", mutation_of(&(struct call){.word = word})->is_flaw);
    }
}

static void fill_expectations(const struct library *library, json_t *rows)
{
    (void)library;
    for (size_t i = 0; i < expectation_words.num_rows; i++)
        (void)add_word(word_at(&expectation_words, i), rows);
}

static void fill_diagnoses(const struct library *library, json_t *rows)
{
    (void)library; /* diagnoses come with a layer that is not there yet */
    (void)rows;
}

static void fill_formats(const struct library *library, json_t *rows)
{
    (void)library;
    for (size_t i = 0; i < num_report_formats; i++) {
        json_t *row = add_row(rows, "name", report_formats[i].name);
        set_text(row, "used_by", "run --report");
        set_text(row, "sentence", report_formats[i].sentence);
    }
    for (size_t i = 0; i < num_request_formats; i++) {
        json_t *row = add_row(rows, "name", request_formats[i].name);
        set_text(row, "used_by", "sign --format");
        set_text(row, "sentence", request_formats[i].sentence);
    }
}

const struct listing listings[] = {
    {"events",
     "the names that Panora sends, documents or offers: name, name in the body, what is true of "
     "it, shape, note",
     {"name", "arrives_as", "sent", "documented", "subscribable", "shape", "note"},
     fill_events},
    {"cases", "the cases of the suites: id, level, title", {"id", "level", "title"}, fill_cases},
    {"faults",
     "the mistakes that `receive --fault` makes: id, name, sentence",
     {"id", "name", "sentence"},
     fill_faults},
    {"behaviours",
     "what `receive --behaviour` does to an answer: name, sentence",
     {"name", "sentence"},
     fill_behaviours},
    {"mutations",
     "the ways to make a request wrong: name, use, stage, whether it is a flaw, sentence",
     {"name", "usage", "place", "flaw", "sentence"},
     fill_mutations},
    {"expectations",
     "what a case can demand of the answers: name, use, place, sentence",
     {"name", "usage", "place", "sentence"},
     fill_expectations},
    {"diagnoses",
     "the causes that a report can name: id, sentence",
     {"id", "sentence"},
     fill_diagnoses},
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
