#include "run/probe_case.h"

#include "judge/expectation.h"
#include "run/select.h"

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

bool probe_case_extend(struct testcase *test, struct error *err)
{
    struct tried tried[PROBE_SHOTS_MAX];
    struct planned_request request;
    const struct plan *plan = test->planned->plan;
    gather(test, tried);
    int64_t value = probe_next(
        test->probe, probe_most(test->probe, select_is_gentle(plan->options)), tried, test->count);
    if (value == 0 || !plan_compose_probe(plan, test->planned, test->count, value, &request, err))
        return false;
    testcase_take(test, test->count++, &request);
    exchange_clear(&request.exchange);
    return true;
}

void probe_case_measure(const struct testcase *test, struct case_result *out)
{
    struct tried tried[PROBE_SHOTS_MAX];
    gather(test, tried);
    probe_measure(test->probe, tried, test->count, out);
}
