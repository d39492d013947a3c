#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/ending.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/command.h"
#include "prove/selftest.h"

#define JOBS_MAX  64
#define PAIRS_MAX 100000

struct wanted {
    int64_t seed;
    size_t num_jobs;
    size_t num_pairs;
    int64_t limit_ns;
    const char *markdown;
    enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_MARKDOWN } format;
    bool is_twice;
    bool is_verbose;
};

typedef void add_format(const struct selftest *selftest, struct buf *out);

static const char *const format_names[] = {"text", "json", "markdown", NULL};
static add_format *const formats[] = {selftest_add_text, selftest_add_json, selftest_add_markdown};

static const struct option_spec specs[] = {
    {.name = "fault",
     .names = "faults",
     .value = "GLOB",
     .repeatable = true,
     .help = "Only faults whose id or name matches.",
     .otherwise = "all"},
    {.name = "variation",
     .names = "variations",
     .value = "GLOB",
     .repeatable = true,
     .help = "Only legitimate variations whose name matches.",
     .otherwise = "all"},
    {.name = "case",
     .names = "cases",
     .value = "GLOB",
     .repeatable = true,
     .help = "Only cases whose full id matches; * also matches /.",
     .otherwise = "all"},
    {.name = "format",
     .value = "FORMAT",
     .help = "text, json or markdown.",
     .fallback = "text",
     .kind = OPTION_CHOICE,
     .choices = format_names,
     .at = offsetof(struct wanted, format)},
    {.name = "markdown",
     .value = "FILE",
     .help = "Also write the matrix to FILE as a Markdown table.",
     .kind = OPTION_TEXT,
     .at = offsetof(struct wanted, markdown)},
    {.name = "repeat",
     .help = "Run every receiver twice and compare.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct wanted, is_twice),
     .otherwise = "the right one and every tenth fault"},
    {.name = "pairs",
     .value = "N",
     .help = "Also try N pairs of faults, chosen by --seed.",
     .fallback = "0",
     .kind = OPTION_COUNT,
     .most = PAIRS_MAX,
     .at = offsetof(struct wanted, num_pairs)},
    {.name = "seed",
     .value = "N",
     .help = "The seed of the runs.",
     .fallback = "1",
     .kind = OPTION_INTEGER,
     .least = 1,
     .at = offsetof(struct wanted, seed)},
    {.name = "jobs",
     .letter = 'j',
     .value = "N",
     .help = "How many runs at once.",
     .fallback = "10",
     .otherwise = "up to three times as many while the processors idle",
     .kind = OPTION_COUNT,
     .least = 1,
     .most = JOBS_MAX,
     .at = offsetof(struct wanted, num_jobs)},
    {.name = "limit",
     .value = "TIME",
     .help = "Kill a run that takes longer, and count it as a problem.",
     .fallback = "120s",
     .kind = OPTION_DURATION,
     .least = NS_PER_S,
     .at = offsetof(struct wanted, limit_ns)},
    {.name = "verbose",
     .letter = 'v',
     .help = "Print how long each run took, and which causes it named.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct wanted, is_verbose)},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

/* A signal handler can reach nothing but a global; it is only ever set here. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    interrupted = 1;
}

static void say_durations(const struct selftest *selftest)
{
    for (size_t i = 0; i < selftest->num_candidates; i++) {
        const struct candidate *one = &selftest->candidates[i];
        (void)fprintf(stderr, "%-40s %6.2f s", one->name,
                      (double)one->duration_ns / (double)NS_PER_S);
        for (size_t k = 0; k < one->first.num_causes; k++)
            (void)fprintf(stderr, " %s%s", one->first.causes[k].proved ? "" : "~",
                          one->first.causes[k].id);
        (void)fprintf(stderr, "\n");
    }
}

static bool write_markdown(const struct selftest *selftest, const char *path, struct error *err)
{
    struct buf out = {0};
    selftest_add_markdown(selftest, &out);
    bool ok = sink_write_file(path, buf_bytes(&out), 0644, err);
    buf_clear(&out);
    return ok;
}

/* Runs everything, and once more, alone, whatever came out odd: a machine that is busy with other
 * things makes the time look bad. */
static bool run_and_check(struct selftest *selftest)
{
    if (!selftest_run_all(selftest))
        return false;
    selftest_check(selftest);
    if (!selftest_is_doubtful(selftest))
        return true;
    selftest_doubt(selftest);
    if (!selftest_run_odd(selftest))
        return false;
    selftest_check(selftest);
    selftest_settle(selftest);
    return true;
}

static int prove(struct selftest *selftest, add_format *format, bool verbose)
{
    interrupted = 0;
    selftest->interrupted = &interrupted;
    ending_watch(on_interrupt);
    if (!run_and_check(selftest))
        return EXIT_INTERRUPTED;
    struct buf out = {0};
    format(selftest, &out);
    sink_write(stdout, buf_bytes(&out));
    (void)fflush(stdout);
    buf_clear(&out);
    if (verbose)
        say_durations(selftest);
    if (format != selftest_add_text)
        for (size_t i = 0; i < selftest->problems.count; i++)
            sink_print(stderr, "problem: %s\n", selftest->problems.items[i]);
    return selftest->problems.count == 0 ? EXIT_OK : EXIT_FELL_SHORT;
}

static bool read_options(struct selftest *selftest, const struct arguments *arguments,
                         struct wanted *wanted, struct error *err)
{
    if (!arguments_expect_words(arguments, 0, 0, "no word", err) ||
        !arguments_read(arguments, &own_options, wanted, err))
        return false;
    selftest->seed = (uint64_t)wanted->seed;
    selftest->num_jobs = wanted->num_jobs;
    selftest->limit_ns = wanted->limit_ns;
    selftest->only = arguments_values(arguments, "case", &selftest->num_only);
    if (!library_load_suites(&selftest->library, NULL, 0, err))
        return false;
    selftest->catches = catches_load(&selftest->library, err);
    if (!selftest->catches)
        return false;
    selftest->causes = causes_load(err);
    if (!selftest->causes)
        return false;
    struct names faults = {0};
    struct names variations = {0};
    faults.items = arguments_values(arguments, "fault", &faults.count);
    variations.items = arguments_values(arguments, "variation", &variations.count);
    selftest_choose(selftest, &faults, &variations, wanted->num_pairs, wanted->is_twice);
    names_clear(&faults);
    names_clear(&variations);
    if (selftest->num_candidates == 0)
        return error_set(err, "no fault or variation matches; see `hookcheck list faults`");
    mem_keep_freed();
    return selftest_prepare(selftest, err) && selftest_make_folder(selftest, err);
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct selftest selftest = {0};
    struct wanted wanted = {0};
    library_init(&selftest.library);
    int code = EXIT_WRONG_USAGE;
    if (read_options(&selftest, arguments, &wanted, err))
        code = prove(&selftest, formats[wanted.format], wanted.is_verbose);
    bool is_proved = code == EXIT_OK || code == EXIT_FELL_SHORT;
    if (is_proved && wanted.markdown && !write_markdown(&selftest, wanted.markdown, err))
        code = EXIT_OUR_FAILURE;
    selftest_clear(&selftest);
    return code;
}

const struct command command_selftest = {
    .name = "selftest",
    .arguments = "",
    .summary = "run the suites against every fault, and print which cases catch it",
    .about =
        "Proves the suites and the diagnosis: runs them over loopback against the correct "
        "receiver, its legitimate variations, every fault, and pairs of faults. Exit code 1 when "
        "the correct receiver or a variation gets a fail, a warn or a cause; when other cases "
        "catch a fault than the declared ones; when a cause is named that no fault has, or one is "
        "missing that no other fault hides; when a must or should case catches no fault; or when "
        "two runs with the same seed differ.",
    .examples = "  hookcheck selftest --fault 'A*' --case 'panora/signature/*'\n"
                "  hookcheck selftest --fault C01 --fault F01 --pairs 1 -v\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
