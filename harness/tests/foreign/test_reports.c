/* Reports in the hands of those who read such files: a browser with axe, Microsoft's SARIF
 * multitool, a HAR validator. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(foreign_reports, .timeout = 400);

static void check(const char *what)
{
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "reports in the hands of their readers");
    char *command = mem_format("python3 harness/tests/foreign/report/check.py '%s' %s 2>&1",
                               hookcheck_path(), what);
    struct buf out = {0};
    PROVE_BY(command, &out);
    free(command);
    buf_clear(&out);
}

Test(foreign_reports, page)
{
    check("page");
}

Test(foreign_reports, pages_of_loads)
{
    check("load");
}

Test(foreign_reports, sarif)
{
    check("sarif");
}

Test(foreign_reports, har)
{
    check("har");
}

/* The README's picture is one of the page as it is now made. */
Test(foreign_reports, screenshot)
{
    NEED_HOOKCHECK();
    NEED_TOOL("chromium", "the README's screenshot");
    struct buf out = {0};
    char *command = mem_format("d=$(mktemp -d) && harness/tools/screenshot.sh '%s' $d/page.png && "
                               "for f in $d/page.png reports/examples/page.png; do "
                               "od -An -tx1 -N24 $f | tr -d ' \\n'; echo; done; rm -rf $d",
                               hookcheck_path());
    cr_assert_eq(shell_run(command, &out), 0, "%s", buf_text(&out));
    const char *second = strchr(buf_text(&out), '\n');
    cr_assert(second && strstr(buf_text(&out), "89504e47"), "%s", buf_text(&out));
    size_t length = (size_t)(second - buf_text(&out));
    cr_expect_eq(strncmp(buf_text(&out), second + 1, length), 0, "another size: %s",
                 buf_text(&out));
    free(command);
    buf_clear(&out);
}

/* Against 30 faults, ports that are closed, redirect, speak TLS or are hostile. */
Test(foreign_reports, screens, .timeout = 1200)
{
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "the screens of runs");
    struct buf out = {0};
    char *command =
        mem_format("python3 harness/tests/foreign/report/screens.py '%s' 2>&1", hookcheck_path());
    PROVE_BY(command, &out);
    free(command);
    buf_clear(&out);
}
