/* The handlers that are shown with a diagnosis, each in its real runtime, judged over HTTP. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/mem.h"
#include "diagnose/framework.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"

TestSuite(diagnose_snippets, .timeout = 120);

static void check(const char *name, const char *program)
{
    NEED_HOOKCHECK();
    if (!shell_has(program) || !shell_has("python3"))
        cr_skip_test("%s or python3 is not installed: its handler is NOT tested", program);
    char *command = mem_format("sh fixtures/snippets/check.sh '%s' %s", hookcheck_path(), name);
    struct buf out = {0};
    cr_expect_eq(shell_run(command, &out), 0, "%s", buf_text(&out));
    free(command);
    buf_clear(&out);
}

Test(diagnose_snippets, node)
{
    check("node", "node");
}

Test(diagnose_snippets, python)
{
    check("python", "python3");
}

Test(diagnose_snippets, php)
{
    check("php", "php");
}

Test(diagnose_snippets, go)
{
    check("go", "go");
}

Test(diagnose_snippets, java)
{
    check("java", "javac");
}

Test(diagnose_snippets, every_framework_has_one)
{
    for (size_t i = 0; i < num_frameworks; i++)
        cr_expect_not_null(framework_snippet(&frameworks[i]).data, "%s", frameworks[i].file);
}
