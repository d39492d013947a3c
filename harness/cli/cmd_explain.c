#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/describe.h"
#include "cli/library.h"

static const struct option_spec specs[] = {
    {"suite", 0, "NAME|FILE", "Look for cases in this suite (default: in all that are built in).",
     true},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

/* --- cases --- */

/* The part of an id that follows the name of its suite. */
static const char *short_name(const struct suite_case *one, const char *id)
{
    return id + strlen(one->suite) + (strlen(one->suite) < strlen(id));
}

static bool is_one(const struct suite_case *one, const char *id)
{
    return strcmp(one->id, id) == 0 || strcmp(short_name(one, one->id), id) == 0;
}

static bool is_base(const struct suite_case *one, const char *id)
{
    return strcmp(one->base, id) == 0 || strcmp(short_name(one, one->base), id) == 0;
}

/* All values of a `for` list stand beside each other in their suite. */
static bool explain_in_suite(const struct suite *suite, const char *id, struct buf *out)
{
    for (size_t i = 0; i < suite->num_cases; i++) {
        const struct suite_case *one = &suite->cases[i];
        if (is_one(one, id)) {
            describe_case(one, one, 1, out);
            return true;
        }
        if (!is_base(one, id))
            continue;
        size_t count = 1;
        while (i + count < suite->num_cases && strcmp(suite->cases[i + count].base, one->base) == 0)
            count++;
        describe_case(one, one, count, out);
        return true;
    }
    return false;
}

static bool explain_case(const struct library *library, const char *id, struct buf *out)
{
    size_t found = 0;
    for (size_t i = 0; i < library->num_suites; i++) {
        struct buf text = {0};
        if (explain_in_suite(library->suites[i], id, &text))
            (void)buf_add_format(out, "%s%s", found++ ? "\n" : "", buf_text(&text));
        buf_clear(&text);
    }
    return found > 0;
}

/* --- the rest --- */

static bool explain_mutation(const struct library *library, const char *id, struct buf *out)
{
    (void)library;
    const struct word *word = word_find(&mutation_words, id, NULL);
    if (word)
        describe_mutation(mutation_of(&(struct call){.word = word}), out);
    return word != NULL;
}

static bool explain_expectation(const struct library *library, const char *id, struct buf *out)
{
    (void)library;
    const struct word *word = word_find(&expectation_words, id, NULL);
    if (word)
        describe_expectation(expectation_of(&(struct call){.word = word}), out);
    return word != NULL;
}

static bool explain_fault(const struct library *library, const char *id, struct buf *out)
{
    (void)library;
    const struct fault *fault = fault_find(id);
    if (fault)
        describe_fault(fault, out);
    return fault != NULL;
}

static bool explain_behaviour(const struct library *library, const char *id, struct buf *out)
{
    (void)library;
    const struct behaviour *behaviour = behaviour_find(id);
    if (behaviour)
        describe_behaviour(behaviour, out);
    return behaviour != NULL;
}

/* The same word may name an expectation and a behaviour: then both are explained. */
static bool (*const explainers[])(const struct library *library, const char *id,
                                  struct buf *out) = {
    explain_case, explain_fault, explain_mutation, explain_expectation, explain_behaviour,
};

/* --- complaining --- */

struct names {
    const char **items;
    size_t count;
};

static void add_name(struct names *names, const char *name)
{
    names->items = mem_resize(names->items, names->count + 1, sizeof *names->items);
    names->items[names->count++] = name;
}

static void add_case_names(struct names *names, const struct library *library)
{
    for (size_t i = 0; i < library->num_suites; i++)
        for (size_t j = 0; j < library->suites[i]->num_cases; j++) {
            const struct suite_case *one = &library->suites[i]->cases[j];
            add_name(names, one->id);
            add_name(names, one->base);
            add_name(names, short_name(one, one->base));
        }
}

static void unknown(const struct library *library, const char *id, struct error *err)
{
    struct names names = {0};
    add_case_names(&names, library);
    for (size_t i = 0; i < fault_count(); i++) {
        add_name(&names, fault_at(i)->id);
        add_name(&names, fault_at(i)->name);
    }
    for (size_t i = 0; i < mutation_words.num_rows; i++)
        add_name(&names, word_at(&mutation_words, i)->name);
    for (size_t i = 0; i < expectation_words.num_rows; i++)
        add_name(&names, word_at(&expectation_words, i)->name);
    for (size_t i = 0; i < num_behaviours; i++)
        add_name(&names, behaviours[i].name);
    const char *nearest = text_nearest(id, names.items, names.count);
    if (nearest)
        (void)error_set(err, "nothing is called \"%s\"; did you mean \"%s\"?", id, nearest);
    else
        (void)error_set(
            err,
            "nothing is called \"%s\"; `hookcheck list cases`, faults, mutations and so on "
            "show what there is",
            id);
    free(names.items);
}

static bool explain(const struct library *library, const char *id, struct error *err)
{
    struct buf out = {0};
    size_t found = 0;
    for (size_t i = 0; i < ARRAY_LEN(explainers); i++) {
        struct buf text = {0};
        if (explainers[i](library, id, &text))
            (void)buf_add_format(&out, "%s%s", found++ ? "\n" : "", buf_text(&text));
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
    .summary = "a case, fault, mutation, expectation or behaviour in full",
    .about = "Says everything about one thing: of a case what is sent, what is expected, at which "
             "level and why, what harm "
             "is done if it fails and how to mend it; of a fault what the receiver does and which "
             "cases catch it; of "
             "a mutation or an expectation what it means and what it takes. A case's name without "
             "its suite is enough.",
    .examples = "  hookcheck explain panora/signature/refuses-truncated\n"
                "  hookcheck explain A01\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
