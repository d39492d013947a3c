/*
 * What is sent: the cases chosen by the user's options and the controls that they need, composed
 * before the first request leaves, and never changed by a run. run.h has what others may do with
 * it.
 */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "compose/compose.h"
#include "run/probe.h"
#include "run/run.h"

#define NO_CONTROL SIZE_MAX

/* One request. */
struct planned_request {
    size_t step;
    size_t control;           /* index into plan.controls, or NO_CONTROL */
    bool usual;               /* genuine, of the type and in the dialect of the canary */
    int64_t probed;           /* of a search: the value that is tried */
    struct exchange exchange; /* nothing was seen yet */
};

/* A case of a suite, or, with `one` NULL, a control. */
struct planned {
    const struct plan *plan; /* whose it is */
    const struct suite_case *one;
    char *twin; /* controls */
    struct planned_request *requests;
    size_t count;
    const struct probe
        *probe;       /* a search: only its first request is known, answers decide on the others */
    const char *skip; /* why it is not sent, for a person; NULL = it is */
    char *cannot;     /* why it cannot be composed here, which `skip` then points to; or NULL */
    int64_t wait_ns;  /* deliberate waits in all */
};

struct plan {
    const struct run_options *options;
    struct composer composer;
    struct planned *cases;
    size_t num_cases;
    struct planned *controls;
    size_t num_controls;
    size_t num_requests;
    int64_t longest_wait_ns;
};

/* The same cases in the same places, those that are wanted signed by `scheme`, and of `type` and in
 * `dialect` where the step does not say. The others hold no request, and so do those that cannot be
 * signed so. Never NULL; borrows the options and `scheme`. */
struct plan *plan_resign(const struct plan *plan, const struct scheme *scheme, const char *type,
                         enum dialect dialect, const bool *wanted);

/* Makes what was composed a request of the plan, with the user's own headers; the caller clears it
 * with exchange_clear. */
struct planned_request plan_take(const struct plan *plan, size_t step, struct composed *composed);

/* Composes request `index` of a search, which tries `value`. */
bool plan_compose_probe(const struct plan *plan, const struct planned *planned, size_t index,
                        int64_t value, struct planned_request *out, struct error *err);

#endif
