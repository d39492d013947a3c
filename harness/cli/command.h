/*
 * The commands. To add one: write cmd_NAME.c with one row, declare the row here, list it in
 * command.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>

#include "base/error.h"
#include "cli/option.h"
#include "result/exit.h"

/* What a command makes of hookcheck.json and of variables (cli/settings.h). */
enum settings_use { SETTINGS_NONE, SETTINGS_USED, SETTINGS_SHOWN };

struct command {
    const char *name;
    const char *arguments; /* "URL", "[TYPE]", "" */
    const char *summary;   /* one line for `hookcheck --help` */
    const char *about;     /* a paragraph for `hookcheck NAME --help`; lines at most 100 columns */
    const char *examples;  /* two real command lines, one a line, indented by two blanks */
    const char *names;     /* what its words can be, as lists of `hookcheck list`: "cases,faults";
                              or what candidates.c has beside them; or NULL */
    const char *const *choices;              /* what else they can be; NULL-terminated, or NULL */
    const struct option_set *const *options; /* pointers, so commands can share sets */
    size_t num_option_sets;
    enum settings_use settings;
    /* Returns an exit code. When `err` is set the caller prints it as "hookcheck NAME: ..." on
     * standard error. */
    int (*run)(const struct arguments *arguments, struct error *err);
};

/* The commands, in the order in which they are listed. Each is a row at the end of its own file,
 * cmd_NAME.c; adding one takes that and its name here. */
/* clang-format off */
#define COMMANDS(X) \
    X(run) X(report) X(send) X(load) X(sign) X(verify) X(fixtures) X(receive) \
    X(selftest) X(list) X(lint) X(explain) X(panora) X(endpoints) X(trigger) X(completion) \
    X(manual) X(init) X(config)
/* clang-format on */

#define DECLARE_COMMAND(name) extern const struct command command_##name;
COMMANDS(DECLARE_COMMAND)

extern const struct command *const commands[];
extern const size_t num_commands;

/* The command of that name, or NULL with the nearest. */
const struct command *command_find(const char *name, struct error *err);

/* Finds the command, parses, runs it, prints complaints; returns the exit code. */
int command_main(int argc, char **argv);

#endif
