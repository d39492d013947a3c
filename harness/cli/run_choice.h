/* What `run` was asked to do: its options, read and checked before the first request. */
#ifndef CLI_RUN_CHOICE_H
#define CLI_RUN_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cli/baseline_options.h"
#include "cli/endpoint_options.h"
#include "cli/option.h"
#include "cli/report_options.h"
#include "cli/run_failures.h"
#include "report/report.h"
#include "run/effect_command.h"
#include "run/library.h"
#include "run/run.h"

struct run_choice {
    struct run_options run; /* borrows from everything below */
    struct library library;
    struct target target;
    struct endpoint_choice endpoint;
    struct engine_options
        engine;           /* without the additional headers, which are part of each request */
    struct secret secret; /* with --endpoint as the API has it */
    const char **only;
    char **skip; /* globs, cut off from their reasons in place */
    const char **skip_reasons;
    size_t num_skip;
    char *event_list; /* the words of --events, cut apart in place */
    const char **events;
    struct report_choice reports;
    bool takes_stdout; /* a report or the failures go there: the text goes to standard error */
    struct baseline_choice baseline;
    struct failures_choice failures;
    struct effect_command effect_command; /* `command` NULL = none is given */
    struct effect_oracle effect;
    bool dry_run;
    int64_t per_second; /* --rate; 0 = it is not given */
    int64_t effect_wait_ns;
    bool seed_is_given; /* the same events may have been sent before */
    struct text_options text;
    bool progress;
};

extern const struct option_set run_options_set;

/* Reads all of it; refuses what is wrong with one sentence. Clear it in any case. The struct must
 * not move afterwards. */
bool run_choice_read(struct run_choice *choice, const struct arguments *arguments,
                     struct error *err);
void run_choice_clear(struct run_choice *choice);

#endif
