/*
 * Every request format that another tool reads, proved with that tool (prove_format.py): what it
 * sends is what is listed. A tool that is not to be had is skipped, and said.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "format/request_format.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"

TestSuite(format_prove_formats, .timeout = 300);

#define SKIPPED 77

/* Proved by tests of their own, or by nothing but their bytes. */
static const char *const plain[] = {"http", "json", "headers", "body"};

static bool is_plain(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (strcmp(plain[i], name) == 0)
            return true;
    return false;
}

static void prove(const char *name)
{
    struct buf out = {0};
    char *command = mem_format("python3 harness/tests/format/prove_format.py '%s' %s 2>&1",
                               hookcheck_path(), name);
    int code = shell_run(command, &out);
    if (code == SKIPPED)
        (void)fprintf(stderr, "%s", buf_text(&out));
    cr_expect(code == 0 || code == SKIPPED, "%s: %s", name, buf_text(&out));
    buf_clear(&out);
    free(command);
}

static bool have_tools(void)
{
    bool found = hookcheck_path() && shell_has("python3");
    if (!found)
        (void)fprintf(stderr, "SKIPPED: no %s, so no format is proved with its tool\n",
                      hookcheck_path() ? "python3" : "HOOKCHECK_BIN");
    return found;
}

/* Parameters are indices: pointers do not survive into the test's own process. */
ParameterizedTestParameters(format_prove_formats, holds_with_its_own_tool)
{
    static size_t indices[64];
    for (size_t i = 0; i < num_request_formats; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, num_request_formats);
}

ParameterizedTest(size_t *index, format_prove_formats, holds_with_its_own_tool)
{
    const char *name = request_formats[*index].name;
    if (!is_plain(name) && have_tools())
        prove(name);
}
