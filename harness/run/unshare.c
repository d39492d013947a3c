/* A plan that was composed before this process was forked, and is run in it. */
#include <string.h>

#include "base/mem.h"
#include "run/plan.h"

static struct testcase *testcase_at(struct plan *plan, size_t i)
{
    return i < plan->num_cases ? &plan->cases[i] : &plan->controls[i - plan->num_cases];
}

void plan_unshare(struct plan *plan)
{
    size_t room = 0;
    size_t num_tests = plan->num_cases + plan->num_controls;
    for (size_t i = 0; i < num_tests; i++)
        room += testcase_at(plan, i)->capacity;
    struct exchange *exchanges = mem_alloc((room + 1) * sizeof *exchanges);
    struct shot *shots = mem_alloc((room + 1) * sizeof *shots);
    for (size_t i = 0; i < num_tests; i++) {
        struct testcase *test = testcase_at(plan, i);
        memcpy(exchanges, test->exchanges, test->capacity * sizeof *exchanges);
        memcpy(shots, test->shots, test->capacity * sizeof *shots);
        test->exchanges = exchanges;
        test->shots = shots;
        exchanges += test->capacity;
        shots += test->capacity;
    }
}
