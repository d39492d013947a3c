#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sink.h"
#include "cli/command.h"
#include "run/library.h"

#define SUITE_FILE_MAX ((size_t)16 * 1024 * 1024)

/* The suite in `file`, or NULL after its complaint was printed. */
static struct suite *read_suite(const struct library *library, const char *file)
{
    struct buf text = {0};
    struct error why = {0};
    struct suite *suite = NULL;
    if (file_read(file, SUITE_FILE_MAX, &text, &why))
        suite = suite_read(file, buf_bytes(&text), &library->vocabulary, &why);
    if (!suite)
        sink_print(stdout, "%s\n", why.message);
    buf_clear(&text);
    return suite;
}

static bool lint_file(const struct library *library, const char *file)
{
    struct suite *suite = read_suite(library, file);
    if (suite)
        sink_print(stdout, "%s: ok, %zu case%s\n", file, suite->num_cases,
                   suite->num_cases == 1 ? "" : "s");
    suite_free(suite);
    return suite != NULL;
}

static int run(const struct arguments *arguments, struct error *err)
{
    if (!arguments_expect_words(arguments, 1, SIZE_MAX, "at least one FILE", err))
        return EXIT_WRONG_USAGE;
    struct library library;
    library_init(&library);
    int code = EXIT_OK;
    for (size_t i = 0; i < arguments->num_words; i++)
        if (!lint_file(&library, arguments->words[i]))
            code = EXIT_WRONG_USAGE;
    library_clear(&library);
    return code;
}

const struct command command_lint = {
    .name = "lint",
    .arguments = "FILE...",
    .summary = "check suite files",
    .about =
        "Reads each suite file as `hookcheck run --suite FILE` would, and prints how many cases it "
        "has, or what is wrong and where. Exit code: 0 when all files are valid, 2 otherwise.",
    .examples = "  hookcheck lint suites/mine.json\n"
                "  hookcheck lint suites/*/*.json\n",
    .options = NULL,
    .num_option_sets = 0,
    .run = run,
};
