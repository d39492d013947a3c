/*
 * The built program against an endpoint that does its worst, and against one that repeats every
 * secret: a short selection. `make hostile` runs all of it.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(hostile_endpoint, .timeout = 1200);

static void expect_no_problem(const char *script, const char *arguments)
{
    const char *program = getenv("HOOKCHECK_BIN");
    struct buf out = {0};
    NEED_TOOL("node", "hostile endpoints");
    cr_assert_not_null(program, "HOOKCHECK_BIN names the program");
    char *command =
        mem_format("node harness/tests/hostile/%s '%s' %s 2>&1", script, program, arguments);
    cr_expect_eq(shell_run(command, &out), 0, "%s", buf_text(&out));
    free(command);
    buf_clear(&out);
}

Test(hostile_endpoint, costs_bounded_time_and_memory)
{
    expect_no_problem("hostile.mjs", "--short");
}

Test(hostile_endpoint, learns_every_secret_and_shows_none)
{
    expect_no_problem("leaks.mjs", "percent word");
}

Test(hostile_endpoint, receiver_answers_beside_a_crowd)
{
    expect_no_problem("crowd.mjs", "");
}
