#include "cli/describe.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/layout.h"

#define INDENT 12

/* "Title:     text", wrapped; nothing for no text. */
static void add_entry(const char *title, const char *text, struct buf *out)
{
    if (text && *text)
        layout_entry(title, INDENT, text, out);
}

char *describe_usage(const struct word *word)
{
    struct buf out = {0};
    (void)buf_add_text(&out, word->name);
    const struct parameter *first = &word->parameters[0];
    if (first->kind) {
        (void)buf_add_text(&out, first->fallback ? "[=" : "=");
        for (const char *c = first->name; *c; c++)
            (void)buf_add_char(&out, (char)toupper((unsigned char)*c));
        if (first->fallback)
            (void)buf_add_char(&out, ']');
    }
    return buf_take(&out);
}

static void add_parameter(const struct parameter *parameter, struct buf *out)
{
    struct buf text = {0};
    (void)buf_add_format(&text, "%s: %s", parameter->name, parameter->sentence);
    if (parameter->choices) {
        (void)buf_add_text(&text, " (one of");
        for (size_t i = 0; parameter->choices[i]; i++)
            (void)buf_add_format(&text, "%s %s", i ? "," : "", parameter->choices[i]);
        (void)buf_add_char(&text, ')');
    }
    if (!parameter->fallback)
        (void)buf_add_text(&text, "; must be given");
    else
        (void)buf_add_format(&text, "; default %s",
                             *parameter->fallback ? parameter->fallback : "empty");
    add_entry("Argument:", buf_text(&text), out);
    buf_clear(&text);
}

static void add_word(const struct word *word, const char *kind, const char *subject,
                     struct buf *out)
{
    char *usage = describe_usage(word);
    char *sentence = mem_format("%s %s.", subject, word->sentence);
    (void)buf_add_format(out, "%s (%s)\n\n", word->name, kind);
    add_entry("Meaning:", sentence, out);
    add_entry("Written:", usage, out);
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++)
        add_parameter(&word->parameters[i], out);
    free(usage);
    free(sentence);
}

void describe_mutation(const struct mutation *mutation, struct buf *out)
{
    static const struct {
        const char *place;
        const char *sentence;
    } stages[] = {
        {"event", "before signing: the event is another one, and its signature fits"},
        {"sign", "when it is signed"},
        {"wire", "after signing: what was signed stays as it was"},
    };
    add_word(&mutation->word, "mutation", "The request", out);
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (strcmp(stages[i].place, mutation->word.place) == 0)
            add_entry("Stage:", stages[i].sentence, out);
    add_entry("Verdict:",
              mutation->is_flaw ? "a right endpoint refuses the request, or may refuse it"
                                : "the request stays genuine: a right endpoint accepts it",
              out);
}

void describe_expectation(const struct expectation *expectation, struct buf *out)
{
    add_word(&expectation->word, "expectation", "The endpoint", out);
    add_entry("Stands:", expectation->word.place, out);
    if (expectation->needs_control)
        add_entry(
            "Control:",
            "it counts only beside a genuine event, alike but for the flaw, that was accepted",
            out);
}

static void add_argument(const struct argument_spec *argument, struct buf *out)
{
    if (argument->kind == ARGUMENT_NONE)
        return;
    char *text = argument->fallback
                     ? mem_format("%s; default %s", argument->meaning, argument->fallback)
                     : mem_format("%s; must be given", argument->meaning);
    add_entry("Argument:", text, out);
    free(text);
}

void describe_fault(const struct fault *fault, struct buf *out)
{
    (void)buf_add_format(out, "%s %s (fault)\n\n", fault->id, fault->name);
    char *sentence = mem_format("The receiver %s.", fault->sentence);
    char *usage = mem_format("hookcheck receive --fault %s%s", fault->id,
                             fault->argument.kind == ARGUMENT_NONE ? ""
                             : fault->argument.fallback            ? "[=ARGUMENT]"
                                                                   : "=ARGUMENT");
    add_entry("Mistake:", sentence, out);
    add_entry("Written:", usage, out);
    add_argument(&fault->argument, out);
    add_entry("Seen:", fault->seen, out);
    for (size_t i = 0; i < FAULT_CASES_MAX && fault->cases[i]; i++)
        add_entry(i ? "" : "Caught by:", fault->cases[i], out);
    add_entry("Diagnosis:", fault->diagnosis, out);
    free(sentence);
    free(usage);
}

void describe_behaviour(const struct behaviour *behaviour, struct buf *out)
{
    (void)buf_add_format(out, "%s (behaviour of the receiver)\n\n", behaviour->name);
    char *usage = mem_format("hookcheck receive --behaviour %s%s", behaviour->name,
                             behaviour->argument.kind == ARGUMENT_NONE ? ""
                             : behaviour->argument.fallback            ? "[=ARGUMENT]"
                                                                       : "=ARGUMENT");
    add_entry("Meaning:", behaviour->sentence, out);
    add_entry("Written:", usage, out);
    add_argument(&behaviour->argument, out);
    free(usage);
}
