/* How the program was built: what makes a mistake of ours harder to use is there. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(cli_build, .timeout = 120);

static void expect_in(const char *readelf, const char *wanted)
{
    struct buf out = {0};
    char *command = mem_format("readelf %s '%s'", readelf, getenv("HOOKCHECK_BIN"));
    cr_expect_eq(shell_run(command, &out), 0, "%s", command);
    cr_expect(strstr(buf_text(&out), wanted), "%s shows no \"%s\"", command, wanted);
    free(command);
    buf_clear(&out);
}

Test(cli_build, is_hardened)
{
    NEED_TOOL("readelf", "build flags");
    cr_assert_not_null(getenv("HOOKCHECK_BIN"), "HOOKCHECK_BIN names the program");
    expect_in("-hW", "DYN ");      /* its place in memory changes: PIE */
    expect_in("-lW", "GNU_RELRO"); /* tables of addresses are read-only ... */
    expect_in("-dW", "BIND_NOW");  /* ... from the start on */
    expect_in("-lW", "GNU_STACK"); /* the stack is no code: */
    expect_in("-lW", "RW  0x10");  /* ... not RWE */
    expect_in("-sW", "__stack_chk_fail");
}

/* Where the compiler has it: jumps and returns go only where the program means them to. The
 * libraries of the system decide whether the whole program may, so an object of ours is looked at.
 */
Test(cli_build, marks_jumps_and_returns_for_the_processor)
{
    NEED_TOOL("readelf", "build flags");
#ifdef __CET__
    struct buf out = {0};
    cr_expect_eq(shell_run("readelf -nW \"$(dirname \"$HOOKCHECK_BIN\")/cli/main.o\"", &out), 0);
    cr_expect_not_null(strstr(buf_text(&out), "IBT, SHSTK"), "%s", buf_text(&out));
    buf_clear(&out);
#else
    SKIP("build flags: this compiler has no -fcf-protection here");
#endif
}

/* Where the compiler has it (the Makefile asks): copies are checked against the room that there is.
 */
Test(cli_build, checks_the_room_of_copies)
{
    NEED_TOOL("readelf", "build flags");
    if (strstr(getenv("HOOKCHECK_BIN"), "/release/") == NULL)
        SKIP("build flags: FORTIFY is for the release build");
    expect_in("-sW", "__memcpy_chk");
}

Test(cli_build, is_installed_for_everybody_whatever_the_umask)
{
    NEED_TOOL("make", "make install");
    struct buf out = {0};
    cr_expect_eq(
        shell_run(
            "umask 077; d=$(mktemp -d); make -s install DESTDIR=$d/root PREFIX=/usr "
            "BIN=$HOOKCHECK_BIN -o $HOOKCHECK_BIN >$d/log 2>&1 || tail -n 3 $d/log; "
            "ls $d/root/usr/bin/hookcheck $d/root/usr/share/man/man1/hookcheck-run.1 >/dev/null; "
            "find $d/root -type f ! -perm -444; find $d/root/usr -type d ! -perm -555; "
            "find $d/root -perm /022; rm -r $d",
            &out),
        0);
    cr_expect_str_eq(buf_text(&out), "");
    buf_clear(&out);
}

/* A target that only a release needs is else read for the first time there. */
Test(cli_build, reads_every_line_of_the_makefile)
{
    NEED_TOOL("make", "the Makefile");
    struct buf out = {0};
    int code = shell_run("MAKEFLAGS= make -n lint test-all hostile deb dist portable 2>&1", &out);
    cr_expect_eq(code, 0, "%s", buf_text(&out));
    cr_expect_null(strstr(buf_text(&out), "***"), "%s", buf_text(&out));
    buf_clear(&out);
}

/* The last lines of a log must say which test failed, wherever the runner said it. */
Test(cli_build, names_the_failed_tests_at_the_end)
{
    char *report = shell_temporary(
        bytes_of("<testsuites>\n  <testsuite name=\"one\" tests=\"5\">\n"
                 "    <testcase name=\"fine\" status=\"PASSED\" time=\"0\">\n    </testcase>\n"
                 "    <testcase name=\"bad\" status=\"FAILED\" time=\"0\">\n"
                 "      <failure message=\"2 assertion(s) failed.\"><![CDATA[a.c:7: no \"<b>\" &]]>"
                 "&#10;        on two lines&#10;<![CDATA[a.c:8: second]]>&#10;</failure>\n"
                 "    </testcase>\n    <testcase name=\"slow\" status=\"ERRORED\" time=\"9\">\n"
                 "      <error type=\"timeout\" message=\"The test timed out.\" />    </testcase>\n"
                 "    <testcase name=\"left\" status=\"SKIPPED\">\n    </testcase>\n"
                 "  </testsuite>\n  <testsuite name=\"two\">\n"
                 "    <testcase name=\"third\" status=\"FAILED\">\n      <failure message=\"0 "
                 "assertion(s) failed.\"></failure>\n    </testcase>\n  </testsuite>\n"));
    struct buf out = {0};
    char *command =
        mem_format("awk -v most=2 -f harness/tools/failed_tests.awk '%s'; rm '%s'", report, report);
    cr_expect_eq(shell_run(command, &out), 0);
    char *expected = mem_format("  one/bad: a.c:7: no \"<b>\" & on two lines (and 1 more)\n"
                                "  one/slow: The test timed out.\n  and 1 more: see %s\n",
                                report);
    cr_expect_str_eq(buf_text(&out), expected);
    free(expected);
    free(command);
    free(report);
    buf_clear(&out);
}

/* Stands in for a runner: one/slow fails among others and passes alone, one/bad fails always. */
static const char stand_in[] =
    "#!/bin/sh\n"
    "for a; do case $a in --xml=*) xml=${a#--xml=};; --*) ;; *) filter=$a;; esac; done\n"
    "slow=FAILED bad=PASSED code=1\n"
    "case $filter in one/slow) slow=PASSED code=0;; *bad) bad=FAILED;; esac\n"
    "{ echo '<testsuite name=\"one\">'\n"
    "for t in slow:$slow bad:$bad; do echo \"<testcase name=\\\"${t%:*}\\\" "
    "status=\\\"${t#*:}\\\">\"\n"
    "echo '</testcase>'; done; } >$xml\n"
    "exit $code\n";

static int check_with(const char *ci, const char *filter, struct buf *out)
{
    char *runner = shell_temporary(bytes_of(stand_in));
    char *command = mem_format("chmod +x '%s'; CI=%s HOOKCHECK_SKIPPED='%s.none' "
                               "harness/tools/check.sh '%s' '%s.xml' '%s' 2>&1; code=$?; "
                               "rm -f '%s' '%s'.*; exit $code",
                               runner, ci, runner, runner, runner, filter, runner, runner);
    int code = shell_run(command, out);
    free(command);
    free(runner);
    return code;
}

/* Where others keep the machine busy, a test may miss its time: it passes alone, and is named. */
Test(cli_build, names_what_passed_only_alone_and_lets_nothing_else_pass)
{
    struct buf out = {0};
    cr_expect_eq(check_with("", "*slow", &out), 1, "without CI it fails at once");
    cr_expect_null(strstr(buf_text(&out), "once more"));
    buf_clear(&out);
    cr_expect_eq(check_with("true", "*slow", &out), 0, "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "FAILED among the others, and passed alone:\n  one/slow"));
    buf_clear(&out);
    cr_expect_eq(check_with("true", "*bad", &out), 1, "it fails again");
    cr_expect(strstr(buf_text(&out), "FAILED (the runner ended with 1):\n  one/slow"));
    buf_clear(&out);
}
