/*
 * A command of the user's that runs beside us: by /bin/sh, in a session of its own, with nothing of
 * ours open, for a limited time and with limited output. Several run at once; nobody is waited for
 * but by children_wait.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

#define CHILD_OUT_MAX ((size_t)4096) /* bytes of standard output; more end it */
#define CHILD_ERR_MAX ((size_t)1024) /* bytes of standard error that are kept */

enum child_state {
    CHILD_NONE, /* never started */
    CHILD_RUNNING,
    CHILD_EXITED,    /* with `code` */
    CHILD_SIGNALLED, /* by the signal `code` */
    CHILD_LATE,      /* killed: its time was up */
    CHILD_LOUD       /* killed: it printed more than CHILD_OUT_MAX */
};

/* Zeroed, or ended and cleared, before it is started. */
struct child {
    enum child_state state;
    int code;
    pid_t pid; /* leads a session and a process group */
    int out_fd;
    int err_fd;
    int64_t until_ns; /* of clock_monotonic_ns() */
    struct buf out;
    struct buf err;
};

/* What is run: `script` with `argument` as $1, and `variable` ("NAME=value") added to this
 * program's environment. Everything is borrowed, and only until child_start returns. */
struct child_command {
    const char *script;
    const char *argument;
    const char *variable;
    int64_t limit_ns;
};

/* False with a sentence when no process could be started. */
bool child_start(struct child *child, const struct child_command *command, struct error *err);

/* Waits for `timeout_ns` at most until one of `count` children has something to say, then reads
 * what they print and notes which have ended; those that are late or loud are killed. */
void children_wait(struct child *children, size_t count, int64_t timeout_ns);

/* Kills it, with all that it has started and that has not left its process group, and frees what it
 * holds. Nothing happens to one that never ran. */
void child_clear(struct child *child);

#endif
