/* What a case deserves for what its requests met. */
#ifndef RUN_VERDICT_H
#define RUN_VERDICT_H

#include "run/runner.h"

/* Fills in the verdict, its words and the exchange that decided, from what the case has met so far
 * and from whether the endpoint was there afterwards. `out->level` is set already. The caller owns
 * what is filled in (case_result_clear). */
void verdict_judge(const struct runner *runner, const struct testcase *test,
                   struct case_result *out);

/* The verdict alone, as it would be now. */
enum verdict verdict_now(const struct runner *runner, const struct testcase *test);

/* Whatever it answered, an endpoint that is gone afterwards did not stand it. */
void verdict_note_absence(const struct testcase *test, struct case_result *out);

/* The case was accepted, and others like it are lost whatever they hold: for that cause, which
 * explains it from now on. */
void verdict_note_loss(struct diagnosis *cause, struct case_result *out);

#endif
