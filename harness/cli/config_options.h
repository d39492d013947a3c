/* --config and --no-config: which hookcheck.json is read. */
#ifndef CLI_CONFIG_OPTIONS_H
#define CLI_CONFIG_OPTIONS_H

#include "cli/option.h"

extern const struct option_set config_options;

#endif
