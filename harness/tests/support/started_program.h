/*
 * A program that runs in the background of a test, such as `hookcheck receive`: started, its first
 * line read, and stopped at the end with everything that it started itself.
 */
#ifndef TESTS_SUPPORT_STARTED_PROGRAM_H
#define TESTS_SUPPORT_STARTED_PROGRAM_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

struct started_program {
    pid_t pid; /* leads a process group of its own; 0 = not running */
    int out;   /* its standard output, which is read and dropped after the first line */
    pthread_t drain;
    char first_line[512]; /* without its newline */
    const char *url;      /* what follows "listening on " in it, or NULL */
};

/* Starts `argv` (NULL-terminated, argv[0] looked up in PATH) with `env` ("NAME=value", NULL at the
 * end; NULL = nothing) added to this test's environment, from which HOOKCHECK_SECRET is taken away,
 * and waits for its first line. False when there is none within 10 s. It ends by itself after a
 * minute, so that a test that is killed leaves nothing behind. */
bool start_program(struct started_program *program, const char *const *argv,
                   const char *const *env);

/* `hookcheck receive --quiet --listen 127.0.0.1:0 ARGUMENTS...` with the secret TEST_SECRET; true
 * when it has said its URL. */
bool start_receiver(struct started_program *program, const char *const *arguments);

/* SIGTERM to it, SIGKILL when that does not help within 30 s, and SIGKILL to all that it left.
 * Returns its exit code, 128 + N when signal N ended it. Nothing to do when it was not started. */
int stop_program(struct started_program *program);

#endif
