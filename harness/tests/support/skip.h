/*
 * Tests that need something which a machine may lack or have too old. They are skipped, never
 * silently: each says what is missing, at once and again in the list at the end of `make test`.
 */
#ifndef TESTS_SUPPORT_SKIP_H
#define TESTS_SUPPORT_SKIP_H

#include <criterion/criterion.h>

#include "base/buf.h"
#include "tests/support/shell_run.h"

/* Says that something is not tested, and why: on standard error, and in the file that the
 * environment variable HOOKCHECK_SKIPPED names, which make prints at the end. */
__attribute__((format(printf, 1, 2))) void skip_note(const char *format, ...);

/* Ends the test here as skipped, with a sentence that names what is missing and its version. */
#define SKIP(...)                                                                                  \
    do {                                                                                           \
        skip_note(__VA_ARGS__);                                                                    \
        cr_skip_test(__VA_ARGS__);                                                                 \
    } while (0)

/* For the beginning of a test: goes on only where there is a program of that name. */
#define NEED_TOOL(name, what)                                                                      \
    do {                                                                                           \
        if (!shell_has(name))                                                                      \
            SKIP("%s: no %s on this machine", what, name);                                         \
    } while (0)

/* Runs a proof that another program does (harness/tests/foreign/NAME.py and the like) and appends
 * what it prints. Exit code 77 with the line "SKIPPED: WHY" skips the test; any other code but 0
 * fails it. */
#define PROVE_BY(command, out)                                                                     \
    do {                                                                                           \
        int prove_code = shell_run((command), (out));                                              \
        if (prove_code == 77)                                                                      \
            SKIP("%s", skip_reason(out));                                                          \
        cr_expect_eq(prove_code, 0, "%s\n%s", (command), buf_text(out));                           \
    } while (0)

/* What stands behind the last "SKIPPED: " of `out`, without its newline; borrowed. */
const char *skip_reason(struct buf *out);

#endif
