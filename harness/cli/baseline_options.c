#include "cli/baseline_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sink.h"
#include "report/report_read.h"
#include "report/standing.h"

#define FILE_MAX ((size_t)256 * 1024 * 1024)

static const struct option_spec specs[] = {
    {.name = "baseline",
     .path = PATH_FILE,
     .value = "FILE",
     .is_aside = true,
     .help = "Ignore the failures that FILE lists as known; exit code 5 when nothing else failed "
             "(reports/baseline.schema.json).",
     .otherwise = "no failure is known"},
    {.name = "write-baseline",
     .form = FORM_TYPED_ONLY,
     .value = "FILE",
     .is_aside = true,
     .help = "Write a baseline of all that failed.",
     .otherwise = "none"},
    {.name = "rerun",
     .form = FORM_TYPED_ONLY,
     .group = "selection",
     .value = "FILE",
     .is_aside = true,
     .help = "Run only the cases that failed in this JSON report.",
     .otherwise = "all"},
};

const struct option_set baseline_options = {specs, ARRAY_LEN(specs)};

static bool read_baseline(struct baseline_choice *choice, const struct arguments *arguments,
                          const char *path, struct error *err)
{
    struct buf text = {0};
    bool ok = file_read(path, FILE_MAX, &text, err) &&
              baseline_read(path, buf_bytes(&text), &choice->baseline, err);
    buf_clear(&text);
    choice->is_given = ok;
    return ok || arguments_blame(arguments, "baseline", err);
}

static void take_failed(struct baseline_choice *choice, const struct run_result *saved)
{
    choice->failed = mem_alloc((saved->num_cases + 1) * sizeof *choice->failed);
    for (size_t i = 0; i < saved->num_cases; i++)
        if (case_standing(saved, &saved->cases[i]) == STANDING_FAILED)
            choice->failed[choice->num_failed++] = mem_text(saved->cases[i].id);
}

static bool read_rerun(struct baseline_choice *choice, const char *path, struct error *err)
{
    struct buf text = {0};
    struct run_result saved = {0};
    bool ok =
        file_read(path, FILE_MAX, &text, err) && report_read(path, buf_bytes(&text), &saved, err);
    if (ok)
        take_failed(choice, &saved);
    run_result_clear(&saved);
    buf_clear(&text);
    if (ok && choice->num_failed == 0)
        ok = error_set(err, "nothing failed in %s", path);
    return ok || error_prefix(err, "--rerun");
}

bool baseline_choice_read(struct baseline_choice *choice, const struct arguments *arguments,
                          struct error *err)
{
    const char *path = arguments_value(arguments, "baseline");
    const char *rerun = arguments_value(arguments, "rerun");
    *choice = (struct baseline_choice){.write_to = arguments_value(arguments, "write-baseline")};
    if (choice->write_to && strcmp(choice->write_to, "-") == 0)
        return error_set(err,
                         "--write-baseline: a baseline goes to a file, not to standard output");
    if (choice->write_to && !file_can_write(choice->write_to, err))
        return error_prefix(err, "--write-baseline");
    return (!path || read_baseline(choice, arguments, path, err)) &&
           (!rerun || read_rerun(choice, rerun, err));
}

void baseline_choice_clear(struct baseline_choice *choice)
{
    baseline_clear(&choice->baseline);
    for (size_t i = 0; i < choice->num_failed; i++)
        free(choice->failed[i]);
    free(choice->failed);
    *choice = (struct baseline_choice){0};
}

bool baseline_choice_apply(const struct baseline_choice *choice, struct run_result *result,
                           struct error *err)
{
    struct buf out = {0};
    bool ok = true;
    if (choice->write_to) {
        baseline_write(result, &out);
        ok = sink_write_file(choice->write_to, buf_bytes(&out), 0644, err);
    }
    buf_clear(&out);
    if (choice->is_given) {
        char now[CLOCK_ISO_SIZE];
        clock_iso(clock_wall_ms(), now);
        now[strlen("2026-11-26")] = '\0';
        baseline_apply(&choice->baseline, now, choice->is_whole, result);
    }
    return ok;
}
