/*
 * Behind the first mistake: where genuine events are refused, and it is known how the endpoint
 * computes, what only an event that gets in can decide is signed as the endpoint computes.
 */
#ifndef RUN_RESIGN_H
#define RUN_RESIGN_H

#include "diagnose/diagnose.h"
#include "run/runner.h"

/* Composes such cases, with their controls, once more, and puts them in the place of those that
 * are not under way. What the scheme cannot sign stays as it is. Nothing but the first case may be
 * in flight. */
void resign_cases(struct runner *runner, const struct first_refusal *refusal);

#endif
