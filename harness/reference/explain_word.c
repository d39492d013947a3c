#include "reference/explain.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "compose/mutation.h"
#include "judge/expectation.h"

char *word_usage(const struct word *word)
{
    struct buf out = {0};
    buf_add_text(&out, word->name);
    const struct parameter *first = &word->parameters[0];
    if (first->kind) {
        buf_add_text(&out, first->fallback ? "[=" : "=");
        for (const char *c = first->name; *c; c++)
            buf_add_char(&out, (char)toupper((unsigned char)*c));
        if (first->fallback)
            buf_add_char(&out, ']');
    }
    return buf_take(&out);
}

static void add_parameter(const struct parameter *parameter, json_t *out)
{
    struct buf text = {0};
    buf_add_format(&text, "%s: %s", parameter->name, parameter->sentence);
    if (parameter->choices) {
        buf_add_text(&text, " (one of");
        for (size_t i = 0; parameter->choices[i]; i++)
            buf_add_format(&text, "%s %s", i ? "," : "", parameter->choices[i]);
        buf_add_char(&text, ')');
    }
    if (!parameter->fallback)
        buf_add_text(&text, "; must be given");
    else
        buf_add_format(&text, "; default %s", *parameter->fallback ? parameter->fallback : "empty");
    explain_entry("Argument:", buf_text(&text), out);
    buf_clear(&text);
}

static void add_parameters(const struct word *word, json_t *out)
{
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++)
        add_parameter(&word->parameters[i], out);
}

/* --- mutations --- */

/* "wire": [{"op": "truncate-signature", "to": ...}]; caller frees. */
static char *mutation_in_suite(const struct word *word)
{
    struct buf out = {0};
    buf_add_format(&out, "\"%s\": [{\"op\": \"%s\"", word->place, word->name);
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++)
        buf_add_format(&out, ", \"%s\": ...", word->parameters[i].name);
    buf_add_text(&out, "}]");
    return buf_take(&out);
}

static void describe_mutation(const void *row, json_t *things)
{
    const struct mutation *mutation = mutation_of(&(struct call){.word = row});
    static const struct {
        const char *place;
        const char *sentence;
    } stages[] = {
        {"event", "before signing: the event changes, and its signature matches"},
        {"sign", "during signing"},
        {"wire", "after signing: the signature stays as it was"},
    };
    const struct word *word = &mutation->word;
    char *sentence = mem_format("The request %s.", word->sentence);
    char *usage = word_usage(word);
    char *in_suite = mutation_in_suite(word);
    json_t *out = explain_begin(things, "mutation", NULL, word->name);
    explain_entry("Meaning:", sentence, out);
    explain_fact(out, "Option:", "--wrong %s", usage);
    explain_entry("In a suite:", in_suite, out);
    add_parameters(word, out);
    for (size_t i = 0; i < ARRAY_LEN(stages); i++)
        if (strcmp(stages[i].place, mutation->word.place) == 0)
            explain_entry("Stage:", stages[i].sentence, out);
    explain_entry("Verdict:",
                  mutation->is_flaw ? "a correct endpoint refuses the request, or may refuse it"
                                    : "the request stays genuine: a correct endpoint accepts it",
                  out);
    free(sentence);
    free(usage);
    free(in_suite);
}

const struct explainer explain_mutations = {.table = &mutation_words,
                                            .describe = describe_mutation};

/* --- expectations --- */

static void describe_expectation(const void *row, json_t *things)
{
    const struct expectation *expectation = expectation_of(&(struct call){.word = row});
    const struct word *word = &expectation->word;
    json_t *out = explain_begin(things, "expectation", NULL, word->name);
    explain_fact(out, "Meaning:", "The endpoint %s.", word->sentence);
    explain_fact(out, "In a suite:", "\"expect\": {\"%s\": %s}", word->name,
                 word->parameters[0].kind ? "..." : "true");
    explain_entry("Place:", word->place, out);
    add_parameters(word, out);
    if (expectation->needs_control)
        explain_entry("Control:", "it counts only if the same event without the flaw was accepted",
                      out);
}

const struct explainer explain_expectations = {.table = &expectation_words,
                                               .describe = describe_expectation};
