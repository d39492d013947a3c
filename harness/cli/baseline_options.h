/* --baseline, --write-baseline and --rerun: what a run has from files of earlier runs. */
#ifndef CLI_BASELINE_OPTIONS_H
#define CLI_BASELINE_OPTIONS_H

#include <stdbool.h>

#include "cli/option.h"
#include "report/baseline.h"

struct baseline_choice {
    bool is_given;
    struct baseline baseline;
    const char *write_to; /* NULL = nowhere */
    char **failed;        /* ids that failed in the report of --rerun */
    size_t num_failed;
    bool is_whole; /* the run asks all cases, and for causes */
};

extern const struct option_set baseline_options;

/* Clear it in any case. */
bool baseline_choice_read(struct baseline_choice *choice, const struct arguments *arguments,
                          struct error *err);
void baseline_choice_clear(struct baseline_choice *choice);

/* Holds the result against the baseline that was given, and writes the one that was asked for. */
bool baseline_choice_apply(const struct baseline_choice *choice, struct run_result *result,
                           struct error *err);

#endif
