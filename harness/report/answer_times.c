#include "report/answer_times.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static const struct {
    const char *name;
    bool genuine;
    bool accepted;
} kinds[NUM_ANSWER_KINDS] = {
    {"genuine, accepted", true, true},
    {"genuine, refused", true, false},
    {"forged, refused", false, false},
    {"forged, accepted", false, true},
};

const char *answer_kind_name(size_t kind)
{
    return kinds[kind].name;
}

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

void answer_times_take(const struct run_result *result, size_t kind, struct answer_times *out)
{
    size_t room = 0;
    *out = (struct answer_times){0};
    for (size_t i = 0; i < result->num_cases; i++)
        room += result->cases[i].num_exchanges;
    out->ns = mem_alloc((room + 1) * sizeof *out->ns);
    for (size_t i = 0; i < result->num_cases; i++)
        for (size_t k = 0; k < result->cases[i].num_exchanges; k++) {
            const struct exchange *exchange = &result->cases[i].exchanges[k];
            if (exchange->seen.outcome == OUTCOME_ANSWERED && exchange->seen.total_ns > 0 &&
                exchange->genuine == kinds[kind].genuine &&
                exchange->accepted == kinds[kind].accepted)
                out->ns[out->count++] = exchange->seen.total_ns;
        }
    qsort(out->ns, out->count, sizeof *out->ns, by_time);
}

void answer_times_clear(struct answer_times *times)
{
    free(times->ns);
    *times = (struct answer_times){0};
}

int64_t answer_times_percentile(const struct answer_times *times, size_t percent)
{
    size_t rank = (times->count * percent + 99) / 100;
    return times->ns[rank ? rank - 1 : 0];
}

/* The sum of the ranks of `a` in both together, equal values sharing theirs; `out_ties` gets the
 * sum of t^3 - t over the groups of equal values. */
static double rank_sum(const struct answer_times *a, const struct answer_times *b, double *out_ties)
{
    size_t i = 0;
    size_t k = 0;
    double sum = 0;
    *out_ties = 0;
    while (i < a->count || k < b->count) {
        int64_t value =
            k >= b->count || (i < a->count && a->ns[i] <= b->ns[k]) ? a->ns[i] : b->ns[k];
        size_t before = i + k;
        size_t of_a = 0;
        for (; i < a->count && a->ns[i] == value; i++)
            of_a++;
        while (k < b->count && b->ns[k] == value)
            k++;
        double equal = (double)(i + k - before);
        sum += (double)of_a * ((double)before + (equal + 1) / 2);
        *out_ties += equal * equal * equal - equal;
    }
    return sum;
}

double answer_times_p_value(const struct answer_times *a, const struct answer_times *b)
{
    enum { LEAST = 8 };
    double m = (double)a->count;
    double n = (double)b->count;
    double ties = 0;
    if (a->count < LEAST || b->count < LEAST)
        return 1;
    double u = rank_sum(a, b, &ties) - m * (m + 1) / 2;
    double total = m + n;
    double variance = m * n / 12 * (total + 1 - ties / (total * (total - 1)));
    if (variance <= 0)
        return 1;
    double distance = fabs(u - m * n / 2) - 0.5;
    return erfc((distance > 0 ? distance : 0) / sqrt(variance) / sqrt(2));
}
