/* Shared by the files of this layer. */
#ifndef RUN_RUN_INTERNAL_H
#define RUN_RUN_INTERNAL_H

#include "compose/compose.h"
#include "judge/judge.h"
#include "run/run.h"

#define NO_CONTROL SIZE_MAX

enum case_state {
    CASE_WAITING, /* not begun */
    CASE_RUNNING, /* begun, and not everything has ended */
    CASE_ENDED,   /* everything has ended; not judged */
    CASE_JUDGED
};

/* One request of a case and its fate. */
struct shot {
    size_t step;
    size_t control; /* index into plan.controls, or NO_CONTROL */
    bool genuine;
    bool done;
    struct testcase *owner;
    struct engine_connection *connection; /* of its own (exact), or NULL */
};

/* A case of a suite, or, with `one` NULL, a control. */
struct testcase {
    const struct suite_case *one;
    char *twin; /* controls */
    struct shot *shots;
    struct exchange *exchanges; /* the same number; handed to the case_result when it is judged */
    size_t count;
    const char *skip; /* why it is not sent, for a person; NULL = it is */
    int64_t wait_ns;  /* deliberate waits in all */
    enum case_state state;
    size_t next; /* first shot not launched */
    size_t in_flight;
    int64_t resume_ns; /* not before */
    struct engine_connection *connection;
    int64_t started_ns;
    int64_t ended_ns;
    bool canary_failed;
    int64_t recovery_ns;
    bool suspect;
    bool emitted;
};

struct plan {
    const struct run_options *options;
    struct composer composer;
    struct testcase *cases;
    size_t num_cases;
    struct testcase *controls;
    size_t num_controls;
    size_t num_requests;
    int64_t longest_wait_ns;
};

/* How far the search for what killed the endpoint has come. */
enum trouble {
    TROUBLE_NONE,
    TROUBLE_DRAIN,   /* nothing is launched until everything in flight has ended */
    TROUBLE_RECOVER, /* canaries go out until one is answered */
    TROUBLE_ALONE,   /* one case runs with nothing beside it */
    TROUBLE_CANARY   /* a canary goes out after it */
};

enum hang_kind { HANG_GENUINE, HANG_FORGED, HANG_KINDS };

struct runner {
    struct plan *plan;
    const struct run_options *options;
    const struct run_listener *listener;
    struct run_result *result;
    struct engine *engine;
    struct run_facts facts;
    const struct exchange **all; /* of the whole run, for facts.all */
    int64_t begun_ns;
    size_t in_flight;
    size_t num_sent;
    int64_t rate_free_ns; /* the next request may leave then */
    size_t hangs[HANG_KINDS];
    bool reached;     /* some attempt had a session */
    const char *stop; /* why nothing more is sent, for a person; NULL = going on */
    /* trouble.c */
    enum trouble trouble;
    int64_t missed_ns;      /* when the endpoint was first missed */
    int64_t alive_ns;       /* the latest start of an attempt that was answered */
    struct testcase *alone; /* what runs by itself */
    struct testcase canary; /* one genuine event, sent as often as it is needed */
    bool any_accepted;      /* some genuine event was accepted: then a canary must be, too */
    size_t misses;          /* canaries in a row that found nobody, in this look */
    bool died;              /* in this trouble a canary found nobody */
    bool any_culprit;       /* in this trouble */
    bool looked_after_all;  /* the last look at the endpoint has been taken */
};

/* plan.c */
void testcase_clear(struct testcase *test);
void testcase_reset(struct testcase *test); /* back to not begun, what it saw forgotten */
bool plan_compose_canary(const struct plan *plan, struct testcase *test, struct error *err);

/* launch.c: what may be sent now is sent */
void launch_ready(struct runner *runner, int64_t now_ns);

/* Launches the next group of `test` if it is due and there is room for it. False: there is none,
 * and nothing behind it may go first, or a group that needs all of it would never go. */
bool launch_next(struct runner *runner, struct testcase *test, int64_t now_ns);
void launch_shot(struct runner *runner, struct testcase *test, size_t index);
void end_unsent(struct testcase *test, const char *why, int64_t now_ns);

/* trouble.c: what to do when the endpoint dies on the way */
void trouble_note(struct runner *runner, const struct testcase *test,
                  const struct observation *seen);
void trouble_step(struct runner *runner, int64_t now_ns);

/* Runs `test` with nothing beside it, and a canary after it. */
void trouble_run_alone(struct runner *runner, struct testcase *test);

/* Everything has ended: a last canary tells whether the endpoint outlived it. */
void trouble_look_after_all(struct runner *runner);

/* probing.c: asks what is behind the failures, and fills in the result's diagnoses. Last of all:
 * every case is judged. */
void probing_diagnose(struct runner *runner);

/* finish.c: from what was seen to the result */
void finish_judge(struct runner *runner);
void finish_result(struct runner *runner);

#endif
