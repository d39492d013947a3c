#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/json.h"
#include "base/sink.h"
#include "cli/command.h"
#include "reference/explain.h"

static const struct option_spec specs[] = {
    {.name = "json", .help = "Print a JSON array of objects.", .otherwise = "text"},
    {.name = "suite",
     .names = "suites",
     .value = "NAME|FILE",
     .repeatable = true,
     .help = "Look for cases in this suite.",
     .otherwise = "all built-in suites"},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

static bool print(const struct library *library, const struct arguments *arguments,
                  struct error *err)
{
    json_t *things = explain(library, arguments->words[0], err);
    struct buf out = {0};
    if (things && arguments_has(arguments, "json"))
        json_add_document(things, &out);
    else if (things)
        explain_add_text(things, &out);
    sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
    json_decref(things);
    return things != NULL;
}

static int run(const struct arguments *arguments, struct error *err)
{
    if (!arguments_expect_words(arguments, 1, 1, "the ID of a case, a fault or a word", err))
        return EXIT_WRONG_USAGE;
    struct library library;
    size_t count = 0;
    const char **names = arguments_values(arguments, "suite", &count);
    library_init(&library);
    bool ok = library_load_suites(&library, names, count, err) && print(&library, arguments, err);
    library_clear(&library);
    free(names);
    return ok ? EXIT_OK : EXIT_WRONG_USAGE;
}

const struct command command_explain = {
    .names = "cases,faults,diagnoses,mutations,expectations,behaviours,variations,snippets,"
             "frameworks,events,suites,formats",
    .name = "explain",
    .arguments = "ID",
    .summary = "explain a case, fault, diagnosis, mutation, expectation or behaviour",
    .about = "Explains one thing. For a case: what is sent and expected, its level, the harm if it "
             "fails, and how to fix it. For a fault: what the receiver does and which cases catch "
             "it. For a mutation or an expectation: what it means and its parameters. For an "
             "id_event that starts with 7e57c0de: which run left it. For a framework (express, "
             "flask, rails, ...): the first five minutes with it. For a snippet, or a file that "
             "one needs: its code. Event types, suites and formats work too. A case's name works "
             "without its suite.",
    .examples = "  hookcheck explain panora/signature/refuses-truncated\n"
                "  hookcheck explain express\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
