/*
 * What `load --export` writes, run by the engine that it is for (prove_load.py): every event is
 * genuine and distinct, every forgery is judged, and the goals set the exit code.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(foreign_load_projects, .timeout = 120);

static void prove(const char *engine)
{
    struct buf out = {0};
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "a load's project for another engine");
    char *command = mem_format("python3 harness/tests/foreign/prove_load.py '%s' %s 2>&1",
                               hookcheck_path(), engine);
    PROVE_BY(command, &out);
    buf_clear(&out);
    free(command);
}

Test(foreign_load_projects, locust_runs_with_a_master_and_two_workers)
{
    prove("locust");
}

Test(foreign_load_projects, k6_finds_all_that_it_needs)
{
    prove("k6");
}
