/* hookcheck report: what can be made of saved JSON reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/command.h"
#include "cli/report_options.h"
#include "report/compare.h"
#include "report/load_compare.h"
#include "report/load_page.h"
#include "report/report_read.h"

#define SAVED_MAX ((size_t)256 * 1024 * 1024)

static const struct option_spec specs[] = {
    {.name = "quiet",
     .letter = 'q',
     .help = "Print only what failed and the last line.",
     .otherwise = "one screen"},
    {.name = "verbose",
     .letter = 'v',
     .repeatable = true,
     .help = "Print every case and cut nothing; given twice (-vv), print every exchange too.",
     .otherwise = "one screen"},
    {.name = "compare",
     .help = "Compare two runs even if they tested different endpoints.",
     .otherwise = "only runs of the same endpoint"},
    {.name = "color", .help = "Use colour.", .otherwise = "on a terminal, unless NO_COLOR is set"},
    {.name = "no-color", .help = "Do not use colour."},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options, &report_options};

static bool read_file(const char *path, struct run_result *out, struct error *err)
{
    struct buf text = {0};
    bool ok =
        file_read(path, SAVED_MAX, &text, err) && report_read(path, buf_bytes(&text), out, err);
    out->redactor = sink_redactor();
    buf_clear(&text);
    return ok;
}

static void print_text(const struct report_choice *choice, const struct arguments *arguments,
                       const struct run_result *result)
{
    struct buf out = {0};
    int fd = choice->takes_stdout ? STDERR_FILENO : STDOUT_FILENO;
    const struct text_options options = text_options_for(arguments, fd);
    report_text_whole(result, &options, &out);
    sink_write(choice->takes_stdout ? stderr : stdout, buf_bytes(&out));
    buf_clear(&out);
}

/* Reports that were asked for by name are all that is wanted. */
static int convert(const struct report_choice *choice, const struct arguments *arguments,
                   const struct run_result *result, struct error *err)
{
    if (choice->num_reports == 0)
        print_text(choice, arguments, result);
    return report_choice_write(choice, result, err) ? EXIT_OK : EXIT_OUR_FAILURE;
}

static void print(struct buf *text)
{
    sink_write(stdout, buf_bytes(text));
    buf_clear(text);
}

/* Pages of several runs; other formats hold one run only. */
static int write_grids(const struct report_choice *choice, const struct run_result *results,
                       const struct arguments *arguments, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; i < choice->num_reports; i++) {
        struct buf page = {0};
        grid_html(results, arguments->words, arguments->num_words, &page);
        ok = report_write(choice->reports[i].path, buf_bytes(&page), err) && ok;
        buf_clear(&page);
    }
    return ok ? EXIT_OK : EXIT_OUR_FAILURE;
}

static bool check_grid_formats(const struct report_choice *choice, struct error *err)
{
    for (size_t i = 0; i < choice->num_reports; i++)
        if (strcmp(choice->reports[i].format->name, "html") != 0)
            return error_set(err,
                             "--report: %s can represent only one run; use html for several FILEs",
                             choice->reports[i].format->name);
    return true;
}

/* Two runs of one endpoint are compared, anything else is a grid. */
static int show_several(const struct report_choice *choice, const struct run_result *results,
                        const struct arguments *arguments, struct error *err)
{
    struct buf text = {0};
    const struct text_options options = text_options_for(arguments, STDOUT_FILENO);
    size_t count = arguments->num_words;
    bool broke = false;
    if (!check_grid_formats(choice, err))
        return EXIT_WRONG_USAGE;
    bool is_pair = count == 2 && (strcmp(results[0].target, results[1].target) == 0 ||
                                  arguments_has(arguments, "compare"));
    if (is_pair)
        broke = compare_text(&results[0], &results[1], &options, &text);
    else
        grid_text(results, arguments->words, count, &options, &text);
    if (choice->num_reports == 0)
        print(&text);
    buf_clear(&text);
    int code = write_grids(choice, results, arguments, err);
    return code == EXIT_OK && broke ? EXIT_FELL_SHORT : code;
}

static int report_runs(const struct report_choice *choice, const struct arguments *arguments,
                       struct error *err)
{
    int code = EXIT_WRONG_USAGE;
    size_t count = arguments->num_words;
    struct run_result *results = mem_alloc((count + 1) * sizeof *results);
    size_t num_read = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++, num_read++)
        ok = read_file(arguments->words[i], &results[i], err);
    if (ok && count == 1)
        code = convert(choice, arguments, &results[0], err);
    else if (ok)
        code = show_several(choice, results, arguments, err);
    for (size_t i = 0; i < num_read; i++)
        run_result_clear(&results[i]);
    free(results);
    return code;
}

