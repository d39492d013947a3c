/* `load --export`: the load as a project of another engine, in a folder of its own. */
#ifndef CLI_LOAD_EXPORT_H
#define CLI_LOAD_EXPORT_H

#include "cli/load_choice.h"

/* Writes the project and says how to run it. The folder appears as a whole or not at all. Returns
 * the exit code. */
int load_export(const struct load_choice *choice, struct error *err);

#endif
