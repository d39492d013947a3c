/* What shells and man are given, tried with them. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/skip.h"

TestSuite(foreign_shells, .timeout = 900);

static void complete_in(const char *shell)
{
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "completion in real shells");
    struct buf out = {0};
    char *command = mem_format("python3 harness/tests/foreign/complete_in_shell.py '%s' %s 2>&1",
                               hookcheck_path(), shell);
    PROVE_BY(command, &out);
    free(command);
    buf_clear(&out);
}

Test(foreign_shells, bash_completes)
{
    complete_in("bash");
}

Test(foreign_shells, zsh_completes)
{
    complete_in("zsh");
}

Test(foreign_shells, fish_completes)
{
    complete_in("fish");
}

/* Installed, so that the pages find each other. */
Test(foreign_shells, mandoc_has_no_complaint_of_any_page)
{
    NEED_TOOL("mandoc", "manual pages");
    struct buf out = {0};
    (void)shell_run("d=$(mktemp -d) && make --no-print-directory install PREFIX=$d INSTALL_DATA=no "
                    ">$d/log 2>&1 && cd $d/share/man/man1 && ls hookcheck-run.1 && "
                    "MANPATH=$d/share/man mandoc -Tlint hookcheck*.1 2>&1; rm -r $d",
                    &out);
    cr_expect_str_eq(buf_text(&out), "hookcheck-run.1\n");
    buf_clear(&out);
}

Test(foreign_shells, every_pipeline_of_init_is_read)
{
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "the files of `hookcheck init`");
    struct buf out = {0};
    char *command =
        mem_format("python3 harness/tests/foreign/check_ci.py '%s' 2>&1", hookcheck_path());
    PROVE_BY(command, &out);
    free(command);
    buf_clear(&out);
}
