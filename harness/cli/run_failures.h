/* `run --failures FORMAT=FILE`: the failed requests in a form that other tools send again. */
#ifndef CLI_RUN_FAILURES_H
#define CLI_RUN_FAILURES_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/option.h"
#include "format/request_format.h"
#include "result/result.h"

struct failures_choice {
    const struct request_format *format; /* NULL: not asked for */
    const char *path;                    /* borrowed */
};

extern const struct option_set failures_options;

/* Refuses an unknown format, one that holds one request only, and a file that cannot be written. */
bool failures_choice_read(struct failures_choice *choice, const struct arguments *arguments,
                          struct error *err);

/* Whether they go to standard output ("-"): then the text goes to standard error. */
bool failures_take_stdout(const struct failures_choice *choice);

/* Writes the file, also when nothing failed: then it holds nothing. Says on standard error how many
 * requests the format cannot say. */
bool failures_write(const struct failures_choice *choice, const struct run_result *result,
                    struct error *err);

#endif
