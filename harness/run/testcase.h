/*
 * Progress: how far each case of the plan has come, and what became of its requests. Sending is
 * launch.c, judging finish.c.
 */
#ifndef RUN_TESTCASE_H
#define RUN_TESTCASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deliver/engine.h"
#include "run/plan.h"

enum case_state {
    CASE_WAITING, /* not begun */
    CASE_RUNNING, /* begun, and not everything has ended */
    CASE_ENDED,   /* everything has ended; not judged */
    CASE_JUDGED
};

/* One request of a case and its fate. */
struct shot {
    size_t step;
    size_t control; /* index into progress.controls, or NO_CONTROL */
    bool genuine;
    bool usual; /* genuine, of the type and in the dialect of the canary */
    bool done;
    int64_t probed;       /* of a search: the value that is tried */
    size_t num_under_way; /* in the whole run when it left, itself included */
    struct testcase *owner;
    struct engine_connection *connection; /* of its own (exact), or NULL */
};

/* A case of a suite, or, with `one` NULL, a control. */
struct testcase {
    const struct planned *planned;
    const struct suite_case *one; /* these four as planned */
    const struct probe *probe;
    const char *skip;
    int64_t wait_ns;
    size_t num_users;  /* of a control: requests of cases that are judged beside it */
    bool needs_effect; /* an answer of the effect command; kept, because it is asked all the time */
    struct shot *shots;
    struct exchange *exchanges; /* the same number; handed to the case_result when it is judged */
    size_t count;
    size_t capacity; /* room for so many; more than `count` while a search goes on */
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
    size_t num_absences;  /* so often was the endpoint gone in the run, and no case is to blame */
    unsigned num_deaths;  /* how often the endpoint was gone after it, this time included */
    unsigned num_crowded; /* how often its answer was one of an endpoint that has too much to do */
    bool steady;          /* looked at: what it saw is no noise */
    unsigned
        num_retakes; /* how often it was asked again because a busy machine can look like this */
    unsigned num_spoiled; /* how often this machine, not the endpoint, spoiled it */
    bool crowded;         /* ... this time */
    bool hung_beside;     /* timed out while others were under way: asked again alone */
    bool spoiled;
    bool suspect;
    bool emitted;
};

struct progress {
    struct testcase *cases; /* in the order of the plan */
    size_t num_cases;
    struct testcase *controls;
    size_t num_controls;
};

/* Nothing has begun. Borrows the plan. */
void progress_init(struct progress *progress, const struct plan *plan);
void progress_clear(struct progress *progress);

/* Not begun. Borrows what is planned. */
void testcase_init(struct testcase *test, const struct planned *planned);

/* Room for so many requests, none of which is there yet. */
void testcase_allocate(struct testcase *test, size_t count);
void testcase_clear(struct testcase *test);

/* Takes a request into place `index`, for which there is room; what is to be sent is copied. */
void testcase_take(struct testcase *test, size_t index, const struct planned_request *request);

void testcase_close(struct testcase *test); /* its connections */

/* Back to not begun, what it saw forgotten; a search begins again with its first request. */
void testcase_reset(struct testcase *test);

/* Nothing more of it is sent, for that reason; with nothing in flight it has ended. */
void testcase_end_unsent(struct testcase *test, const char *why, int64_t now_ns);

/* The case is about how much comes how fast. */
bool testcase_is_load(const struct testcase *test);

/* Some of its requests leave at once. */
bool testcase_goes_together(const struct testcase *test);

/* The verdict of the run may rest on it; controls are always required. */
bool testcase_is_required(const struct testcase *test, bool strict);

#endif
