/*
 * Who is to blame when the endpoint dies on the way: let everything in flight end, wait until it is
 * back, then repeat alone each case that was under way when it died, with a canary after each. Only
 * what fails again by itself keeps its verdict; the others were bystanders, and what they saw is
 * forgotten. A case marked harmful is always run like this.
 *
 * A state machine: it sends nothing, and the time is a parameter.
 */
#ifndef RUN_TROUBLE_H
#define RUN_TROUBLE_H

#include "run/runner.h"

/* A request of the case has come to its end. */
void trouble_note(struct runner *runner, struct testcase *test, const struct exchange *exchange,
                  int64_t now_ns);

/* The case that has to be sent now, with nothing beside it; NULL = none. */
struct testcase *trouble_looks_at(struct runner *runner);

/* Goes on, after that one was given the chance to leave. */
void trouble_step(struct runner *runner, int64_t now_ns);

/* What was under way while this process stood still is begun anew. */
void trouble_note_pause(struct runner *runner, int64_t paused_ns);

/* Says what happened beside the cases. */
void trouble_add_notes(struct runner *runner);

/* Runs `test` with nothing beside it, and a canary after it. */
void trouble_run_alone(struct runner *runner, struct testcase *test);

/* The run is stopped: what was still suspected is settled by what it saw. */
void trouble_stop(struct runner *runner, int64_t now_ns);

/* Nothing is under way: a canary tells whether the endpoint outlived what was sent. */
void trouble_look(struct runner *runner, int64_t now_ns);

/* Everything has ended: the same for the last time. */
void trouble_look_after_all(struct runner *runner, int64_t now_ns);

#endif
