/* Manual pages in mdoc(7), made from the rows that `--help` is made from. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "result/version.h"

#define LINE_MAX_SEEN 66 /* mandoc wants lines of at most 80 bytes, escapes included */

/* Text in which nothing is a request or an escape; each sentence begins a line, as mdoc wants it.
 * `line_break` stands where a long line goes on. */
static void add_wrapped(struct buf *out, const char *text, const char *line_break)
{
    bool begins = true;
    const char *line = text;
    for (const char *at = text; *at; at++) {
        if (begins && (*at == '.' || *at == '\''))
            buf_add_text(out, "\\&");
        begins = false;
        if (*at == ' ' && (size_t)(at - line) + strcspn(at + 1, " ") > LINE_MAX_SEEN) {
            buf_add_text(out, line_break);
            line = at;
            begins = true;
            continue;
        }
        if (*at == '\\') {
            buf_add_text(out, "\\e");
        } else if (*at == '-') {
            buf_add_text(out, "\\-");
        } else if (at > text + 1 && *at == ' ' && strchr(".?!", at[-1]) && isupper(at[1])) {
            buf_add_char(out, '\n');
            line = at;
            begins = true;
        } else {
            buf_add_char(out, *at);
        }
    }
    buf_add_char(out, '\n');
}

static void add_text(struct buf *out, const char *text)
{
    add_wrapped(out, text, "\n");
}

static void add_option(struct buf *out, const struct option_spec *spec)
{
    buf_add_text(out, ".It ");
    if (spec->letter)
        buf_add_format(out, "Fl %c%s", spec->letter, strlen(spec->name) > 1 ? " , " : "");
    if (strlen(spec->name) > 1)
        buf_add_format(out, "Fl \\-%s", spec->name);
    if (spec->value)
        buf_add_format(out, " Ar %s", spec->value);
    buf_add_char(out, '\n');
    add_text(out, spec->help);
    struct buf line = {0};
    option_add_default(spec, &line);
    if (line.len)
        add_text(out, buf_text(&line));
    buf_clear(&line);
}

