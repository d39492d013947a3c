/* A run as it goes: what its files share. */
#ifndef RUN_RUNNER_H
#define RUN_RUNNER_H

#include "judge/judge.h"
#include "run/gate.h"
#include "run/plan.h"

/* How far the search for what killed the endpoint has come. */
enum trouble {
    TROUBLE_NONE,
    TROUBLE_DRAIN,   /* nothing is launched until everything in flight has ended */
    TROUBLE_RECOVER, /* canaries go out until one is answered */
    TROUBLE_ALONE,   /* one case runs with nothing beside it */
    TROUBLE_CANARY   /* a canary goes out after it */
};

/* What is counted apart, so a run against an endpoint which cannot stand one of them ends. */
enum shot_kind { SHOT_GENUINE, SHOT_FORGED, SHOT_KINDS };

struct runner {
    bool first_is_over; /* the first request was seen to its end: others may follow */
    struct plan *plan;
    const struct run_options *options;
    const struct run_listener *listener;
    struct run_result *result;
    struct gate *gate;
    struct run_facts facts;
    const struct exchange **all; /* of the whole run, for facts.all */
    int64_t begun_ns;
    size_t in_flight;
    size_t hangs[SHOT_KINDS];
    size_t deaths[SHOT_KINDS];   /* of the endpoint, by cases that sent such a request */
    bool reached;                /* some attempt had a session */
    const char *stop;            /* why nothing more is sent, for a person; NULL = going on */
    bool budget_spent;           /* something was not sent because of --max-requests */
    int64_t gap_ns;              /* between two requests, since the endpoint had too much to do */
    size_t room;                 /* in flight at most */
    size_t num_calm;             /* answers in a row that came as promptly as the best */
    int64_t usual_ns;            /* how long the quickest genuine answers take; 0 = not known */
    bool answered;               /* some answer began */
    int64_t paused_ns;           /* how long this process stood still in all */
    struct testcase *culprit;    /* the endpoint ended after it and stayed away */
    bool is_crowded;             /* this trouble: it answers that it has too much to do */
    bool is_limited;             /* that did not end in time: such answers are its own */
    unsigned num_limited_forged; /* forgeries that got such answers each time they ran alone,
                                  * beside an event that got in at once */
    unsigned refusals;           /* canaries in a row that were answered, and refused */
    size_t num_absences;         /* that no case is to blame for */
    int64_t longest_absence_ns;
    int64_t first_absence_ns; /* from the start of the run */
    /* trouble.c */
    enum trouble trouble;
    int64_t missed_ns;      /* when the endpoint was first missed */
    int64_t alive_ns;       /* the latest start of an attempt that was answered */
    struct testcase *alone; /* what runs by itself */
    struct testcase canary; /* one genuine event, sent as often as it is needed */
    bool any_accepted;      /* some genuine event was accepted */
    const struct request
        *known_good; /* an event that was accepted: what the canary is made of; NULL = none */
    unsigned long long num_canaries;
    bool usual_accepted;   /* ... and one like the canary: then a canary must be, too */
    bool gone;             /* the endpoint died and did not come back */
    int64_t settled_ns;    /* canaries go out until then, although the endpoint is well */
    int64_t back_ns;       /* when it was found well, since it was last missed; 0 = not yet */
    size_t misses;         /* canaries in a row that found nobody, in this look */
    bool died;             /* in this trouble a canary found nobody */
    bool looked_after_all; /* the last look at the endpoint has been taken */
};

bool runner_was_interrupted(const struct runner *runner);
size_t runner_num_sent(const struct runner *runner); /* requests of any kind */

#endif
