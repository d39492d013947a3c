#include "run/resign.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

/* --- in place of the others --- */

/* Its controls follow those that there are: their places move by so many. */
static void take_over(struct testcase *test, const struct planned *planned, size_t moved)
{
    testcase_clear(test);
    testcase_init(test, planned);
    for (size_t i = 0; i < test->count; i++)
        if (test->shots[i].control != NO_CONTROL)
            test->shots[i].control += moved;
}

static void add_controls(struct progress *progress, const struct plan *plan)
{
    size_t before = progress->num_controls;
    progress->num_controls += plan->num_controls;
    progress->controls =
        mem_resize(progress->controls, progress->num_controls + 1, sizeof *progress->controls);
    for (size_t i = 0; i < before; i++)
        for (size_t k = 0; k < progress->controls[i].count; k++)
            progress->controls[i].shots[k].owner = &progress->controls[i];
    for (size_t i = 0; i < plan->num_controls; i++)
        testcase_init(&progress->controls[before + i], &plan->controls[i]);
}

static bool is_needed(const struct progress *progress, size_t control)
{
    for (size_t i = 0; i < progress->num_cases; i++)
        for (size_t k = 0; k < progress->cases[i].count; k++)
            if (progress->cases[i].shots[k].control == control)
                return true;
    return false;
}

/* --- which cases --- */

/* What each request meets where every event is refused. */
static void suppose_refused(struct exchange *exchange, const struct exchange *planned)
{
    *exchange = *planned;
    observation_init(&exchange->seen);
    exchange->seen.outcome = OUTCOME_ANSWERED;
    exchange->seen.status = 401;
}

/* Whether that would leave the case undecided, or let it pass for no merit of the endpoint's. */
static bool hangs_on_acceptance(const struct runner *runner, const struct planned *planned)
{
    size_t room = planned->count + 1;
    struct exchange *made = mem_alloc(room * sizeof *made);
    struct exchange twin = {.genuine = true};
    const struct exchange **exchanges = mem_alloc(room * sizeof(struct exchange *));
    const struct exchange **controls = mem_alloc(room * sizeof(struct exchange *));
    size_t *steps = mem_alloc(room * sizeof *steps);
    suppose_refused(&twin, &twin);
    for (size_t i = 0; i < planned->count; i++) {
        suppose_refused(&made[i], &planned->requests[i].exchange);
        exchanges[i] = &made[i];
        controls[i] = planned->requests[i].control == NO_CONTROL ? NULL : &twin;
        steps[i] = planned->requests[i].step;
    }
    const struct case_evidence evidence = {exchanges, controls, steps, planned->count};
    struct case_result trial = {.level = planned->one->level, .recovery_ns = -1};
    judge_case(planned->one, &evidence, &runner->facts, &trial);
    bool hangs = trial.verdict == VERDICT_INCONCLUSIVE || trial.verdict == VERDICT_PASS;
    case_result_clear(&trial);
    free(made);
    free(exchanges);
    free(controls);
    free(steps);
    return hangs;
}

static bool *choose(const struct runner *runner)
{
    const struct plan *plan = runner->plan;
    bool *wanted = mem_alloc((plan->num_cases + 1) * sizeof *wanted);
    for (size_t i = 0; i < plan->num_cases; i++)
        wanted[i] = plan->cases[i].count && !plan->cases[i].skip &&
                    hangs_on_acceptance(runner, &plan->cases[i]);
    return wanted;
}

/* Also the first case, if it showed nothing yet. */
static bool may_begin_anew(const struct testcase *test)
{
    return test->in_flight == 0 && test->state < CASE_JUDGED;
}

void resign_cases(struct runner *runner, const struct first_refusal *refusal)
{
    struct progress *progress = &runner->progress;
    size_t num_before = progress->num_controls;
    bool *wanted = choose(runner);
    struct plan *plan =
        plan_resign(runner->plan, refusal->scheme, refusal->type, refusal->dialect, wanted);
    free(wanted);
    add_controls(progress, plan);
    for (size_t i = 0; i < progress->num_cases; i++)
        if (plan->cases[i].count && may_begin_anew(&progress->cases[i]))
            take_over(&progress->cases[i], &plan->cases[i], num_before);
    for (size_t i = 0; i < progress->num_controls; i++)
        if (!is_needed(progress, i))
            testcase_end_unsent(&progress->controls[i], "not sent: no case needs it any more",
                                clock_monotonic_ns());
    runner->resigned = plan;
    runner_gather(runner);
    (void)gate_wait(runner->gate, 0); /* nothing was in flight while this took its time */
    (void)gate_take_pause(runner->gate);
}
