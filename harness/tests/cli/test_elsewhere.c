/* What other programs call a thing leads to what does it here, and to nothing else. */
#include "cli/elsewhere.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "cli/command.h"

TestSuite(cli_elsewhere, .timeout = 120);

static bool command_has(const struct command *command, const char *option)
{
    bool found = false;
    for (size_t i = 0; i < command->num_option_sets; i++)
        for (size_t k = 0; k < command->options[i]->num_specs; k++)
            found = found || strcmp(command->options[i]->specs[k].name, option) == 0;
    return found;
}

Test(cli_elsewhere, leads_to_what_there_is)
{
    for (const struct elsewhere *row = elsewhere_options; row->ours; row++) {
        bool found = *row->ours == '\0';
        for (size_t i = 0; i < num_commands && !found; i++)
            found = command_has(commands[i], row->ours);
        cr_expect(found, "--%s", row->ours);
    }
    for (const struct elsewhere *row = elsewhere_commands; row->ours; row++) {
        struct error err = {0};
        cr_expect(strcmp(row->ours, "--version") == 0 || command_find(row->ours, &err), "%s",
                  err.message);
    }
}

Test(cli_elsewhere, hides_no_command)
{
    for (size_t i = 0; i < num_commands; i++)
        for (const struct elsewhere *row = elsewhere_commands; row->ours; row++)
            cr_expect_not(elsewhere_has(row, bytes_of(commands[i]->name)), "%s", commands[i]->name);
}

static const struct {
    const char *command;
    const char *given;
    const char *meant; /* NULL = nothing is suggested */
} typed[] = {
    {"run", "--connect-timeout", "--deadline"}, /* not --connect-to, though it is spelled so */
    {"send", "--connect-timeout", "--deadline"},
    {"run", "--timeout", "--deadline"},
    {"run", "--repeat", NULL}, /* not --report */
    {"send", "--repeat", "--count"},
    {"run", "--noproxy", NULL}, /* not --proxy, which is the opposite */
    {"run", "--secret-key", "--secret-env"},
    {"send", "--request-file", "--request"}, /* not --secret-file */
    {"run", "--duration", "--max-time"},
    {"load", "--warm-up", "--warmup"},
    {"load", "-c", "--clients"},
    {"load", "-n", "--max-requests"},
    {"load", "--vus", "--clients"},
    {"run", "--exclude", "--skip"},
    {"run", "--json", "--report"},
    {"panora", "--port", "--listen"},
    {"receive", "--behavior", "--behaviour"},
    {"trigger", "-d", "--data"},
    {"run", "-d", NULL},
    {"run", "-X", NULL},
    {"run", "--headr", "--header"}, /* a slip of the keys */
};

Test(cli_elsewhere, is_asked_before_the_spelling)
{
    for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
        struct error err = {0};
        struct arguments arguments = {0};
        const struct command *command = command_find(typed[i].command, &err);
        char given[32];
        char meant[64];
        (void)snprintf(given, sizeof given, "%s", typed[i].given);
        char *argv[] = {given, NULL};
        cr_assert_not_null(command);
        cr_expect_not(
            arguments_parse(&arguments, command->options, command->num_option_sets, 1, argv, &err));
        if (typed[i].meant)
            (void)snprintf(meant, sizeof meant, "did you mean \"%s\"?", typed[i].meant);
        else
            (void)snprintf(meant, sizeof meant, "--help lists them");
        cr_expect_not_null(strstr(err.message, meant), "%s %s: %s", typed[i].command,
                           typed[i].given, err.message);
        arguments_clear(&arguments);
    }
}
