/*
 * --effect-command: the user's own command, which says of one id_event whether and how often it was
 * processed. The shell runs `CMD ID`; a command that names $HOOKCHECK_ID_EVENT itself gets nothing
 * added.
 *
 *     a number on standard output    so often
 *     nothing, exit code 0           once
 *     nothing, exit code 1           not at all
 *
 * Anything else says nothing: a run never reads a failure of the command as a fact.
 */
#ifndef RUN_EFFECT_COMMAND_H
#define RUN_EFFECT_COMMAND_H

#include "base/child.h"
#include "base/error.h"
#include "run/effect.h"

#define EFFECT_VARIABLE "HOOKCHECK_ID_EVENT"

struct effect_command {
    const char *command; /* borrowed */
};

/* What a command that has ended has said; `said->why` is the caller's to free. Pure. */
void effect_command_read(const struct child *child, struct processed *said);

/* Asks it about `unsent_id`, which it must not know; again and again for `wait_ns` while it fails
 * in another way than that it cannot be run. False with a sentence when it cannot be relied on. */
bool effect_command_check(const struct effect_command *command, const char *unsent_id,
                          int64_t wait_ns, effect_stop *stop, void *stop_payload,
                          struct error *err);

/* `command` outlives what is returned. */
struct effect_oracle effect_command_oracle(struct effect_command *command, int64_t wait_ns);

#endif
