#include "run/plain.h"

#include <stdlib.h>

#include "judge/expectation.h"

/* One event with object data. What is required is judged for itself, whatever else is refused. */
static bool may_depend(const struct suite_case *one)
{
    return one->level != LEVEL_MUST && one->num_steps == 1 &&
           one->steps[0].dialect == STEP_DIALECT_OBJECT;
}

static bool is_changed(const struct step *step)
{
    return step->event_ops.count || step->sign_ops.count || step->wire_ops.count;
}

/* The usual event once, with nothing in it but what it has by itself. */
static bool is_plain(const struct testcase *test)
{
    const struct suite_case *one = test->one;
    if (test->skip || one->num_steps != 1 || test->count != 1 || test->probe)
        return false;
    const struct step *step = &one->steps[0];
    bool is_usual = !step->type && !step->data && !step->size && !step->depth && step->rows < 0 &&
                    !step->nulls && !step->all_nulls;
    return step->dialect == STEP_DIALECT_OBJECT && is_usual && !is_changed(step) &&
           test->shots[0].genuine;
}

const struct testcase *plain_of(const struct progress *progress, const struct testcase *test)
{
    if (test->skip || !may_depend(test->one) || is_plain(test))
        return NULL;
    for (size_t i = 0; i < progress->num_cases; i++)
        if (is_plain(&progress->cases[i]) && progress->cases[i].one->level <= test->one->level)
            return &progress->cases[i];
    return NULL;
}

static bool is_broken(const struct case_result *result)
{
    return result->verdict == VERDICT_FAIL || result->verdict == VERDICT_WARN ||
           result->verdict == VERDICT_INFO;
}

/* A 500 where the plain event gets a 400 is something else, and so is a connection that breaks. */
static bool met_the_same(const struct exchange *exchange, const struct exchange *plain)
{
    return exchange->genuine && exchange->by_scheme == plain->by_scheme && !plain->accepted &&
           !exchange->accepted && exchange->seen.outcome == OUTCOME_ANSWERED &&
           plain->seen.outcome == OUTCOME_ANSWERED && exchange->seen.status == plain->seen.status;
}

void plain_weigh(const struct progress *progress, const struct case_result *judged,
                 const struct testcase *test, struct case_result *out)
{
    const struct testcase *plain = plain_of(progress, test);
    if (!plain || plain->state != CASE_JUDGED || !is_broken(&judged[plain - progress->cases]) ||
        !is_broken(out) || out->canary_failed || out->decisive >= test->count ||
        !met_the_same(&test->exchanges[out->decisive], &plain->exchanges[0]))
        return;
    struct buf reason = {0};
    buf_add_text(&reason, "the plain event with data as an object failed too (");
    answer_describe_untimed(&plain->exchanges[0].seen, &reason);
    buf_add_text(&reason, ")");
    out->verdict = VERDICT_INCONCLUSIVE;
    free(out->reason);
    out->reason = buf_take(&reason);
}
