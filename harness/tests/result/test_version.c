#include <criterion/criterion.h>

#include "cli/command.h"
#include "result/version.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(result_version, .timeout = 120);

Test(result_version, the_hash_can_be_computed_from_the_files_with_sha256sum)
{
    NEED_TOOL("sha256sum", "the hash of the suites");
    char hash[SUITES_HASH_SIZE];
    struct buf out = {0};
    suites_hash(hash);
    int code =
        shell_run("find suites -name '*.json' ! -name '*.schema.json' | LC_ALL=C sort |"
                  " while read -r f; do printf '%s\\0' \"$f\"; cat \"$f\"; printf '\\0'; done |"
                  " sha256sum | cut -c1-64 | tr -d '\\n'",
                  &out);
    cr_expect_eq(code, 0);
    cr_expect_str_eq(buf_text(&out), hash);
    buf_clear(&out);
}

Test(result_version, the_line_holds_the_beginning_of_the_hash)
{
    char hash[SUITES_HASH_SIZE];
    struct buf line = {0};
    struct buf expected = {0};
    suites_hash(hash);
    version_line(&line);
    buf_add_format(&expected, "hookcheck " HOOKCHECK_VERSION " (suites %.12s)\n", hash);
    cr_expect_str_eq(buf_text(&line), buf_text(&expected));
    buf_clear(&line);
    buf_clear(&expected);
}
