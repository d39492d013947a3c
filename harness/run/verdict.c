#include "run/verdict.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "judge/judge.h"
#include "run/plain.h"

/* What a case comes to that did not hold. */
static const enum verdict broken[] = {
    [LEVEL_MUST] = VERDICT_FAIL, [LEVEL_SHOULD] = VERDICT_WARN, [LEVEL_MAY] = VERDICT_INFO};

void verdict_note_loss(struct diagnosis *cause, struct case_result *out)
{
    out->verdict = broken[out->level];
    free(out->reason);
    out->reason =
        mem_format("this event was accepted, but others were lost: %s", cause->pair.refused);
    diagnosis_explain(cause, out->id);
}

void verdict_note_absence(const struct testcase *test, struct case_result *out)
{
    if (!test->canary_failed)
        return;
    struct buf reason = {0};
    buf_add_text(&reason, "the endpoint was down afterwards");
    if (test->num_absences) {
        buf_clear(&reason);
        buf_add_format(&reason,
                       "the endpoint was down %zu times during the run, and what Panora sends "
                       "meanwhile is lost; the longest time was ",
                       test->num_absences);
        text_add_duration(&reason, test->recovery_ns);
    } else if (test->recovery_ns >= 0) {
        buf_add_text(&reason, ", and back after ");
        text_add_duration(&reason, test->recovery_ns);
    } else {
        buf_add_text(&reason, " and did not come back in time");
    }
    out->canary_failed = true;
    out->recovery_ns = test->recovery_ns;
    out->verdict = test->recovery_ns < 0 ? VERDICT_FAIL : broken[out->level];
    if (out->decisive >= out->num_exchanges && out->num_exchanges)
        out->decisive = out->num_exchanges - 1;
    free(out->reason);
    out->reason = buf_take(&reason);
}

/* Nothing listens there: that is told of the run, and is no answer to the case. What is asked of
 * TLS alone has its answer in the handshake. */
static void judge_unreached(const struct runner *runner, const struct testcase *test,
                            struct case_result *out)
{
    const struct exchange *exchange =
        out->decisive < test->count ? &test->exchanges[out->decisive] : NULL;
    if (runner->health.reached || test->one->tls ||
        (exchange && exchange->seen.outcome == OUTCOME_TLS_FAILED))
        return;
    out->verdict = VERDICT_INCONCLUSIVE;
    free(out->reason);
    out->reason = mem_text("not asked: no connection could be opened");
}

void verdict_judge(const struct runner *runner, const struct testcase *test,
                   struct case_result *out)
{
    const struct exchange **exchanges = mem_alloc((test->count + 1) * sizeof(struct exchange *));
    const struct exchange **controls = mem_alloc((test->count + 1) * sizeof(struct exchange *));
    size_t *steps = mem_alloc((test->count + 1) * sizeof *steps);
    for (size_t i = 0; i < test->count; i++) {
        size_t control = test->shots[i].control;
        exchanges[i] = &test->exchanges[i];
        controls[i] =
            control == NO_CONTROL ? NULL : &runner->progress.controls[control].exchanges[0];
        steps[i] = test->shots[i].step;
    }
    const struct case_evidence evidence = {exchanges, controls, steps, test->count};
    judge_case(test->one, &evidence, &runner->facts, out);
    verdict_note_absence(test, out);
    judge_unreached(runner, test, out);
    plain_weigh(&runner->progress, runner->result->cases, test, out);
    free(exchanges);
    free(controls);
    free(steps);
}

enum verdict verdict_now(const struct runner *runner, const struct testcase *test)
{
    struct case_result trial = {.level = test->one->level, .recovery_ns = -1};
    verdict_judge(runner, test, &trial);
    enum verdict verdict = trial.verdict;
    case_result_clear(&trial);
    return verdict;
}
