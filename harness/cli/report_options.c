#include "cli/report_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/terminal.h"
#include "cli/settings.h"

static const struct option_spec specs[] = {
    {.name = "report",
     .names = "report-formats",
     .synonyms = "report-junit=junit=,report-html=html=,report-json=json=,report-tap=tap=",
     .adds_up = true,
     .path = PATH_FILE,
     .value = "FORMAT=FILE",
     .repeatable = true,
     .is_aside = true,
     .help = "Write a report: FORMAT=FILE, or just FILE when it ends in .html, .json, .xml "
             "(junit), .tap, .md, .sarif, .har, .svg or .txt; FILE - is standard output. Repeat it "
             "for several reports; `hookcheck list formats` lists all.",
     .otherwise = "text on standard output"},
};

const struct option_set report_options = {specs, ARRAY_LEN(specs)};

static enum text_detail detail_of(const struct arguments *arguments)
{
    enum text_detail detail = TEXT_SCREEN;
    for (size_t i = 0; i < arguments->num_options; i++) { /* the last one wins */
        const char *name = arguments->options[i].spec->name;
        if (arguments->options[i].is_off)
            continue;
        if (strcmp(name, "verbose") == 0)
            detail = detail == TEXT_TREE || detail == TEXT_EXCHANGES ? TEXT_EXCHANGES : TEXT_TREE;
        else if (strcmp(name, "quiet") == 0)
            detail = TEXT_QUIET;
    }
    return detail;
}

struct text_options text_options_for(const struct arguments *arguments, int fd)
{
    const char *no_color = getenv("NO_COLOR");
    bool by_itself = isatty(fd) && !(no_color && *no_color);
    return (struct text_options){
        .detail = detail_of(arguments),
        .color = arguments_has(arguments, "color") ||
                 (by_itself && !arguments_has(arguments, "no-color")),
        .ascii = !terminal_has_utf8(),
        .columns = terminal_columns(fd),
    };
}

bool report_choice_has(const struct report_choice *choice, const char *path)
{
    for (size_t i = 0; i < choice->num_reports; i++)
        if (file_is_same(choice->reports[i].path, path))
            return true;
    return false;
}

/* "html=page" or "page.html"; `out_path` is where the file's name begins. */
static const struct report_format *format_of(const char *given, const char **out_path,
                                             struct error *err)
{
    const char *equals = strchr(given, '=');
    *out_path = equals ? equals + 1 : given;
    if (!equals) {
        const struct report_format *format = report_format_of_file(given);
        if (!format)
            (void)error_set(err,
                            "\"%s\" is neither FORMAT=FILE, such as junit=report.xml, nor a file "
                            "with a known ending, such as report.html",
                            given);
        return format;
    }
    if (!equals[1]) {
        (void)error_set(err, "\"%s\" is not FORMAT=FILE, such as junit=report.xml", given);
        return NULL;
    }
    char *name = mem_copy(given, (size_t)(equals - given));
    const struct report_format *format = report_format_find(name, err);
    free(name);
    return format;
}

/* A report there would be read as settings by the next run. */
static bool is_settings_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash ? slash + 1 : path, SETTINGS_FILE_NAME) == 0;
}

static bool read_one(struct report_choice *choice, const char *given, struct error *err)
{
    const char *path = NULL;
    const struct report_format *format = format_of(given, &path, err);
    if (!format)
        return false;
    bool to_stdout = strcmp(path, "-") == 0;
    bool is_usual_text = to_stdout && strcmp(format->name, "text") == 0;
    if (to_stdout && (choice->takes_stdout || choice->text_is_wanted))
        return error_set(err, "only one report can go to standard output");
    if (!to_stdout && report_choice_has(choice, path))
        return error_set(err, "two reports would go to %s; the second would replace the first",
                         path);
    if (is_settings_file(path))
        return error_set(err, SETTINGS_FILE_NAME
                         " is the file of settings; name the report differently, "
                         "such as hookcheck-report.json");
    if (!to_stdout && !file_can_write(path, err))
        return false;
    choice->text_is_wanted = choice->text_is_wanted || is_usual_text;
    if (is_usual_text)
        return true;
    choice->takes_stdout = choice->takes_stdout || to_stdout;
    choice->reports = mem_resize(choice->reports, choice->num_reports + 1, sizeof *choice->reports);
    choice->reports[choice->num_reports++] = (struct wanted_report){format, path};
    return true;
}

bool report_choice_read(struct report_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    const char *given;
    bool ok = true;
    *choice = (struct report_choice){0};
    for (size_t at = 0; ok && (given = arguments_next(arguments, "report", &at));)
        ok = read_one(choice, given, err);
    return ok || arguments_blame(arguments, "report", err);
}

void report_choice_clear(struct report_choice *choice)
{
    free(choice->reports);
    *choice = (struct report_choice){0};
}

bool report_write(const char *path, struct bytes content, struct error *err)
{
    return strcmp(path, "-") == 0 ? sink_write_out(content, err)
                                  : sink_write_file(path, content, 0644, err);
}

bool report_choice_write(const struct report_choice *choice, const struct run_result *result,
                         struct error *err)
{
    bool ok = true;
    for (size_t i = 0; i < choice->num_reports; i++) {
        struct buf out = {0};
        choice->reports[i].format->render(result, &out);
        ok = report_write(choice->reports[i].path, buf_bytes(&out), err) && ok;
        buf_clear(&out);
    }
    return ok;
}
