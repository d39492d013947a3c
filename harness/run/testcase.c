#include "run/testcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "result/packed.h"
#include "run/plan.h"

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
    free(test->twin);
    free(test->cannot);
    *test = (struct testcase){0};
}

void testcase_take(struct testcase *test, size_t index, size_t step, const struct plan *plan,
                   struct composed *composed)
{
    const struct headers *extra = plan->options->extra_headers;
    struct exchange *exchange = &test->exchanges[index];
    *exchange = (struct exchange){.sent = composed->sent, .request = composed->request};
    exchange->genuine = composed->genuine;
    memcpy(exchange->right_signature, composed->signature, sizeof exchange->right_signature);
    for (size_t i = 0; i < extra->count; i++)
        headers_add(&exchange->request.headers, extra->items[i].name, extra->items[i].value);
    observation_init(&exchange->seen);
    bool usual = strcmp(composed->event.type, plan->composer.usual_type) == 0 &&
                 composed->event.dialect == plan->composer.dialect;
    test->shots[index] = (struct shot){.step = step,
                                       .control = NO_CONTROL,
                                       .genuine = composed->genuine,
                                       .usual = composed->genuine && usual,
                                       .owner = test};
    composed->sent = NULL;
    composed->request = (struct request){0};
    exchange_pack(exchange);
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
        if (step->samples || step->together || step->interval_ns)
            return true;
    }
    return false;
}

bool testcase_is_required(const struct testcase *test, bool strict)
{
    enum level level = test->one ? test->one->level : LEVEL_MUST;
    return level == LEVEL_MUST || (strict && level == LEVEL_SHOULD);
}
