/*
 * The one gate: every request of a run leaves here, whatever it is for, and nothing else in run/
 * has an engine to send with. Rate, number, time, interruption and the endpoint's own host hold for
 * all of them.
 */
#ifndef RUN_GATE_H
#define RUN_GATE_H

#include "base/error.h"
#include "deliver/engine.h"
#include "run/budget.h"

struct gate;

/* NULL with a sentence when libcurl cannot do what `options` say. `target` and what `options` and
 * `limits` point to are borrowed. */
struct gate *gate_new(const struct budget_limits *limits, const struct target *target,
                      const struct engine_options *options, struct error *err);
void gate_free(struct gate *gate); /* NULL is fine; attempts under way end without a call back */

/* What was spent and when more may be; change it only through the gate. */
const struct budget *gate_budget(const struct gate *gate);

/* The time of the run counts from now on. */
void gate_begin(struct gate *gate);

/* Sends all of them now, or none: false when the budget refuses or it is too early. */
bool gate_send(struct gate *gate, enum purpose purpose, const struct engine_send *sends,
               size_t count);

/* One request with its answer waited for. */
struct gate_question {
    enum purpose purpose;
    const struct request *request;
    const struct target *elsewhere; /* on the endpoint's host; NULL = the endpoint itself */
    bool is_raw;                    /* byte by byte, so whatever comes back is seen */
    int64_t timeout_ns;
};

/* Waits until it may leave, sends it and waits for its end. Fills `seen`, which the caller clears.
 * False when it was not sent, with the reason in seen->detail, or broken off because the run was
 * over. */
bool gate_ask(struct gate *gate, const struct gate_question *question, struct observation *seen);

/* A knock that found nobody is not counted. */
void gate_give_back(struct gate *gate, enum purpose purpose);

/* How long this process stood still (stopped, or the machine asleep) since this was last asked; 0 =
 * it did not. What was in flight meanwhile shows nothing of the endpoint. */
int64_t gate_take_pause(struct gate *gate);

/* As the engine's functions of these names. */
struct engine_connection *gate_connection_new(struct gate *gate);
size_t gate_wait(struct gate *gate, int64_t timeout_ns);
void gate_release_held(struct gate *gate);
void gate_cancel_all(struct gate *gate);

#endif
