/*
 * The handlers that are shown with a diagnosis, each in the framework that it is for: judged by
 * every vector over HTTP and by the program itself. What is started, and how, stands in
 * snippets/table.py.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/resource.h"
#include "diagnose/framework.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(foreign_snippets, .timeout = 400);

#define CHECK "python3 harness/tests/foreign/snippets/check.py"

/* There is no .NET in Debian. */
static const char *const never_run[] = {"aspnet", NULL};

static void check(const char *name)
{
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "handlers in their frameworks");
    char *command = mem_format(CHECK " '%s' %s 2>&1", hookcheck_path(), name);
    struct buf out = {0};
    PROVE_BY(command, &out);
    free(command);
    cr_expect(strstr(buf_text(&out), "vectors over HTTP"), "%s", buf_text(&out));
    buf_clear(&out);
}

#define SNIPPET(name)                                                                              \
    Test(foreign_snippets, name)                                                                   \
    {                                                                                              \
        check(#name);                                                                              \
    }
SNIPPET(node)
SNIPPET(express)
SNIPPET(fastify)
SNIPPET(nextjs)
SNIPPET(python)
SNIPPET(flask)
SNIPPET(django)
SNIPPET(fastapi)
SNIPPET(ruby)
SNIPPET(sinatra)
SNIPPET(rails)
SNIPPET(php)
SNIPPET(laravel)
SNIPPET(go)
SNIPPET(java)
SNIPPET(spring)

/* --- the pages of fixtures/snippets/README.md, typed as they stand --- */

static void type_page(const char *framework)
{
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "the pages of fixtures/snippets");
    char *command = mem_format("python3 harness/tests/foreign/snippets/pages.py '%s' %s 2>&1",
                               hookcheck_path(), framework);
    struct buf out = {0};
    PROVE_BY(command, &out);
    free(command);
    buf_clear(&out);
}

#define PAGE(name, framework)                                                                      \
    Test(foreign_snippets, page_of_##name)                                                         \
    {                                                                                              \
        type_page(framework);                                                                      \
    }
PAGE(express, "Express")
PAGE(nextjs, "Next.js")
PAGE(flask, "Flask")
PAGE(go, "Go")
PAGE(rails, "Rails")
PAGE(laravel, "Laravel")
PAGE(spring, "Spring")

/* Each is either run above or said not to be. */
Test(foreign_snippets, are_all_run_but_for_the_named_ones)
{
    struct buf out = {0};
    NEED_TOOL("python3", "handlers in their frameworks");
    cr_assert_eq(shell_run("cd harness/tests/foreign/snippets && python3 -B -c "
                           "'import table; print(\"\", *sorted(table.SNIPPETS), \"\")'",
                           &out),
                 0);
    for (size_t i = 0; i < num_frameworks; i++) {
        char *word = mem_format(" %s ", frameworks[i].id);
        bool is_run = strstr(buf_text(&out), word) != NULL;
        free(word);
        bool is_named = false;
        for (size_t n = 0; never_run[n]; n++)
            is_named = is_named || strcmp(never_run[n], frameworks[i].id) == 0;
        cr_expect_neq(is_run, is_named, "%s", frameworks[i].id);
    }
    buf_clear(&out);
}

Test(foreign_snippets, every_framework_has_one)
{
    for (size_t i = 0; i < num_frameworks; i++)
        cr_expect_not_null(framework_snippet(&frameworks[i]).data, "%s", frameworks[i].file);
}

/* A handler that needs another file names it; one that does not is complete by itself. */
Test(foreign_snippets, what_they_need_is_there_and_named)
{
    size_t num_needed = 0;
    for (size_t i = 0; i < num_frameworks; i++) {
        const char *module = frameworks[i].module;
        if (!module)
            continue;
        char *stem =
            mem_copy(framework_file_name(module), strcspn(framework_file_name(module), "."));
        cr_expect_not_null(resource_find(module).data, "%s", module);
        cr_expect(bytes_find(framework_snippet(&frameworks[i]), bytes_of(stem)), "%s",
                  frameworks[i].file);
        num_needed++;
        free(stem);
    }
    cr_expect_gt(num_needed, 0);
}
