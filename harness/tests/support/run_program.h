/*
 * Runs a program as a user would: arguments, environment and standard input in; what it wrote and
 * how it ended out.
 */
#ifndef TESTS_SUPPORT_RUN_PROGRAM_H
#define TESTS_SUPPORT_RUN_PROGRAM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"

struct program {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    const char *const *env;  /* NULL-terminated "NAME=value", added to this test's environment, from
                                which HOOKCHECK_SECRET is  taken away; NULL = nothing */
    struct bytes in;
    const char *out_path; /* write standard output there; NULL = collect it */
    bool out_closed_pipe; /* standard output is a pipe that nobody reads */
};

struct program_end {
    int code; /* exit code; 128 + N when signal N ended it; -1 when it did not start or took longer
                 than ten minutes */
    struct buf out;
    struct buf err;
};

/* The test's environment without HOOKCHECK_SECRET and with `added` (NULL-terminated, or NULL); the
 * caller frees the array, the strings stay theirs. */
char **program_environment(const char *const *added);

/* Runs it to its end; the caller clears `end`. */
void run_program(const struct program *program, struct program_end *end);
void program_end_clear(struct program_end *end);

/* The built binary (environment variable HOOKCHECK_BIN), or NULL when it is not set. */
const char *hookcheck_path(void);

/* Runs hookcheck with NULL-terminated `arguments` and the secret "whsec_test" in HOOKCHECK_SECRET.
 */
void run_hookcheck(const char *const *arguments, struct bytes in, struct program_end *end);

/* The same with an environment of the caller's. */
void run_hookcheck_with(const char *const *arguments, const char *const *env, struct bytes in,
                        struct program_end *end);

#define TEST_SECRET "whsec_test"

/* Runs hookcheck with these arguments and nothing on standard input. */
#define RUN(end, ...)                                                                              \
    run_hookcheck((const char *const[]){__VA_ARGS__, NULL}, (struct bytes){0}, (end))

/* For the beginning of a test: skips it, loudly, when there is no binary to run. */
#define NEED_HOOKCHECK()                                                                           \
    do {                                                                                           \
        if (!hookcheck_path())                                                                     \
            cr_skip_test("HOOKCHECK_BIN is not set: `make check` sets it");                        \
    } while (0)

#endif
