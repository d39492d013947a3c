#include "run/search.h"

#include "judge/expectation.h"
#include "run/plan.h"
#include "run/probe.h"

static enum probe_result result_of(const struct exchange *exchange)
{
    static const enum answer decided[] = {ANSWER_REFUSED, ANSWER_ERROR, ANSWER_DIED, ANSWER_BROKEN,
                                          ANSWER_REDIRECT};
    enum answer answer = answer_of(&exchange->seen);
    if (exchange->accepted)
        return PROBE_ACCEPTED;
    for (size_t i = 0; i < sizeof decided / sizeof *decided; i++)
        if (answer == decided[i] && exchange->seen.status != 429)
            return PROBE_REFUSED;
    return PROBE_UNDECIDED;
}

static void gather(const struct testcase *test, struct tried out[PROBE_SHOTS_MAX])
{
    for (size_t i = 0; i < test->count; i++)
        out[i] = (struct tried){test->shots[i].probed, result_of(&test->exchanges[i])};
}

bool search_extend(struct testcase *test, struct error *err)
{
    struct tried tried[PROBE_SHOTS_MAX];
    struct composed made;
    gather(test, tried);
    int64_t value = probe_next(test->probe, tried, test->count);
    if (value == 0)
        return false;
    struct rng rng = rng_for(test->plan->options->seed, test->one->id);
    for (size_t i = 0; i <= test->count; i++) /* each try is an event of its own */
        (void)rng_next(&rng);
    if (!test->probe->compose(&test->plan->composer, &test->one->steps[0], value, &rng, &made, err))
        return false;
    testcase_take(test, test->count, 0, test->plan, &made);
    test->shots[test->count++].probed = value;
    composed_clear(&made);
    return true;
}

void search_measure(const struct testcase *test, struct case_result *out)
{
    struct tried tried[PROBE_SHOTS_MAX];
    gather(test, tried);
    probe_measure(test->probe, tried, test->count, out);
}
