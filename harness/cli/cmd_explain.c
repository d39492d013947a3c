#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/sink.h"
#include "cli/command.h"
#include "reference/explain.h"

static const struct option_spec specs[] = {
    {.name = "suite",
     .value = "NAME|FILE",
     .repeatable = true,
     .help = "Look for cases in this suite.",
     .otherwise = "in all that are built in"},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

static bool print(const struct library *library, const char *id, struct error *err)
{
    struct buf out = {0};
    bool found = explain(library, id, &out, err);
    sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
    return found;
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
              print(&library, arguments->words[0], err);
    library_clear(&library);
    free(names);
    return ok ? EXIT_OK : EXIT_WRONG_USAGE;
}

const struct command command_explain = {
    .names = "cases,faults,diagnoses,mutations,expectations,behaviours,variations,snippets,"
             "frameworks,events,suites,formats",
    .name = "explain",
    .arguments = "ID",
    .summary = "a case, fault, diagnosis, mutation, expectation or behaviour in full",
    .about =
        "Says everything about one thing: of a case what is sent, what is expected, at which "
        "level and why, what harm "
        "is done if it fails and how to mend it; of a fault what the receiver does and which "
        "cases catch it; of "
        "a mutation or an expectation what it means and what it takes; of an id_event that "
        "begins with 7e57c0de which run left it; also of event types, suites and formats. A case's "
        "name without its suite is enough. The name of a framework (express, flask, rails, ...) "
        "prints the first five minutes with it; the name of a snippet, or of the file that one "
        "needs, prints that file.",
    .examples = "  hookcheck explain panora/signature/refuses-truncated\n"
                "  hookcheck explain express\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
