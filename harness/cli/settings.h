/*
 * What holds for a command when the command line leaves it open: hookcheck.json (its top level,
 * then the named endpoint), then environment variables, then the command line, which wins. Settings
 * are the option rows of `run`: each has the same name in the file, and HOOKCHECK_NAME is its
 * variable. Another command takes those of them that it shares.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/option.h"

#define SETTINGS_FILE_NAME "hookcheck.json"

struct settings_file {
    char *path;   /* as it is shown: "../hookcheck.json"; NULL: there is none */
    char *folder; /* what its paths are relative to: "" or "../" */
    json_t *root; /* without the members that are comments */
};

/* Finds and reads the file that --config, HOOKCHECK_CONFIG or the folders from here upwards name;
 * that there is none is fine. Refuses one that was only found and belongs to another user. Clear it
 * in any case. */
bool settings_open(struct settings_file *file, const struct arguments *arguments,
                   struct error *err);
void settings_clear(struct settings_file *file);

/* The endpoints that the file `config` names, or the one that is found where that is NULL: an
 * object of which each key is a name. NULL where there are none. Caller owns. */
json_t *settings_endpoints(const char *config);

/* Adds all of it to the arguments, and puts the URL of a named endpoint in place of its name. */
bool settings_apply(struct arguments *arguments, const struct command *command, struct error *err);

/* The rows, in order; NULL behind the last. */
const struct option_spec *setting_at(size_t index);

/* "HOOKCHECK_MAX_TIME"; the caller frees. NULL for what no variable can say. */
char *setting_variable(const struct option_spec *spec);

#endif
