#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "reference/explain.h"

static const struct option_spec specs[] = {
    {"suite", 0, "NAME|FILE", "Look for cases in this suite (default: in all that are built in).",
     true},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

#define TITLE_COLUMNS 12

/* A word may name things of two kinds: then both are explained. */
static const struct explainer *const explainers[] = {
    &explain_cases,        &explain_faults,     &explain_mutations,
    &explain_expectations, &explain_behaviours, &explain_variations,
    &explain_diagnoses,    &explain_snippets,   &explain_event_ids,
};

void explain_entry(const char *title, const char *text, struct buf *out)
{
    if (text && *text)
        layout_entry(title, TITLE_COLUMNS, text, out);
}

static void unknown(const struct library *library, const char *id, struct error *err)
{
    struct names names = {0};
    for (size_t i = 0; i < ARRAY_LEN(explainers); i++)
        explainers[i]->add_names(library, &names);
    const char *nearest = text_nearest(id, names.items, names.count);
    if (nearest)
        (void)error_set(err, "nothing is called \"%s\"; did you mean \"%s\"?", id, nearest);
    else
        (void)error_set(err,
                        "nothing is called \"%s\"; `hookcheck list cases`, faults, mutations and "
                        "so on show what there is",
                        id);
    names_clear(&names);
}

static bool explain(const struct library *library, const char *id, struct error *err)
{
    struct buf out = {0};
    size_t found = 0;
    for (size_t i = 0; i < ARRAY_LEN(explainers); i++) {
        struct buf text = {0};
        if (explainers[i]->explain(library, id, &text))
            buf_add_format(&out, "%s%s", found++ ? "\n" : "", buf_text(&text));
        buf_clear(&text);
    }
    (void)fwrite(buf_text(&out), 1, out.len, stdout);
    buf_clear(&out);
    if (!found)
        unknown(library, id, err);
    return found > 0;
}

static int run(const struct arguments *arguments, struct error *err)
{
    if (!arguments_expect_words(arguments, 1, 1, "the ID of a case, a fault or a word", err))
        return EXIT_WRONG_USAGE;
    struct library library;
    size_t count = 0;
    const char **names = arguments_values(arguments, "suite", &count);
    library_init(&library);
    bool ok = library_load_suites(&library, names, count, err) &&
              explain(&library, arguments->words[0], err);
    library_clear(&library);
    free(names);
    return ok ? EXIT_OK : EXIT_WRONG_USAGE;
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "ID",
    .summary = "a case, fault, diagnosis, mutation, expectation or behaviour in full",
    .about =
        "Says everything about one thing: of a case what is sent, what is expected, at which "
        "level and why, what harm "
        "is done if it fails and how to mend it; of a fault what the receiver does and which "
        "cases catch it; of "
        "a mutation or an expectation what it means and what it takes; of an id_event that "
        "begins with 7e57c0de which run left it. A case's name without its suite is enough. The "
        "name of a snippet, or of the file that one needs, prints that file.",
    .examples = "  hookcheck explain panora/signature/refuses-truncated\n"
                "  hookcheck explain panora_signature.py >panora_signature.py\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
