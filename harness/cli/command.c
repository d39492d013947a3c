/* A circle with cmd_completion.c: the table of commands names that command, and what it completes
 * is the table. cmd_manual.c likewise prints a page for each row. */
#include "cli/command.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/elsewhere.h"
#include "cli/misspelt.h"
#include "cli/settings.h"
#include "result/version.h"

#define POINT_TO(name) &command_##name,
const struct command *const commands[] = {COMMANDS(POINT_TO)};
const size_t num_commands = ARRAY_LEN(commands);

/* --- help --- */

static const char overview[] = "hookcheck tells the owner of a webhook endpoint whether it will "
                               "survive Panora: it sends genuine and forged Panora events to any "
                               "URL, as Panora itself would send them, and judges the responses.";

static const char overview_examples[] =
    "  HOOKCHECK_SECRET=whsec_... hookcheck run https://staging.example.com/webhook\n"
    "  HOOKCHECK_SECRET=whsec_... hookcheck sign crm.contact.created --format curl\n";

static void add_overview(struct buf *out)
{
    buf_add_text(out, "Usage: hookcheck COMMAND [OPTIONS] [ARGUMENTS]\n\n");
    layout_wrap(overview, 0, terminal_columns(STDOUT_FILENO), out);
    buf_add_text(out, "\nCommands:\n");
    for (size_t i = 0; i < num_commands; i++) {
        const struct command *command = commands[i];
        char *title = mem_format("  %s %s", command->name, command->arguments);
        layout_entry(title, 22, command->summary, out);
        free(title);
    }
    buf_add_text(out, "\nOptions:\n");
    layout_entry("  -h, --help", 22, "Print this help; after a command, that command's help.", out);
    layout_entry("      --version", 22, "Print the version and the hash of the built-in suites.",
                 out);
    buf_add_format(out, "\nExamples:\n%s", overview_examples);
}

static void add_command_help(const struct command *command, struct buf *out)
{
    buf_add_format(out, "Usage: hookcheck %s [OPTIONS]%s%s\n\n", command->name,
                   *command->arguments ? " " : "", command->arguments);
    layout_wrap(command->about, 0, terminal_columns(STDOUT_FILENO), out);
    buf_add_text(out, "\nOptions:\n");
    option_help(command->options, command->num_option_sets, out);
    buf_add_format(out, "\nExamples:\n%s", command->examples);
}

static int print(struct buf *text, FILE *where, int code)
{
    sink_write(where, buf_bytes(text));
    buf_clear(text);
    return code;
}

/* --- finding and running --- */

/* What is called `name` in other programs, or NULL. */
static const char *elsewhere_command(const char *name)
{
    const struct elsewhere *row = elsewhere_commands;
    while (row->ours && !elsewhere_has(row, bytes_of(name)))
        row++;
    return row->ours;
}

const struct command *command_find(const char *name, struct error *err)
{
    const char **names = mem_alloc(num_commands * sizeof *names);
    const struct command *found = NULL;
    for (size_t i = 0; i < num_commands; i++) {
        names[i] = commands[i]->name;
        if (strcmp(names[i], name) == 0)
            found = commands[i];
    }
    const char *meant = found ? NULL : elsewhere_command(name);
    if (meant)
        (void)error_set(err, "no command \"%s\"; did you mean \"%s\"?", name, meant);
    else if (!found)
        (void)text_unknown(err, "command", name, names, num_commands);
    free(names);
    return found;
}

static int print_help(int argc, char **argv, struct error *err)
{
    struct buf text = {0};
    if (argc > 1) {
        (void)error_set(err, "help takes one command; unexpected argument \"%s\"", argv[1]);
        return EXIT_WRONG_USAGE;
    }
    if (argc == 0) {
        add_overview(&text);
        return print(&text, stdout, EXIT_OK);
    }
    const struct command *command = command_find(argv[0], err);
    if (!command)
        return EXIT_WRONG_USAGE;
    add_command_help(command, &text);
    return print(&text, stdout, EXIT_OK);
}

static int run_command(const struct command *command, int argc, char **argv, struct error *err)
{
    struct arguments arguments = {0};
    int code = EXIT_WRONG_USAGE;
    if (arguments_parse(&arguments, command->options, command->num_option_sets, argc, argv, err)) {
        if (arguments_has(&arguments, "help")) {
            struct buf text = {0};
            add_command_help(command, &text);
            code = print(&text, stdout, EXIT_OK);
        } else {
            misspelt_tell(command);
            if (settings_apply(&arguments, command, err))
                code = command->run(&arguments, err);
        }
    }
    arguments_clear(&arguments);
    return code;
}

static int unknown_top_option(const char *given, struct error *err)
{
    static const char *const names[] = {"--help", "--version"};
    char *word = mem_copy(given, strcspn(given, "="));
    const char *nearest = elsewhere_command(word);
    if (!nearest)
        nearest = text_nearest(word, names, ARRAY_LEN(names));
    if (nearest)
        (void)error_set(err, "no option \"%s\"; did you mean \"%s\"?", word, nearest);
    else
        (void)error_set(err, "no option \"%s\" before a command; see hookcheck --help", word);
    free(word);
    return EXIT_WRONG_USAGE;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static int print_version(int argc, char **argv, struct error *err)
{
    struct buf text = {0};
    bool as_json = argc > 0 && strcmp(argv[0], "--json") == 0;
    if (argc > (as_json ? 1 : 0)) {
        (void)error_set(err, "--version takes only --json; unexpected argument \"%s\"",
                        argv[as_json ? 1 : 0]);
        return EXIT_WRONG_USAGE;
    }
    (as_json ? version_json : version_line)(&text);
    return print(&text, stdout, EXIT_OK);
}

/* `out_command` is the command that was run, or NULL. */
static int dispatch(int argc, char **argv, const struct command **out_command, struct error *err)
{
    struct buf text = {0};
    if (argc < 2) {
        add_overview(&text);
        return print(&text, stderr, EXIT_WRONG_USAGE);
    }
    const char *first = argv[1];
    if (is_one_of(first, "--help", "-h") || strcmp(first, "help") == 0)
        return print_help(argc - 2, argv + 2, err);
    if (strcmp(first, "--version") == 0)
        return print_version(argc - 2, argv + 2, err);
    if (first[0] == '-')
        return unknown_top_option(first, err);
    *out_command = command_find(first, err);
    return *out_command ? run_command(*out_command, argc - 2, argv + 2, err) : EXIT_WRONG_USAGE;
}

/* Whoever read along (`| head`) has gone: what is not wanted any more is no failure. */
static bool reader_is_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR);
}

/* What was printed may still sit in the buffer, so a full disk shows only here. */
static int finish_output(int code)
{
    errno = 0;
    bool ok = fflush(stdout) == 0;
    const char *reason = errno ? strerror(errno) : "the output is incomplete";
    if ((ok && !ferror(stdout)) || reader_is_gone())
        return code;
    sink_note("cannot write to standard output: %s", reason);
    return EXIT_OUR_FAILURE;
}

static void say(const struct command *command, const char *message)
{
    char *who = mem_format("hookcheck%s%s", command ? " " : "", command ? command->name : "");
    sink_say(who, message);
    free(who);
}

int command_main(int argc, char **argv)
{
    struct error err = {0};
    const struct command *command = NULL;
    int code = dispatch(argc, argv, &command, &err);
    if (error_is_set(&err))
        say(command, err.message);
    code = finish_output(code);
    sink_forget();
    return code;
}
