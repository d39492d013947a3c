/* What shells and man are given, tried with them. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/skip.h"

TestSuite(foreign_shells, .timeout = 300);

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

Test(foreign_shells, the_debian_package_has_no_complaint_by_lintian)
{
    NEED_TOOL("lintian", "the Debian package");
    NEED_TOOL("dpkg-shlibdeps", "the Debian package");
    struct buf out = {0};
    cr_assert_eq(shell_run("make --no-print-directory deb 2>&1", &out), 0, "%s", buf_text(&out));
    cr_expect_eq(shell_run("lintian --fail-on error,warning build/packages/*.deb 2>&1", &out), 0,
                 "%s", buf_text(&out));
    buf_clear(&out);
}

Test(foreign_shells, the_source_package_is_the_same_bytes_twice)
{
    static const char hash[] = "f=$(make --no-print-directory dist) && sha256sum \"${f%%:*}\"";
    NEED_TOOL("git", "the source package");
    struct buf out = {0};
    struct buf again = {0};
    cr_expect_eq(shell_run(hash, &out), 0, "%s", buf_text(&out));
    cr_expect_eq(shell_run("sleep 1", &again), 0);
    cr_expect_eq(shell_run(hash, &again), 0);
    cr_expect_str_eq(buf_text(&out), buf_text(&again));
    buf_clear(&again);
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

/* Nothing but glibc, and what `make portable` puts beside the program. */
Test(foreign_shells, the_portable_tarball_runs_in_an_empty_folder)
{
    NEED_TOOL("chroot", "the portable tarball");
    if (shell_run("[ $(id -u) = 0 ]", &(struct buf){0}) != 0)
        SKIP("the portable tarball: a chroot needs root");
    struct buf out = {0};
    cr_expect_eq(shell_run("harness/tools/try_portable.sh 2>&1", &out), 0, "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "hookcheck: ready: "), "%s", buf_text(&out));
    buf_clear(&out);
}
