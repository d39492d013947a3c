/* Shared by the files of this layer. */
#ifndef RUN_RUN_INTERNAL_H
#define RUN_RUN_INTERNAL_H

#include "compose/compose.h"
#include "judge/judge.h"
#include "run/gate.h"
#include "run/probe.h"
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
    bool usual; /* genuine, of the type and in the dialect of the canary */
    bool done;
    int64_t probed; /* of a search: the value that is tried */
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
    size_t capacity; /* room for so many; more than `count` while a search goes on */
    const struct probe
        *probe;              /* a search: each answer decides what is sent next; NULL = it is not */
    const struct plan *plan; /* of a search */
    const char *skip;        /* why it is not sent, for a person; NULL = it is */
    char *cannot;    /* why it cannot be composed here, which `skip` then points to; or NULL */
    int64_t wait_ns; /* deliberate waits in all */
    enum case_state state;
    size_t next; /* first shot not launched */
    size_t in_flight;
    int64_t resume_ns; /* not before */
    int64_t step_ns;   /* when the present step began */
    struct engine_connection *connection;
    int64_t started_ns;
    int64_t ended_ns;
    bool canary_failed;
    int64_t recovery_ns;
    unsigned num_deaths;  /* how often the endpoint was gone after it, this time included */
    unsigned num_crowded; /* how often its answer was one of an endpoint that has too much to do */
    bool steady;          /* looked at: what it saw is no noise */
    unsigned
        num_retakes; /* how often it was asked again because a busy machine can look like this */
    unsigned num_spoiled; /* how often this machine, not the endpoint, spoiled it */
    bool crowded;         /* ... this time */
    bool spoiled;
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

/* plan.c */
void testcase_clear(struct testcase *test);
void testcase_close(struct testcase *test); /* its connections */
void testcase_reset(struct testcase *test); /* back to not begun, what it saw forgotten */
bool plan_compose_canary(const struct plan *plan, struct testcase *test, struct error *err);

/* Takes what was composed into place `index` of the case, which has room for it. */
void plan_take(const struct plan *plan, struct testcase *test, size_t index, size_t step,
               struct composed *composed);
void plan_forget(struct testcase *test, size_t index); /* what was there */

/* search.c: a probe as it goes on. Composes the next request of the search; false when it is over,
 * or with a sentence when the request cannot be composed. */
bool search_extend(struct testcase *test, struct error *err);
void search_restart(struct testcase *test);
void search_measure(const struct testcase *test, struct case_result *out);

bool runner_was_interrupted(const struct runner *runner);
size_t runner_num_sent(const struct runner *runner); /* requests of any kind */

/* launch.c: sending within concurrency, rate, budgets and waits */
int64_t launch_due_ns(const struct runner *runner, const struct testcase *test, size_t len);

/* Launches the next group of `test` if it is due and there is room for it. False: there is none,
 * and nothing behind it may go first, or a group that needs all of it would never go. */
bool launch_next(struct runner *runner, struct testcase *test, int64_t now_ns);
void end_unsent(struct testcase *test, const char *why, int64_t now_ns);

/* order.c: what may be sent now is sent, in rounds */
void launch_ready(struct runner *runner, int64_t now_ns);
void launch_first(struct runner *runner, int64_t now_ns);
struct testcase *first_of(struct runner *runner);
bool order_requires(const struct runner *runner, const struct testcase *test);

/* Whether nothing else may be in flight beside the case. */
bool order_needs_solitude(const struct runner *runner, const struct testcase *test);

/* slow.c: an endpoint that takes its time for an event; */
bool slow_is_felt(const struct runner *runner);
bool slow_is_grave(const struct runner *runner); /* ... a second or more */

/* Learns from an answer how much may be in flight. */
void slow_note_answer(struct runner *runner, const struct testcase *test,
                      const struct exchange *exchange);

/* Whether a reset is not looked into, because the server may well have refused the size, and a look
 * would take too long: when the endpoint is gone indeed, the next request tells. */
bool slow_forgives(const struct runner *runner, const struct exchange *exchange);

/* Why the case is not sent because the endpoint is slow, or NULL. */
const char *slow_refusal(const struct runner *runner, const struct testcase *test, int64_t now_ns);

/* pace.c: when the next shot of a case may leave */

/* Whether shots of this case may leave while others of it are under way: at a rate, or beside. */
bool pace_is_open(const struct testcase *test);

/* The shots that leave at once from `test->next` on: one, or as many of a step as go together. */
size_t pace_group_len(const struct testcase *test);

/* The group from `index` on has left: when the next may. `due_ns` is when this one was to leave. */
void pace_after_launch(struct runner *runner, struct testcase *test, size_t index, int64_t due_ns);

/* Gives up the rest of a step whose samples have taken long enough. */
bool pace_is_load(const struct testcase *test); /* the case is about how much comes how fast */
void pace_limit_samples(const struct runner *runner, struct testcase *test, int64_t now_ns);

/* Lets go of held connections when nothing else of the case is under way or to come. */
void pace_release_held(struct runner *runner, const struct testcase *test);

/* trouble.c: what to do when the endpoint dies on the way */
void trouble_note(struct runner *runner, struct testcase *test, const struct exchange *exchange);
void trouble_step(struct runner *runner, int64_t now_ns);

/* Whether the answer may be one of an endpoint that has too much to do just now. */
bool trouble_is_crowded(const struct testcase *test, const struct exchange *exchange);

/* What was under way while this process stood still is begun anew. */
void trouble_note_pause(struct runner *runner, int64_t paused_ns);

/* Says what happened beside the cases. */
void trouble_add_notes(struct runner *runner);

/* Runs `test` with nothing beside it, and a canary after it. */
void trouble_run_alone(struct runner *runner, struct testcase *test);

/* The run is stopped: what was still suspected is settled by what it saw. */
void trouble_stop(struct runner *runner);

/* Everything has ended: a last canary tells whether the endpoint outlived it. */
void trouble_look_after_all(struct runner *runner);

/* probing.c: asks what is behind the failures, and fills in the result's diagnoses. Last of all:
 * every case is judged. */
void probing_diagnose(struct runner *runner);

/* finish.c: from what was seen to the result */
void finish_judge(struct runner *runner);
void finish_result(struct runner *runner);
void finish_redact(struct runner *runner);      /* what the diagnoses say */
void finish_interrupted(struct runner *runner); /* after finish_result */

/* effect.c: notes which events are asked about, when the plan is made; asks, when everything has
 * ended; and hands the answers to the exchanges */
void effect_note_ids(struct plan *plan);
void effect_ask(struct runner *runner);

/* follow.c: what Panora would make of redirects, found out where that is harmless */
void follow_redirects(struct runner *runner);

/* honest.c: that genuine events did not reach the handler, and what they met; "" when they did. The
 * caller frees. */
char *honest_sentence(const struct runner *runner);

#endif
