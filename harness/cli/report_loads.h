/* `hookcheck report` of saved loads: one is shown, two are compared. */
#ifndef CLI_REPORT_LOADS_H
#define CLI_REPORT_LOADS_H

#include <stdbool.h>

#include "base/bytes.h"
#include "cli/report_options.h"

/* Whether the text of a file is a load's report, and not a run's. */
bool report_is_load(struct bytes text);

/* Shows the loads in the files `paths`, or writes their pages. Returns the exit code. */
int report_loads(const struct report_choice *choice, const char *const *paths, size_t count,
                 struct error *err);

#endif
