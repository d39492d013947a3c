/*
 * What `hookcheck explain` knows: each kind of thing is a row, which finds one by its name and says
 * everything about it.
 */
#ifndef REFERENCE_EXPLAIN_H
#define REFERENCE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/table.h"
#include "run/library.h"
#include "suite/word.h"

struct explainer {
    /* Appends paragraphs about what `id` names; false when it names nothing of this kind. */
    bool (*explain)(const struct library *library, const char *id, struct buf *out);
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

/* Appends all that is known of what `id` names; a word may name things of two kinds: then both are
 * explained. False with the nearest name when there is nothing of that name. */
bool explain(const struct library *library, const char *id, struct buf *out, struct error *err);

/* Appends "Title:     text", wrapped; nothing when there is no text. */
void explain_entry(const char *title, const char *text, struct buf *out);

/* How a word is written on a command line: "truncate-signature[=TO]", "set-header=NAME". Caller
 * frees. */
char *word_usage(const struct word *word);

#endif
