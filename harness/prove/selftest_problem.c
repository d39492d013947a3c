/* Sentences about what was not to be expected. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "prove/selftest.h"

void selftest_add_sentence(struct sentences *sentences, const char *text)
{
    sentences->items = mem_resize(sentences->items, sentences->count + 1, sizeof *sentences->items);
    sentences->items[sentences->count++] = mem_text(text);
}

void selftest_add_problem(struct selftest *selftest, const struct candidate *candidate,
                          const char *format, ...)
{
    char text[ERROR_MESSAGE_MAX];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    selftest_add_sentence(&selftest->problems, text);
    if (candidate)
        selftest->candidates[candidate - selftest->candidates].odd = true;
}

void selftest_clear_sentences(struct sentences *sentences)
{
    for (size_t i = 0; i < sentences->count; i++)
        free(sentences->items[i]);
    free(sentences->items);
    *sentences = (struct sentences){0};
}
