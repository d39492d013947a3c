/* The options of `fixtures`, read and checked before anything is written. */
#ifndef CLI_FIXTURE_OPTIONS_H
#define CLI_FIXTURE_OPTIONS_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/option.h"
#include "corpus/fixture_choice.h"

extern const struct option_set fixture_options;

/* The struct must not move once it is read: it points into itself. Clear it in any case. */
bool fixture_options_read(struct fixture_choice *choice, const struct arguments *arguments,
                          struct error *err);

#endif
