/* When the requests of a case leave: one after another, together, at a rate, or beside each other.
 */
#ifndef RUN_PACE_H
#define RUN_PACE_H

#include "run/runner.h"

/* Whether shots of this case may leave while others of it are under way: at a rate, or beside. */
bool pace_is_open(const struct testcase *test);

/* The shots that leave at once from `test->next` on: one, or as many of a step as go together. */
size_t pace_group_len(const struct testcase *test);

/* The group from `index` on has left: when the next may. `due_ns` is when this one was to leave. */
void pace_after_launch(const struct runner *runner, struct testcase *test, size_t index,
                       int64_t due_ns, int64_t now_ns);

/* Whether the next shot of a steady rate has to wait until fewer are under way: Panora, which has
 * five workers, never has more. Gives up the rest of the step when that goes on for too long. */
bool pace_holds_back(const struct runner *runner, struct testcase *test, int64_t now_ns);

/* Gives up the rest of a step, or of a case, that is sent until one is accepted, when the shot at
 * `index` was. */
void pace_note_accepted(struct testcase *test, size_t index, int64_t now_ns);

/* Gives up the rest of a step whose samples have taken long enough. */
void pace_limit_samples(const struct runner *runner, struct testcase *test, int64_t now_ns);

#endif