static void add_head(struct buf *out, const char *page, const char *sentence)
{
    buf_add_text(out, ".Dd " HOOKCHECK_DATE "\n.Dt ");
    for (const char *at = page; *at; at++)
        buf_add_char(out, (char)toupper((unsigned char)*at));
    buf_add_format(out, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", page, sentence);
}

static void add_examples(struct buf *out, const char *examples)
{
    buf_add_text(out, ".Sh EXAMPLES\n.Bd -literal\n");
    for (const char *at = examples; *at;) {
        size_t length = strcspn(at, "\n");
        char line[512];
        (void)snprintf(line, sizeof line, "%.*s", (int)length, at);
        add_wrapped(out, line, " \\\n"); /* one line for a reader */
        at += length + (at[length] == '\n');
    }
    buf_add_text(out, ".Ed\n");
}

static void add_exit_status(struct buf *out)
{
    static const char *const rows[][2] = {
        {"0", "ready, valid, or done"},
        {"1", "the endpoint fell short, or the request is not valid"},
        {"2", "wrong usage"},
        {"3", "no connection"},
        {"4", "undecided"},
        {"5", "only failures that the baseline knows"},
        {"6", "hookcheck itself failed"},
        {"130", "interrupted"},
    };
    buf_add_text(out, ".Sh EXIT STATUS\n.Bl -tag -width 130 -compact\n");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        buf_add_format(out, ".It %s\n%s\n", rows[i][0], rows[i][1]);
    buf_add_text(out, ".El\n");
}

static void add_variables(struct buf *out)
{
    const struct option_spec *spec = NULL;
    for (size_t i = 0; (spec = setting_at(i)); i++) {
        char *name = setting_variable(spec);
        if (name)
            buf_add_format(out, ".It Ev %s\nAs\n.Fl \\-%s .\n", name, spec->name);
        free(name);
    }
}

/* The variables that stand for options are those of `run`. */
static void add_environment(struct buf *out, bool has_settings)
{
    buf_add_text(out,
                 ".Sh ENVIRONMENT\n.Bl -tag -width HOOKCHECK_SECRET\n.It Ev HOOKCHECK_SECRET\nThe "
                 "signing secret.\n.It Ev HOOKCHECK_SECRET_FILE\nA file that contains it.\n");
    if (has_settings)
        buf_add_text(out, ".It Ev HOOKCHECK_URL\nThe endpoint's URL, or its name in "
                          "hookcheck.json.\n"
                          ".It Ev HOOKCHECK_CONFIG\nThe file to read in place of "
                          "hookcheck.json.\n");
    if (has_settings)
        add_variables(out);
    buf_add_text(out, ".It Ev PANORA_API_KEY\nThe key of Panora's API.\n"
                      ".It Ev NO_COLOR\nNo colours.\n"
                      ".It Ev COLUMNS\nThe width of text where there is no terminal.\n.El\n");
    if (has_settings)
        buf_add_text(out, ".Sh FILES\n.Bl -tag -width Ds\n.It Pa hookcheck.json\n"
                          "Named endpoints and settings, from this folder or the nearest one "
                          "above:\n.Ql hookcheck config\nshows the settings in effect.\n.El\n");
}

static void add_overview_page(struct buf *out)
{
    add_head(out, "hookcheck", "test whether a webhook endpoint survives Panora");
    buf_add_text(out, ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar option ...\n.Op Ar argument ...\n"
                      ".Sh DESCRIPTION\n.Nm\nsends genuine and forged Panora events to a URL and "
                      "judges the responses.\nThe commands:\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < num_commands; i++) {
        buf_add_format(out, ".It Xr hookcheck-%s 1\n", commands[i]->name);
        add_text(out, commands[i]->summary);
    }
    buf_add_text(out, ".El\n");
    add_environment(out, true);
    add_exit_status(out);
    add_examples(out, "  HOOKCHECK_SECRET=whsec_... hookcheck run http://localhost:3000/webhook\n");
}

static void add_command_page(struct buf *out, const struct command *command)
{
    char page[64];
    (void)snprintf(page, sizeof page, "hookcheck-%s", command->name);
    add_head(out, page, command->summary);
    buf_add_format(out, ".Sh SYNOPSIS\n.Nm hookcheck\n.Cm %s\n.Op Ar option ...\n", command->name);
    if (*command->arguments)
        add_text(out, command->arguments);
    buf_add_text(out, ".Sh DESCRIPTION\n");
    add_text(out, command->about);
    buf_add_text(out, ".Bl -tag -width Ds\n");
    const struct option_spec *spec;
    for (size_t i = 0; (spec = option_at(command->options, command->num_option_sets, i)); i++)
        add_option(out, spec);
    buf_add_text(out, ".It Fl h , Fl \\-help\nPrint the help.\n.El\n");
    add_environment(out, command->settings != SETTINGS_NONE);
    add_exit_status(out);
    add_examples(out, command->examples);
    buf_add_text(out, ".Sh SEE ALSO\n.Xr hookcheck 1\n");
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct buf out = {0};
    if (!arguments_expect_words(arguments, 0, 1, "at most one COMMAND", err))
        return EXIT_WRONG_USAGE;
    const struct command *command = NULL;
    if (arguments->num_words == 1 && !(command = command_find(arguments->words[0], err)))
        return EXIT_WRONG_USAGE;
    if (command)
        add_command_page(&out, command);
    else
        add_overview_page(&out);
    sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
    return EXIT_OK;
}

const struct command command_manual = {
    .name = "manual",
    .arguments = "[COMMAND]",
    .summary = "print the manual page of hookcheck or of a command",
    .about = "Prints the manual page of hookcheck or of one command, for man. `make install` and "
             "the Debian package install all of them.",
    .examples = "  hookcheck manual run | man -l -\n"
                "  hookcheck manual >hookcheck.1\n",
    .names = "commands",
    .run = run,
};
