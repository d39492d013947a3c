/* In which order the cases leave. */
#include "base/clock.h"
#include "run/run_internal.h"

/* After so many hangs of an endpoint that never answered nothing more is tried. */
#define SILENT_MAX 3

bool order_requires(const struct runner *runner, const struct testcase *test)
{
    enum level level = test->one ? test->one->level : LEVEL_MUST;
    return level == LEVEL_MUST || (runner->options->strict && level == LEVEL_SHOULD);
}

/* Something of it has to happen at a certain time. */
static bool keeps_time(const struct suite_case *one)
{
    for (size_t i = 0; i < one->num_steps; i++)
        if (one->steps[i].together || one->steps[i].interval_ns || one->steps[i].beside)
            return true;
    return false;
}

bool order_needs_solitude(const struct runner *runner, const struct testcase *test)
{
    const struct suite_case *one = test->one;
    if (!one || !(one->harmful || one->alone))
        return false;
    return keeps_time(one) || !(one->harmful ? slow_is_felt(runner) : slow_is_grave(runner));
}

/* In which round a case may leave. What is timed alone comes before the many, so that a slow
 * endpoint is timed before the time for the run is up, and within the deliberate waits of others;
 * what may do harm comes last. */
enum round {
    ROUND_TLS,
    ROUND_WAITS,
    ROUND_ALONE,
    ROUND_TOGETHER, /* needs all the room at once, which a chain beside it would not leave */
    ROUND_CHAINS,   /* one request after another: begun late, such a case ends last */
    ROUND_REQUIRED,
    ROUND_USUAL,
    ROUND_HARMFUL,
    NUM_ROUNDS
};

static bool goes_together(const struct suite_case *one)
{
    for (size_t i = 0; i < one->num_steps; i++)
        if (one->steps[i].together)
            return true;
    return false;
}

static enum round round_of(const struct runner *runner, const struct testcase *test)
{
    if (test->one->harmful)
        return ROUND_HARMFUL;
    bool grave = slow_is_grave(runner);
    if (test->one->alone && order_needs_solitude(runner, test))
        return grave ? ROUND_TLS : ROUND_ALONE; /* nothing is in its way yet */
    if (test->one->alone)
        return ROUND_CHAINS;
    if (test->one->tls)
        return ROUND_TLS;
    /* an event has its time to be processed while the others are sent */
    if (test->wait_ns > 0 || judge_needs_effect(test->one))
        return ROUND_WAITS;
    if (goes_together(test->one))
        return ROUND_TOGETHER;
    bool is_chain = test->probe || test->one->one_connection;
    if (is_chain && (!grave || order_requires(runner, test)))
        return ROUND_CHAINS;
    return order_requires(runner, test) ? ROUND_REQUIRED : ROUND_USUAL;
}

/* The case whose first request is waited for before anything else leaves; NULL = none is fit for
 * that. */
struct testcase *first_of(struct runner *runner)
{
    for (size_t i = 0; i < runner->plan->num_cases; i++) {
        struct testcase *test = &runner->plan->cases[i];
        if (!test->skip && test->count && !test->one->tls)
            return round_of(runner, test) >= ROUND_HARMFUL ? NULL : test;
    }
    return NULL;
}

void launch_first(struct runner *runner, int64_t now_ns)
{
    struct testcase *first = first_of(runner);
    if (first && !runner->stop && runner->trouble == TROUBLE_NONE && first->state == CASE_WAITING)
        (void)launch_next(runner, first, now_ns);
}

/* The first case goes first, then what says why there may be no TLS session, then the controls,
 * what has the longest waits, what is timed alone, chains, what is required, the rest, and what may
 * do harm.
 */
void launch_ready(struct runner *runner, int64_t now_ns)
{
    /* while nobody was reached, only the first requests are tried, however slowly they fail; and
     * what looks at the TLS session, for that says why */
    bool unreached =
        !runner->reached && !runner->stop && runner_num_sent(runner) > runner->in_flight;
    struct plan *plan = runner->plan;
    bool room = unreached || round_of(runner, &plan->cases[0]) >= ROUND_HARMFUL ||
                launch_next(runner, &plan->cases[0], now_ns);
    size_t num_hung = runner->hangs[SHOT_GENUINE] + runner->hangs[SHOT_FORGED];
    bool silent = !runner->stop && !runner->answered && num_hung > 0 && num_hung <= SILENT_MAX;
    for (int round = 0; round < (unreached ? ROUND_WAITS : NUM_ROUNDS); round++) {
        if (silent && round == ROUND_ALONE)
            continue; /* one after another they would take all the time there is */
        for (size_t i = 0; room && round == ROUND_WAITS && i < plan->num_controls; i++)
            room = launch_next(runner, &plan->controls[i], now_ns);
        for (size_t i = 0; room && i < plan->num_cases; i++)
            if ((int)round_of(runner, &plan->cases[i]) == round)
                room = launch_next(runner, &plan->cases[i], now_ns);
    }
}
