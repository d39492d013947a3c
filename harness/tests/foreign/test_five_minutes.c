/* README's "Five minutes with a local Panora", followed in a shell to the letter. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(foreign_five_minutes, .timeout = 300);

Test(foreign_five_minutes, say_what_happens)
{
    struct buf out = {0};
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "the README's five minutes");
    char *command = mem_format("python3 harness/tests/foreign/prove_five_minutes.py '%s' 2>&1",
                               hookcheck_path());
    PROVE_BY(command, &out);
    buf_clear(&out);
    free(command);
}
