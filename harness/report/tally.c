#include "report/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/details.h"
#include "report/standing.h"

static struct suite_tally *tally_of(struct suite_tally *tallies, size_t *count, const char *suite)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(tallies[i].suite, suite) == 0)
            return &tallies[i];
    tallies[*count] = (struct suite_tally){.suite = suite};
    return &tallies[(*count)++];
}

struct suite_tally *tally_suites(const struct run_result *result, size_t *out_count)
{
    struct suite_tally *tallies = mem_alloc((result->num_cases + 1) * sizeof *tallies);
    *out_count = 0;
    for (size_t i = 0; i < result->num_cases; i++) {
        struct suite_tally *tally = tally_of(tallies, out_count, result->cases[i].suite);
        tally->counts[result->cases[i].verdict]++;
        tally->total++;
    }
    return tallies;
}

static int by_count(const void *a, const void *b)
{
    const struct reason_tally *left = a;
    const struct reason_tally *right = b;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return left->first < right->first ? -1 : left->first > right->first;
}

struct reason_tally *tally_reasons(const struct run_result *result, enum verdict verdict,
                                   size_t *out_count)
{
    struct reason_tally *tallies = mem_alloc((result->num_cases + 1) * sizeof *tallies);
    size_t count = 0;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        size_t k = 0;
        if (one->verdict != verdict)
            continue;
        while (k < count && strcmp(tallies[k].reason, case_reason(one)) != 0)
            k++;
        if (k == count)
            tallies[count++] = (struct reason_tally){case_reason(one), 0, one};
        tallies[k].count++;
    }
    qsort(tallies, count, sizeof *tallies, by_count);
    *out_count = count;
    return tallies;
}

const struct case_result *result_case(const struct run_result *result, const char *id)
{
    for (size_t i = 0; i < result->num_cases; i++)
        if (strcmp(result->cases[i].id, id) == 0)
            return &result->cases[i];
    return NULL;
}

static int by_total(const void *a, const void *b)
{
    const struct suite_tally *left = a;
    const struct suite_tally *right = b;
    if (left->total != right->total)
        return left->total < right->total ? 1 : -1;
    return strcmp(left->suite, right->suite);
}

void tally_add_explained(const struct run_result *result, const struct diagnosis *diagnosis,
                         struct buf *out)
{
    struct suite_tally *tallies = mem_alloc((diagnosis->num_cases + 1) * sizeof *tallies);
    size_t count = 0;
    for (size_t i = 0; i < diagnosis->num_cases; i++) {
        const struct case_result *one = result_case(result, diagnosis->cases[i]);
        if (one)
            tally_of(tallies, &count, one->suite)->total++;
    }
    qsort(tallies, count, sizeof *tallies, by_total);
    if (count > 1)
        buf_add_format(out, "%zu: ", diagnosis->num_cases);
    for (size_t i = 0; i < count; i++)
        buf_add_format(out, "%s%zu in %s", i ? ", " : "", tallies[i].total, tallies[i].suite);
    free(tallies);
}

bool cause_has_failed(const struct run_result *result, const struct diagnosis *cause)
{
    for (size_t i = 0; i < cause->num_cases; i++) {
        const struct case_result *one = result_case(result, cause->cases[i]);
        if (one && case_standing(result, one) == STANDING_FAILED)
            return true;
    }
    return false;
}
