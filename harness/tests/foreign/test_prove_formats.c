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
#include "tests/support/skip.h"

TestSuite(foreign_formats, .timeout = 300);

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
    char *command = mem_format("python3 harness/tests/foreign/prove_format.py '%s' %s 2>&1",
                               hookcheck_path(), name);
    PROVE_BY(command, &out);
    buf_clear(&out);
    free(command);
}

/* Parameters are indices: pointers do not survive into the test's own process. */
ParameterizedTestParameters(foreign_formats, holds_with_its_own_tool)
{
    static size_t indices[64];
    for (size_t i = 0; i < num_request_formats; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, num_request_formats);
}

ParameterizedTest(size_t *index, foreign_formats, holds_with_its_own_tool)
{
    const char *name = request_formats[*index]->name;
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "formats by their own tools");
    if (!is_plain(name))
        prove(name);
}
