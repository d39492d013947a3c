#include "run/runner.h"

bool runner_was_interrupted(const struct runner *runner)
{
    const volatile sig_atomic_t *interrupted = runner->options->interrupted;
    return interrupted && *interrupted;
}

size_t runner_num_sent(const struct runner *runner)
{
    return gate_budget(runner->gate)->num_sent;
}
