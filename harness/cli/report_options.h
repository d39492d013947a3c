/* --report: which reports are wanted, and writing them; `run` and `report` share it. */
#ifndef CLI_REPORT_OPTIONS_H
#define CLI_REPORT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/option.h"
#include "report/report.h"

struct wanted_report {
    const struct report_format *format;
    const char *path; /* "-" = standard output; borrowed */
};

struct report_choice {
    struct wanted_report *reports;
    size_t num_reports;
    bool takes_stdout;   /* one of them goes to standard output, where else the text goes */
    bool text_is_wanted; /* text=-: what goes there anyway */
};

extern const struct option_set report_options;

/* How the text report looks on `fd`, by -q, -v, --color and --no-color, which every command that
 * prints it has. */
struct text_options text_options_for(const struct arguments *arguments, int fd);

/* Reads every --report: FORMAT=FILE, or FILE alone when its ending says the format. Refuses a file
 * that is named twice or cannot be written. Clear it in any case. */
bool report_choice_read(struct report_choice *choice, const struct arguments *arguments,
                        struct error *err);
void report_choice_clear(struct report_choice *choice);

/* Whether a report goes to this path already. */
bool report_choice_has(const struct report_choice *choice, const char *path);

/* Writes all of them: one full disk does not take the others along; the first failure speaks. */
bool report_choice_write(const struct report_choice *choice, const struct run_result *result,
                         struct error *err);

/* Writes `content` to `path`, "-" being standard output. */
bool report_write(const char *path, struct bytes content, struct error *err);

#endif
