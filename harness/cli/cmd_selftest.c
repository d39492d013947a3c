#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "prove/selftest.h"

#define JOBS        10
#define JOBS_MAX    64
#define LIMIT_S     120
#define SAMPLE_STEP 10 /* every so-manieth fault is run twice */

static const struct option_spec specs[] = {
    {"fault", 0, "GLOB", "Only faults whose id or name matches (default: all).", true},
    {"variation", 0, "GLOB", "Only legitimate variations whose name matches (default: all).", true},
    {"case", 0, "GLOB", "Only cases whose full id matches, * crossing / (default: all).", true},
    {"format", 0, "FORMAT", "text, json or markdown (default: text).", false},
    {"markdown", 0, "FILE", "Write the matrix to FILE as a Markdown table, too.", false},
    {"repeat", 0, NULL,
     "Run every receiver twice and compare (default: the right one and every tenth fault).", false},
    {"seed", 0, "N", "What the runs are made from (default: 1).", false},
    {"jobs", 'j', "N", "How many runs at a time (default: 10; they mostly wait).", false},
    {"limit", 0, "TIME", "A run that takes longer is killed, and a problem (default: 120s).",
     false},
    {"verbose", 'v', NULL, "Say how long each run took.", false},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

/* A signal handler can reach nothing but a global; it is only ever set here. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    interrupted = 1;
}

/* --- who is tried --- */

static bool is_wanted(const struct names *globs, const char *id, const char *name)
{
    for (size_t i = 0; i < globs->count; i++)
        if (text_glob(globs->items[i], id) || text_glob(globs->items[i], name))
            return true;
    return false;
}

static void add(struct selftest *selftest, const struct subject *subject)
{
    selftest->subjects =
        mem_resize(selftest->subjects, selftest->num_subjects + 1, sizeof *selftest->subjects);
    selftest->subjects[selftest->num_subjects++] = *subject;
}

static void add_right(struct selftest *selftest)
{
    add(selftest, &(struct subject){.name = mem_text("the right receiver"), .twice = true});
    add(selftest,
        &(struct subject){.name = mem_text("the right receiver over https"), .tls = true});
}

static void add_faults(struct selftest *selftest, const struct names *wanted, bool all, bool twice)
{
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        if (all || is_wanted(wanted, fault->id, fault->name))
            add(selftest, &(struct subject){.name = mem_text(fault->id),
                                            .fault = fault,
                                            .declared = catches_of(selftest->catches, fault),
                                            .tls = fault->tls,
                                            .twice = twice || i % SAMPLE_STEP == 0});
    }
}

static void add_variations(struct selftest *selftest, const struct names *wanted, bool all,
                           bool twice)
{
    const struct variation *variation;
    for (size_t i = 0; (variation = table_at(&variation_table, i)); i++) {
        if (all || is_wanted(wanted, variation->name, variation->name))
            add(selftest, &(struct subject){.name = mem_format("variation %s", variation->name),
                                            .variation = variation,
                                            .tls = variation->tls,
                                            .twice = twice});
    }
}

static void choose(struct selftest *selftest, const struct arguments *arguments)
{
    struct names faults = {0};
    struct names kinds = {0};
    faults.items = arguments_values(arguments, "fault", &faults.count);
    kinds.items = arguments_values(arguments, "variation", &kinds.count);
    bool all = faults.count == 0 && kinds.count == 0;
    bool twice = arguments_has(arguments, "repeat");
    if (all)
        add_right(selftest);
    add_variations(selftest, &kinds, all, twice);
    add_faults(selftest, &faults, all, twice);
    selftest->whole = all && selftest->num_only == 0;
    names_clear(&faults);
    names_clear(&kinds);
}

/* --- the command --- */

typedef void add_format(const struct selftest *selftest, struct buf *out);

static const char *const format_names[] = {"text", "json", "markdown"};
static add_format *const formats[] = {selftest_add_text, selftest_add_json, selftest_add_markdown};

static void say_durations(const struct selftest *selftest)
{
    for (size_t i = 0; i < selftest->num_subjects; i++)
        (void)fprintf(stderr, "%-40s %6.2f s\n", selftest->subjects[i].name,
                      (double)selftest->subjects[i].duration_ns / (double)NS_PER_S);
}

