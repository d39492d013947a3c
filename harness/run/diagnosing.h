/* Asks what is behind the failures. */
#ifndef RUN_DIAGNOSING_H
#define RUN_DIAGNOSING_H

#include "run/runner.h"

/* After the first case: a genuine event that was refused is looked into at once, and the listener
 * is told what was found; a forgery that was refused leaves that open, and one is sent. Nothing
 * else is in flight meanwhile. Fills the runner's `refusal`. */
void diagnosing_first_refusal(struct runner *runner, const struct testcase *first);

/* A slow endpoint gets so large a part of the run's time: a fifth. */
#define DIAGNOSING_SHARE_OF_TIME 5

/* Looks for the causes of what went wrong so far, before anything is sent that may take the
 * endpoint down: then nobody could be asked. False while others are under way, or the endpoint is
 * looked at; asked again until it is true. */
bool diagnosed_before_harm(struct runner *runner);

/* Fills in the result's diagnoses. Last of all: every case is judged. */
void diagnosing_cases(struct runner *runner);

#endif
