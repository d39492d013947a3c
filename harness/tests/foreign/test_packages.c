/* What `make deb`, `make dist` and `make portable` leave, used where nothing else is. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/skip.h"

TestSuite(foreign_packages, .timeout = 1200);

static void need_root(const char *what)
{
    if (shell_run("[ $(id -u) = 0 ]", &(struct buf){0}) != 0)
        SKIP("%s: a chroot needs root", what);
}

Test(foreign_packages, the_debian_package_has_no_complaint_by_lintian)
{
    NEED_TOOL("lintian", "the Debian package");
    NEED_TOOL("dpkg-shlibdeps", "the Debian package");
    struct buf out = {0};
    cr_assert_eq(shell_run("make --no-print-directory deb 2>&1", &out), 0, "%s", buf_text(&out));
    cr_expect_eq(shell_run("lintian --fail-on error,warning build/packages/*.deb 2>&1", &out), 0,
                 "%s", buf_text(&out));
    buf_clear(&out);
}

Test(foreign_packages, the_source_package_is_the_same_bytes_twice)
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

/* Nothing but glibc, and what `make portable` puts beside the program; also when it is made
 * already. */
Test(foreign_packages, the_portable_tarball_runs_in_an_empty_folder)
{
    NEED_TOOL("chroot", "the portable tarball");
    need_root("the portable tarball");
    struct buf out = {0};
    cr_expect_eq(
        shell_run("make portable >/dev/null 2>&1 && harness/tools/try_portable.sh 2>&1", &out), 0,
        "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "hookcheck: ready: "), "%s", buf_text(&out));
    buf_clear(&out);
}

Test(foreign_packages, the_debian_package_is_installed_used_and_purged_in_a_fresh_debian)
{
    NEED_TOOL("debootstrap", "the Debian package in a fresh Debian");
    need_root("the Debian package in a fresh Debian");
    struct buf out = {0};
    cr_expect_eq(shell_run("harness/tools/try_deb.sh 2>&1", &out), 0, "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "deb: installed, used and purged"), "%s", buf_text(&out));
    buf_clear(&out);
}

/* Away from Git: what the tarball lacks is missing then. */
Test(foreign_packages, the_source_package_builds)
{
    struct buf out = {0};
    cr_expect_eq(shell_run("f=$(make --no-print-directory dist) && d=$(mktemp -d) && tar -xzf "
                           "\"${f%%:*}\" -C $d && "
                           "make -C $d/hookcheck-* -j2 all dist >$d/log 2>&1 && "
                           "$d/hookcheck-*/build/release/hookcheck --version; e=$?; tail -n 5 "
                           "$d/log; rm -r $d; exit $e",
                           &out),
                 0, "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "hookcheck 0."), "%s", buf_text(&out));
    buf_clear(&out);
}
