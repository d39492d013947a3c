#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/layout.h"
#include "base/mem.h"
#include "base/text.h"
#include "prove/selftest.h"

#define NAME_COLUMNS 50

/* The faults that `one` catches, by their ids, or why there are none. */
static void add_catches(const struct selftest *selftest, const struct case_outcome *one,
                        struct buf *line)
{
    for (size_t i = 0; i < selftest->num_single; i++) {
        const struct candidate *candidate = &selftest->candidates[i];
        if (candidate->fault && selftest_catches(candidate, one->base))
            buf_add_format(line, "%s%s", line->len ? " " : "", candidate->fault->id);
    }
    const char *excuse = catches_excuse(selftest->catches, one->base);
    if (line->len == 0 && excuse)
        buf_add_text(line, excuse);
    else if (line->len == 0)
        buf_add_text(line, one->level == LEVEL_MAY ? "- (info only)" : "-");
}

static void add_matrix(const struct selftest *selftest, struct buf *out)
{
    size_t count;
    const struct case_outcome **cases = selftest_cases(selftest, &count);
    buf_add_text(out,
                 "What catches what: each case, and the faults that it fails or warns about\n\n");
    for (size_t i = 0; i < count; i++) {
        struct buf line = {0};
        add_catches(selftest, cases[i], &line);
        layout_entry(cases[i]->base, NAME_COLUMNS, buf_text(&line), out);
        buf_clear(&line);
    }
    free(cases);
}

static size_t count_catches(const struct candidate *candidate,
                            const struct case_outcome *const *cases, size_t count)
{
    size_t catches = 0;
    for (size_t i = 0; i < count; i++)
        catches += selftest_catches(candidate, cases[i]->base);
    return catches;
}

static void add_faults(const struct selftest *selftest, struct buf *out)
{
    size_t count;
    const struct case_outcome **cases = selftest_cases(selftest, &count);
    buf_add_text(out, "\nThe faults, and how many cases catch each\n\n");
    for (size_t i = 0; i < selftest->num_single; i++) {
        const struct candidate *candidate = &selftest->candidates[i];
        struct buf title = {0};
        if (!candidate->fault)
            continue;
        size_t catches = count_catches(candidate, cases, count);
        buf_add_format(&title, "%s %3zu  %s", candidate->fault->id, catches,
                       candidate->fault->name);
        layout_entry(buf_text(&title), 36, candidate->fault->sentence, out);
        buf_clear(&title);
    }
    free(cases);
}

static void add_counts(const struct selftest *selftest, struct buf *out)
{
    size_t num_faults = 0;
    size_t num_right = 0;
    for (size_t i = 0; i < selftest->num_single; i++) {
        num_faults += selftest->candidates[i].fault != NULL;
        num_right += selftest->candidates[i].fault == NULL;
    }
    const struct figures *figures = &selftest->figures;
    size_t num_pairs = selftest->num_candidates - selftest->num_single;
    if (selftest->causes && selftest->num_only == 0)
        buf_add_format(out,
                       "causes: %zu named, %zu hidden by another fault, %zu missed, %zu wrong; "
                       "%zu single faults, %zu pairs\n",
                       figures->named, figures->masked, figures->missed, figures->wrong, num_faults,
                       num_pairs);
    buf_add_format(out, "hookcheck selftest: %zu faults, %zu right receivers, %zu problems\n",
                   num_faults, num_right, selftest->problems.count);
}

static void add_sentences(const char *word, const struct sentences *sentences, const char *end,
                          struct buf *out)
{
    for (size_t i = 0; i < sentences->count; i++) {
        char *text = mem_format("%s%s", sentences->items[i], end);
        buf_add_text(out, word);
        layout_wrap(text, strlen(word), 100, out);
        free(text);
    }
}

void selftest_add_text(const struct selftest *selftest, struct buf *out)
{
    add_matrix(selftest, out);
    add_faults(selftest, out);
    buf_add_char(out, '\n');
    add_sentences("doubt: ", &selftest->doubts, " (not when run again alone)", out);
    add_sentences("problem: ", &selftest->problems, "", out);
    add_counts(selftest, out);
}
