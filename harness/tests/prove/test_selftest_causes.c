/* What selftest makes of the causes that were named: asked of outcomes that are made up here. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "prove/selftest.h"

TestSuite(prove_selftest_causes, .timeout = 120);

struct row {
    const char *faults[2]; /* of the built-in ones; none = the right receiver */
    const char *named[3];
    struct figures figures;
    const char *problem; /* words of the only one; NULL = there is none */
};

static const struct row rows[] = {
    {{"A01"}, {"checks-nothing"}, {.named = 1}, NULL},
    {{"A01"}, {NULL}, {.missed = 1}, "A01 does not yield the cause of A01 (checks-nothing)"},
    {{"A01"},
     {"checks-nothing", "leaks-secret"},
     {.named = 1, .wrong = 1},
     "A01 yields the wrong cause leaks-secret (proved)"},
    {{"B07"}, {"throws-on-other-length"}, {.missed = 1}, "does not yield the cause of B07"},
    {{"C13"}, {NULL}, {0}, NULL}, /* it has none */
    {{"C13"}, {"key-null"}, {.wrong = 1}, "C13 yields the wrong cause key-null"},
    {{"H03"}, {NULL}, {.masked = 1}, NULL}, /* it may have none */
    {{NULL}, {NULL}, {0}, NULL},
    {{NULL}, {"key-null"}, {.wrong = 1}, "the receiver yields the wrong cause key-null"},
    /* two at once */
    {{"A02", "F01"}, {"checks-only-when-present", "refuses-large-events"}, {.named = 2}, NULL},
    {{"C02", "D02"}, {"data-as-python-default+key-without-prefix"}, {.named = 2}, NULL},
    {{"C02", "D02"},
     {"data-as-python-default+key-null"},
     {.named = 1, .missed = 1, .wrong = 1},
     ""},
    {{"E01", "A02"}, {"redirect"}, {.named = 1, .masked = 1}, NULL},
    {{"E01", "A02"}, {NULL}, {.masked = 1, .missed = 1}, "does not yield the cause of E01"},
    {{"A02", "F01"}, {"refuses-large-events"}, {.named = 1, .missed = 1}, "the cause of A02"},
};

static void check(const struct row *row, struct causes *causes)
{
    struct candidate candidate = {.name = row->faults[1]   ? "the pair"
                                          : row->faults[0] ? (char *)row->faults[0]
                                                           : "the receiver",
                                  .fault = row->faults[0] ? fault_find(row->faults[0]) : NULL,
                                  .also = row->faults[1] ? fault_find(row->faults[1]) : NULL};
    struct selftest selftest = {.candidates = &candidate, .num_candidates = 1, .causes = causes};
    struct named_cause named[ARRAY_LEN(row->named)];
    for (size_t i = 0; i < ARRAY_LEN(row->named) && row->named[i]; i++)
        named[candidate.first.num_causes++] = (struct named_cause){(char *)row->named[i], true};
    candidate.first.causes = named;
    selftest_check_causes(&selftest, &candidate);
    const struct figures *figures = &selftest.figures;
    const char *first = selftest.problems.count ? selftest.problems.items[0] : "";
    cr_expect_eq(figures->named, row->figures.named, "%s: %s", row->named[0], first);
    cr_expect_eq(figures->masked, row->figures.masked, "%s: %s", row->named[0], first);
    cr_expect_eq(figures->missed, row->figures.missed, "%s: %s", row->named[0], first);
    cr_expect_eq(figures->wrong, row->figures.wrong, "%s: %s", row->named[0], first);
    cr_expect_eq(candidate.odd, row->problem != NULL);
    cr_expect(!row->problem || strstr(first, row->problem), "%s", first);
    selftest_clear_sentences(&selftest.problems);
}

Test(prove_selftest_causes, exactly_what_is_due_must_be_named)
{
    struct error err = {0};
    struct causes *causes = causes_load(&err);
    cr_assert_not_null(causes, "%s", err.message);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(&rows[i], causes);
    causes_free(causes);
}

/* --- which pairs --- */

static struct selftest draw(uint64_t seed, size_t singles, size_t pairs)
{
    struct selftest selftest = {.seed = seed, .num_single = singles, .num_candidates = singles};
    selftest.candidates = mem_alloc(singles * sizeof *selftest.candidates);
    for (size_t i = 0; i < singles; i++)
        selftest.candidates[i].fault = fault_at(i);
    selftest_add_pairs(&selftest, pairs);
    return selftest;
}

static void forget(struct selftest *selftest)
{
    for (size_t i = 0; i < selftest->num_candidates; i++)
        free(selftest->candidates[i].name);
    free(selftest->candidates);
}

Test(prove_selftest_causes, pairs_are_drawn_by_the_seed_and_never_twice)
{
    struct selftest one = draw(7, fault_count(), 300);
    struct selftest same = draw(7, fault_count(), 300);
    struct selftest other = draw(8, fault_count(), 300);
    size_t num_other = 0;
    cr_assert_eq(one.num_candidates, fault_count() + 300);
    for (size_t i = one.num_single; i < one.num_candidates; i++) {
        const struct candidate *pair = &one.candidates[i];
        cr_expect_null(rules_conflict(&pair->fault->overrides, &pair->also->overrides));
        cr_expect_str_eq(pair->name, same.candidates[i].name);
        num_other += strcmp(pair->name, other.candidates[i].name) != 0;
        for (size_t k = i + 1; k < one.num_candidates; k++)
            cr_expect_str_neq(pair->name, one.candidates[k].name);
    }
    cr_expect_gt(num_other, 200);
    forget(&one);
    forget(&same);
    forget(&other);
}

Test(prove_selftest_causes, there_are_no_more_pairs_than_there_can_be)
{
    struct selftest one = draw(1, 1, 10);
    cr_expect_eq(one.num_candidates, 1);
    forget(&one);
}
