#include "run/runner.h"

#include <stdlib.h>

#include "base/mem.h"

bool runner_was_interrupted(const struct runner *runner)
{
    const volatile sig_atomic_t *interrupted = runner->options->interrupted;
    return interrupted && *interrupted;
}

size_t runner_num_sent(const struct runner *runner)
{
    return gate_budget(runner->gate)->num_sent;
}

void runner_gather(struct runner *runner)
{
    const struct progress *progress = &runner->progress;
    size_t count = 0;
    size_t room = progress->num_controls;
    for (size_t i = 0; i < progress->num_cases; i++)
        room += progress->cases[i].capacity;
    free(runner->all);
    runner->all = mem_alloc((room + 1) * sizeof(struct exchange *));
    for (size_t i = 0; i < progress->num_cases; i++)
        for (size_t k = 0; k < progress->cases[i].capacity; k++)
            runner->all[count++] = &progress->cases[i].exchanges[k];
    for (size_t i = 0; i < progress->num_controls; i++)
        runner->all[count++] = &progress->controls[i].exchanges[0];
    runner->facts.all = runner->all;
    runner->facts.num_all = count;
}
