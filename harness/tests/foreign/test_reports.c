/* Reports in the hands of those who read such files: a browser with axe, Microsoft's SARIF
 * multitool, a HAR validator. */
#include <criterion/criterion.h>
#include <stdlib.h>

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
