/* Mistyped variables: HOOKCHECK_URLL would change nothing, and nobody would notice. */
#ifndef CLI_MISSPELT_H
#define CLI_MISSPELT_H

#include "cli/command.h"

/* The variable that the writer of `name` meant ("HOOKCHECK_URL"), which the caller frees; NULL when
 * it is one, or when none is near. */
char *misspelt_variable(const char *name);

/* Notes each variable of the environment that looks like one of ours and is none, if the command
 * reads any. */
void misspelt_tell(const struct command *command);

#endif
