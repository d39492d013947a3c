/* How the program was built: what makes a mistake of ours harder to use is there. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(cli_build, .timeout = 60);

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
