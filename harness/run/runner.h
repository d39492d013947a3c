/* A run as it goes: what its files share. */
#ifndef RUN_RUNNER_H
#define RUN_RUNNER_H

#include "diagnose/diagnose.h"
#include "judge/judge.h"
#include "run/canary.h"
#include "run/gate.h"
#include "run/health.h"
#include "run/plan.h"

/* How far the search for what killed the endpoint has come. */
enum trouble_state {
    TROUBLE_NONE,
    TROUBLE_DRAIN,   /* nothing is launched until everything in flight has ended */
    TROUBLE_RECOVER, /* canaries go out until one is answered */
    TROUBLE_ALONE,   /* one case runs with nothing beside it */
    TROUBLE_CANARY   /* a canary goes out after it */
};

struct trouble {
    enum trouble_state state;
    struct testcase *alone;         /* what runs by itself */
    struct testcase *culprit;       /* the endpoint ended after it and stayed away */
    const struct testcase *control; /* ... and in truth after this twin of one of its requests */
    bool died;                      /* in this trouble a canary found nobody */
    bool is_crowded;       /* this trouble: the endpoint answers that it has too much to do */
    bool looked_after_all; /* the last look at the endpoint has been taken */
};

/* What may take the endpoint down is sent last, and the causes of what went wrong until then are
 * looked for before. */
enum early_look {
    EARLY_TO_COME,
    EARLY_CANARY, /* it is seen that the endpoint is well, so that what was sent can be judged */
    EARLY_UNWANTED,
    EARLY_DONE
};

struct runner {
    const struct plan *plan;
    struct progress progress;
    const struct run_options *options;
    const struct run_listener *listener;
    struct run_result *result;
    struct gate *gate;
    struct health health;
    struct canary canary;
    struct trouble trouble;
    struct run_facts facts;
    const struct exchange **all; /* of the whole run, for facts.all */
    int64_t begun_ns;
    size_t in_flight;
    bool first_is_over;           /* the first request was seen to its end: others may follow */
    struct first_refusal refusal; /* of the first genuine event */
    struct plan *resigned;        /* signed as the endpoint computes; NULL = nothing is */
    const char *stop;             /* why nothing more is sent, for a person; NULL = going on */
    int64_t stopped_ns;           /* when */
    enum early_look early;
    struct diagnose_memory memory; /* of what the experiments have settled */
    bool effects_asked;            /* what became of events is known: no later death changes it */
    bool budget_spent;             /* something was not sent because of --max-requests */
    int64_t paused_ns;             /* how long this process stood still in all */
};

/* Gathers every exchange of the run into `all`: once, and again when cases were put in the place of
 * others. */
void runner_gather(struct runner *runner);

bool runner_was_interrupted(const struct runner *runner);
size_t runner_num_sent(const struct runner *runner); /* requests of any kind */

#endif
