#include "load/reach.h"

#include "deliver/dial.h"

bool reach_try(const struct load_plan *plan, struct engine *engine, int fd, bool *out_unreached,
               struct error *err)
{
    const volatile sig_atomic_t *interrupted = plan->interrupted;
    bool is_over = false;
    struct dial *dial = dial_begin(engine, plan->deadline_ns, &is_over);
    while (!is_over && !(interrupted && *interrupted)) {
        is_over = dial_next(engine) != NULL;
        if (!is_over)
            dial_wait(engine, fd, 100);
    }
    if (!is_over) {
        dial_free(dial);
        return error_set(err, "interrupted before the first request");
    }
    const char *problem = dial_problem(dial);
    *out_unreached = problem != NULL;
    if (problem)
        (void)error_set(err, "cannot connect to %s: %s", plan->target->shown, problem);
    bool may_go_on = !problem && (plan->may_be_public || dial_is_private(dial));
    if (!problem && !may_go_on)
        (void)error_set(err,
                        "%s resolves to a public address; if you may load it, repeat its name: "
                        "--i-may-load-this-host %s",
                        plan->target->host, plan->target->host);
    dial_free(dial);
    return may_go_on;
}
