/* Running a command line as a user would, from a test. */
#ifndef TESTS_SUPPORT_SHELL_RUN_H
#define TESTS_SUPPORT_SHELL_RUN_H

#include <stdbool.h>

#include "base/buf.h"

/* Runs `command` with /bin/sh, appends its standard output, and returns its exit code (128 when it
 * was killed, -1 when it could not be run). */
int shell_run(const char *command, struct buf *out);

/* Whether there is a program of that name. */
bool shell_has(const char *program);

/* Writes `content` to a fresh file and returns its path, which the caller frees and unlinks. NULL
 * when it cannot. */
char *shell_temporary(struct bytes content);

#endif
