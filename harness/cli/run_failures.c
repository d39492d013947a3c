#include "cli/run_failures.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/report_options.h"
#include "report/failures.h"

static const struct option_spec specs[] = {
    {.name = "failures",
     .path = PATH_FILE,
     .names = "request-formats",
     .value = "FORMAT=FILE",
     .is_aside = true,
     .help =
         "Write the requests of failed cases for another tool, such as har=failed.har; FILE - is "
         "standard output. See `hookcheck list formats`.",
     .otherwise = "none"},
};
const struct option_set failures_options = {specs, ARRAY_LEN(specs)};

bool failures_take_stdout(const struct failures_choice *choice)
{
    return choice->path && strcmp(choice->path, "-") == 0;
}

bool failures_choice_read(struct failures_choice *choice, const struct arguments *arguments,
                          struct error *err)
{
    const char *given = arguments_value(arguments, "failures");
    const char *equals = given ? strchr(given, '=') : NULL;
    *choice = (struct failures_choice){0};
    if (!given)
        return true;
    if (!equals || !equals[1])
        return error_set(err, "--failures: \"%s\" is not FORMAT=FILE, such as har=failed.har",
                         given);
    char *name = mem_copy(given, (size_t)(equals - given));
    choice->format = request_format_find(name, err);
    choice->path = equals + 1;
    free(name);
    if (!choice->format || (!failures_take_stdout(choice) && !file_can_write(choice->path, err)))
        return error_prefix(err, "--failures");
    return choice->format->between ||
           error_set(
               err,
               "--failures: %s can represent only one request; use a format for many, such as har",
               choice->format->name);
}

bool failures_write(const struct failures_choice *choice, const struct run_result *result,
                    struct error *err)
{
    struct buf out = {0};
    if (!choice->format)
        return true;
    size_t left_out = failures_render(result, choice->format, &out);
    bool ok = report_write(choice->path, buf_bytes(&out), err);
    if (ok && left_out)
        sink_note(
            "note: %zu of the failed requests cannot be represented in %s and are left out of %s",
            left_out, choice->format->name, choice->path);
    buf_clear(&out);
    return ok;
}
