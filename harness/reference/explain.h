/*
 * What `hookcheck explain` knows: each kind of thing is a row, which finds one by its name and says
 * everything about it.
 */
#ifndef REFERENCE_EXPLAIN_H
#define REFERENCE_EXPLAIN_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/table.h"
#include "run/library.h"
#include "suite/word.h"

/* Appends what is known of one of its kind to the array `things`. */
struct explainer {
    const struct table *table; /* the rows are found by their name ... */
    void (*describe)(const void *row, json_t *things);

    /* ... or, without a table, in another way; nothing when `id` names none. */
    void (*explain)(const struct library *library, const char *id, json_t *things);
    void (*add_names)(const struct library *library, struct names *names);
};

extern const struct explainer explain_cases;
extern const struct explainer explain_mutations;
extern const struct explainer explain_expectations;
extern const struct explainer explain_faults;
extern const struct explainer explain_behaviours;
extern const struct explainer explain_variations;
extern const struct explainer explain_diagnoses;
extern const struct explainer explain_types;
extern const struct explainer explain_suites;
extern const struct explainer explain_formats;
extern const struct explainer explain_frameworks; /* "express": the first five minutes */
extern const struct explainer explain_snippets;   /* "node.mjs": the file as it is */
extern const struct explainer explain_event_ids;  /* "7e57c0de", or such an id in full */

/* All that is known of what `id` names: an array with an object for each thing of that name, with
 * its "kind" and "name" (a fault's "id" too), and either "facts", each with "title" and "texts", or
 * the "text" of a page. Caller owns. NULL with the nearest name when there is nothing of that name.
 */
json_t *explain(const struct library *library, const char *id, struct error *err);

/* Appends the same for people, wrapped. */
void explain_add_text(const json_t *things, struct buf *out);

/* --- for explainers --- */

/* Appends a thing, and returns its facts for explain_entry; borrowed. `id` may be NULL. */
json_t *explain_begin(json_t *things, const char *kind, const char *id, const char *name);

/* Appends the fact "Title:"; nothing when there is no text. Without a title it is one more text of
 * the fact before. */
void explain_entry(const char *title, const char *text, json_t *facts);

/* The same for a text that is put together here. */
void explain_fact(json_t *facts, const char *title, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends a thing that is one text, which is printed as it is. */
void explain_add_page(json_t *things, const char *kind, const char *name, struct bytes text);

/* How a word is written on a command line: "truncate-signature[=TO]", "set-header=NAME". Caller
 * frees. */
char *word_usage(const struct word *word);

#endif
