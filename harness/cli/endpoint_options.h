/*
 * How the endpoint is reached: the options that `run` and `send` share, with curl's meanings.
 */
#ifndef CLI_ENDPOINT_OPTIONS_H
#define CLI_ENDPOINT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cli/option.h"
#include "deliver/engine.h"

extern const struct option_set endpoint_options;

struct endpoint_choice {
    struct engine_options engine; /* borrows from the arguments and from this struct */
    const char **resolve;
    const char **connect_to;
};

/* Reads the options; the values of headers are hidden from then on (base/sink.h). Refuses headers
 * that are Panora's own part of the request. Clear it in any case. */
bool endpoint_choice_read(struct endpoint_choice *choice, const struct arguments *arguments,
                          struct error *err);
void endpoint_choice_clear(struct endpoint_choice *choice);

#endif