static bool write_markdown(const struct selftest *selftest, const char *path, struct error *err)
{
    struct buf out = {0};
    selftest_add_markdown(selftest, &out);
    bool ok = file_write(path, buf_bytes(&out), 0644, err);
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
    (void)signal(SIGINT, on_interrupt);
    (void)signal(SIGTERM, on_interrupt);
    if (!run_and_check(selftest))
        return EXIT_INTERRUPTED;
    struct buf out = {0};
    format(selftest, &out);
    (void)fwrite(buf_text(&out), 1, out.len, stdout);
    (void)fflush(stdout);
    buf_clear(&out);
    if (verbose)
        say_durations(selftest);
    if (format != selftest_add_text)
        for (size_t i = 0; i < selftest->problems.count; i++)
            (void)fprintf(stderr, "problem: %s\n", selftest->problems.items[i]);
    return selftest->problems.count == 0 ? EXIT_OK : EXIT_FELL_SHORT;
}

static void clear(struct selftest *selftest)
{
    for (size_t i = 0; i < selftest->num_subjects; i++) {
        free(selftest->subjects[i].name);
        selftest_clear_outcomes(&selftest->subjects[i].first);
        selftest_clear_outcomes(&selftest->subjects[i].second);
    }
    selftest_clear_sentences(&selftest->problems);
    selftest_clear_sentences(&selftest->doubts);
    free(selftest->subjects);
    free(selftest->only);
    selftest_forget_prepared(selftest);
    selftest_remove_folder(selftest);
    catches_free(selftest->catches);
    library_clear(&selftest->library);
}

static bool read_options(struct selftest *selftest, const struct arguments *arguments,
                         size_t *out_format, struct error *err)
{
    int64_t seed = 0;
    int64_t jobs = 0;
    if (!arguments_expect_words(arguments, 0, 0, "no word", err) ||
        !arguments_choice(arguments, "format", format_names, ARRAY_LEN(format_names), 0, out_format,
                          err) ||
        !arguments_integer(arguments, "seed", 1, 1, INT64_MAX, &seed, err) ||
        !arguments_integer(arguments, "jobs", JOBS, 1, JOBS_MAX, &jobs, err) ||
        !arguments_duration(arguments, "limit", LIMIT_S * NS_PER_S, &selftest->limit_ns, err))
        return false;
    if (selftest->limit_ns < NS_PER_S)
        return error_set(err, "--limit: a run needs 1s at the least");
    selftest->seed = (uint64_t)seed;
    selftest->num_jobs = (size_t)jobs;
    selftest->only = arguments_values(arguments, "case", &selftest->num_only);
    if (!library_load_suites(&selftest->library, NULL, 0, err))
        return false;
    selftest->catches = catches_load(&selftest->library, err);
    if (!selftest->catches)
        return false;
    choose(selftest, arguments);
    if (selftest->num_subjects == 0)
        return error_set(err, "no fault and no variation has such a name; `hookcheck list faults` "
                              "names them");
    return selftest_prepare(selftest, err) && selftest_make_folder(selftest, err);
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct selftest selftest = {0};
    size_t format = 0;
    library_init(&selftest.library);
    int code = EXIT_WRONG_USAGE;
    if (read_options(&selftest, arguments, &format, err))
        code = prove(&selftest, formats[format], arguments_has(arguments, "verbose"));
    const char *path = arguments_value(arguments, "markdown", NULL);
    bool is_proved = code == EXIT_OK || code == EXIT_FELL_SHORT;
    if (is_proved && path && !write_markdown(&selftest, path, err))
        code = EXIT_OUR_FAILURE;
    clear(&selftest);
    return code;
}

const struct command command_selftest = {
    .name = "selftest",
    .arguments = "",
    .summary = "run the suites against the receiver and each fault; print what catches what",
    .about = "Proves the suites: runs them over loopback against the right receiver, its "
             "legitimate variations and every fault. Exit code 1 when the right receiver or a "
             "variation gets a fail or a warn; when a fault is caught by none of the cases that it "
             "declares, or by another one; when a case that is a must or should catches no fault; "
             "or when two runs with the same seed differ.",
    .examples = "  hookcheck selftest\n"
                "  hookcheck selftest --fault 'A*' --case 'panora/signature/*'\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
