#include "run/order.h"

#include "judge/judge.h"

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
    if (test->hung_beside)
        return true;
    if (!one || !(one->harmful || one->alone))
        return false;
    return keeps_time(one) ||
           !(one->harmful ? health_is_slow(&runner->health) : health_is_very_slow(&runner->health));
}

/* So many answers waited for one after another take longer than a wait, or than what else is left
 * when each takes very long. */
#define CHAIN_MIN       8
#define GRAVE_CHAIN_MIN 3

static bool is_chain(const struct testcase *test, bool grave)
{
    return test->probe || test->one->one_connection ||
           test->count >= (grave ? GRAVE_CHAIN_MIN : CHAIN_MIN);
}

/* Nothing but forgeries, judged beside a genuine event that many share: where each event takes
 * long, but a refusal perhaps not, these tell most for their time. */
#define SHARED_MIN 4

static bool is_cheap(const struct runner *runner, const struct testcase *test)
{
    for (size_t i = 0; i < test->count; i++) {
        size_t control = test->shots[i].control;
        if (test->shots[i].genuine || control == NO_CONTROL ||
            runner->progress.controls[control].num_users < SHARED_MIN)
            return false;
    }
    return test->count > 0 && !testcase_goes_together(test);
}

enum round order_round_of(const struct runner *runner, const struct testcase *test)
{
    if (test->one->harmful)
        return ROUND_HARMFUL;
    if (test->one->odd)
        return ROUND_ODD;
    if (test->one->alone && test->wait_ns > 0)
        return ROUND_PAUSES;
    bool grave = health_is_very_slow(&runner->health);
    if (grave && !test->one->alone && is_cheap(runner, test))
        return ROUND_TLS;
    if (test->one->alone && order_needs_solitude(runner, test))
        return grave ? ROUND_TLS : ROUND_ALONE; /* nothing is in its way yet */
    if (test->one->alone)
        return ROUND_CHAINS;
    if (test->one->tls)
        return ROUND_TLS;
    /* an event has its time to be processed while the others are sent */
    if (test->wait_ns > 0 || test->needs_effect)
        return ROUND_WAITS;
    if (testcase_goes_together(test))
        return ROUND_TOGETHER;
    if (is_chain(test, grave) && (!grave || testcase_is_required(test, runner->options->strict)))
        return ROUND_CHAINS;
    return testcase_is_required(test, runner->options->strict) ? ROUND_REQUIRED : ROUND_USUAL;
}

struct testcase *order_first(struct runner *runner)
{
    for (size_t i = 0; i < runner->progress.num_cases; i++) {
        struct testcase *test = &runner->progress.cases[i];
        if (!test->skip && test->count && !test->one->tls)
            return order_round_of(runner, test) >= ROUND_HARMFUL ? NULL : test;
    }
    return NULL;
}

bool order_spares(const struct runner *runner)
{
    bool waits = runner->options->rate > 0 || runner->health.overload_status == 429;
    return runner->refusal.sentence && waits && !runner->health.any_accepted;
}

bool order_is_shut(const struct runner *runner)
{
    const struct first_refusal *refusal = &runner->refusal;
    const struct health *health = &runner->health;
    bool is_limited = refusal->is_limited ||
                      (health->is_limited && !health->is_erratic && health->overload_status == 429);
    return is_limited && refusal->genuine_status && !refusal->scheme && !health->any_accepted;
}

/* A forgery that gets in, or a TLS session, says something although genuine events are refused. */
static bool may_still_tell(const struct runner *runner, const struct testcase *test)
{
    const struct suite_case *one = test->one;
    bool harmless_must =
        !(one && one->harmful) && testcase_is_required(test, runner->options->strict);
    if (test->exchanges[test->next].by_scheme)
        return harmless_must && !testcase_is_load(test);
    return one && (one->tls || (!test->shots[test->next].genuine && harmless_must));
}

const char *order_refusal(const struct runner *runner, const struct testcase *test, int64_t now_ns)
{
    int64_t patience_ns = runner->options->patience_ns;
    if (order_is_shut(runner) && !(test->one && test->one->tls))
        return "not sent: genuine events are refused, and the endpoint limits the request rate "
               "(429)";
    if (order_spares(runner) && !may_still_tell(runner, test))
        return "not sent: genuine events are refused, and the cause is known";
    if (!health_is_very_slow(&runner->health) || !patience_ns ||
        testcase_is_required(test, runner->options->strict) ||
        now_ns - runner->begun_ns < patience_ns)
        return NULL;
    return "not sent: slow endpoint, and not required (--max-time 10m asks it)";
}
