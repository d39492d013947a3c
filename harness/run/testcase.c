#include "run/testcase.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "judge/judge.h"

void testcase_allocate(struct testcase *test, size_t count)
{
    test->count = count;
    test->capacity = count;
    test->shots = mem_alloc((count + 1) * sizeof *test->shots);
    test->exchanges = mem_alloc((count + 1) * sizeof *test->exchanges);
    test->recovery_ns = -1;
}

void testcase_clear(struct testcase *test)
{
    for (size_t i = 0; test->exchanges && i < test->count; i++)
        exchange_clear(&test->exchanges[i]);
    free(test->exchanges);
    free(test->shots);
    *test = (struct testcase){0};
}

void testcase_take(struct testcase *test, size_t index, const struct planned_request *request)
{
    exchange_copy(&test->exchanges[index], &request->exchange);
    test->shots[index] = (struct shot){.step = request->step,
                                       .control = request->control,
                                       .genuine = request->exchange.genuine,
                                       .usual = request->usual,
                                       .probed = request->probed,
                                       .owner = test};
}

void testcase_init(struct testcase *test, const struct planned *planned)
{
    *test = (struct testcase){.planned = planned,
                              .one = planned->one,
                              .probe = planned->probe,
                              .skip = planned->skip,
                              .wait_ns = planned->wait_ns,
                              .needs_effect = planned->one && judge_needs_effect(planned->one)};
    testcase_allocate(test, planned->probe ? PROBE_SHOTS_MAX : planned->count);
    test->count = planned->count;
    for (size_t i = 0; i < planned->count; i++)
        testcase_take(test, i, &planned->requests[i]);
}

void progress_init(struct progress *progress, const struct plan *plan)
{
    *progress = (struct progress){.num_cases = plan->num_cases, .num_controls = plan->num_controls};
    progress->cases = mem_alloc((plan->num_cases + 1) * sizeof *progress->cases);
    progress->controls = mem_alloc((plan->num_controls + 1) * sizeof *progress->controls);
    for (size_t i = 0; i < plan->num_cases; i++)
        testcase_init(&progress->cases[i], &plan->cases[i]);
    for (size_t i = 0; i < plan->num_controls; i++)
        testcase_init(&progress->controls[i], &plan->controls[i]);
    for (size_t i = 0; i < plan->num_cases; i++)
        for (size_t k = 0; k < plan->cases[i].count; k++)
            if (plan->cases[i].requests[k].control != NO_CONTROL)
                progress->controls[plan->cases[i].requests[k].control].num_users++;
}

void progress_clear(struct progress *progress)
{
    for (size_t i = 0; i < progress->num_cases; i++)
        testcase_clear(&progress->cases[i]);
    for (size_t i = 0; i < progress->num_controls; i++)
        testcase_clear(&progress->controls[i]);
    free(progress->cases);
    free(progress->controls);
}

void testcase_close(struct testcase *test)
{
    engine_connection_free(test->connection);
    test->connection = NULL;
    for (size_t i = 0; i < test->count; i++) {
        engine_connection_free(test->shots[i].connection);
        test->shots[i].connection = NULL;
    }
}

void testcase_reset(struct testcase *test)
{
    testcase_close(test); /* begun anew, it begins on a fresh connection */
    for (; test->probe && test->count > 1; test->count--) {
        exchange_clear(&test->exchanges[test->count - 1]);
        test->exchanges[test->count - 1] = (struct exchange){0};
    }
    for (size_t i = 0; i < test->count; i++) {
        test->exchanges[i].repeated =
            test->exchanges[i].seen.outcome != OUTCOME_NOT_SENT || test->exchanges[i].repeated;
        observation_clear(&test->exchanges[i].seen);
        observation_init(&test->exchanges[i].seen);
        test->exchanges[i].accepted = false;
        test->exchanges[i].late_ns = 0;
        test->shots[i].done = false;
    }
    test->state = CASE_WAITING;
    test->crowded = false;
    test->spoiled = false;
    test->steady = false;
    test->next = 0;
    test->in_flight = 0;
    test->resume_ns = 0;
}

void testcase_end_unsent(struct testcase *test, const char *why, int64_t now_ns)
{
    for (size_t i = test->next; i < test->count; i++) {
        struct observation *seen = &test->exchanges[i].seen;
        (void)snprintf(seen->detail, sizeof seen->detail, "%s", why);
        test->shots[i].done = true;
    }
    test->next = test->count;
    if (test->in_flight == 0 && test->state < CASE_ENDED) {
        test->state = CASE_ENDED;
        test->ended_ns = now_ns;
    }
}

bool testcase_is_load(const struct testcase *test)
{
    for (size_t i = 0; test->one && i < test->one->num_steps; i++) {
        const struct step *step = &test->one->steps[i];
        if (step->samples || step->beside || step->interval_ns)
            return true;
    }
    return false;
}

bool testcase_goes_together(const struct testcase *test)
{
    for (size_t i = 0; test->one && i < test->one->num_steps; i++)
        if (test->one->steps[i].together)
            return true;
    return false;
}

bool testcase_is_required(const struct testcase *test, bool strict)
{
    enum level level = test->one ? test->one->level : LEVEL_MUST;
    return level == LEVEL_MUST || (strict && level == LEVEL_SHOULD);
}