/* --- loads: one is shown, two are compared --- */

static bool is_load_text(struct bytes text)
{
    json_t *document = bytes_find(text, bytes_of("\"load_format\""))
                           ? json_loadb(text.data, text.len, 0, NULL)
                           : NULL;
    bool is_load = document && load_record_is(document);
    json_decref(document);
    return is_load;
}

static bool read_load(const char *path, struct load_record *out, struct error *err)
{
    struct buf text = {0};
    *out = (struct load_record){0};
    bool ok = file_read(path, SAVED_MAX, &text, err);
    if (ok && !is_load_text(buf_bytes(&text))) /* a report of a run may hold what we do not read */
        ok = error_set(
            err, "%s is not a report of `hookcheck load`; a load can be compared only with a load",
            path);
    json_t *document = ok ? json_read(path, buf_bytes(&text), err) : NULL;
    ok = document && load_record_read(out, path, document, err);
    buf_clear(&text);
    return ok;
}

static bool check_loads(const struct report_choice *choice, size_t count, struct error *err)
{
    if (count > 2)
        return error_set(err, "give one load to show or two to compare, not %zu", count);
    for (size_t i = 0; i < choice->num_reports; i++)
        if (strcmp(choice->reports[i].format->name, "html") != 0)
            return error_set(err, "--report: %s cannot represent a load; use html",
                             choice->reports[i].format->name);
    return true;
}

static void print_loads(const struct load_record *records, size_t count)
{
    struct buf text = {0};
    if (count == 1)
        load_record_text(&records[0], &text);
    else
        load_compare_text(&records[0], &records[1], &text);
    sink_write(stdout, buf_bytes(&text));
    buf_clear(&text);
}

static bool write_pages(const struct report_choice *choice, const struct load_record *records,
                        size_t count, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; i < choice->num_reports; i++) {
        struct buf page = {0};
        if (count == 1)
            load_page(&records[0], &page);
        else
            load_compare_page(&records[0], &records[1], &page);
        ok = report_write(choice->reports[i].path, buf_bytes(&page), err) && ok;
        buf_clear(&page);
    }
    return ok;
}

static int report_loads(const struct report_choice *choice, const char *const *paths, size_t count,
                        struct error *err)
{
    struct load_record records[2] = {0};
    int code = EXIT_WRONG_USAGE;
    bool ok = check_loads(choice, count, err);
    for (size_t i = 0; ok && i < count; i++)
        ok = read_load(paths[i], &records[i], err);
    if (ok) {
        if (choice->num_reports == 0)
            print_loads(records, count);
        bool broke = count == 2 && load_compare_broke(&records[0], &records[1]);
        code = !write_pages(choice, records, count, err) ? EXIT_OUR_FAILURE
               : broke                                   ? EXIT_FELL_SHORT
                                                         : EXIT_OK;
    }
    load_record_clear(&records[0]);
    load_record_clear(&records[1]);
    return code;
}

static bool is_load(const char *path)
{
    struct buf text = {0};
    bool is = file_read(path, SAVED_MAX, &text, NULL) && is_load_text(buf_bytes(&text));
    buf_clear(&text);
    return is;
}

/* --- the command --- */

static int run(const struct arguments *arguments, struct error *err)
{
    struct report_choice choice = {0};
    int code = EXIT_WRONG_USAGE;
    if (arguments_expect_words(arguments, 1, SIZE_MAX, "at least one FILE", err) &&
        report_choice_read(&choice, arguments, err))
        code = is_load(arguments->words[0])
                   ? report_loads(&choice, arguments->words, arguments->num_words, err)
                   : report_runs(&choice, arguments, err);
    report_choice_clear(&choice);
    return code;
}

const struct command command_report = {
    .name = "report",
    .arguments = "FILE...",
    .summary = "convert, compare or merge saved JSON reports",
    .about =
        "Reads reports saved with `hookcheck run --report json=FILE`. One report is printed as "
        "text, or converted with --report. Two reports of one endpoint are compared: what broke, "
        "what was fixed, what got slower. Reports of several endpoints become one grid of cases, "
        "as text or html. Reports of `hookcheck load` work the same way. Exit code: 1 when "
        "something broke from the first report to the second, 2 when a FILE is not such a report, "
        "else 0.",
    .examples = "  hookcheck report run.json\n"
                "  hookcheck report before.json after.json --report changes.html\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
