#include "cli/run_choice.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "cli/secret_options.h"

#define PUBLIC_PER_SECOND 20 /* towards hosts that are neither loopback nor private */
#define CONCURRENCY_MAX   256

static const struct option_spec specs[] = {
    {"suite", 0, "NAME", "Run this suite, by name or file (default: all built-in ones).", true},
    {"only", 0, "GLOB",
     "Run only the cases whose full id matches; * also crosses / (default: all).", true},
    {"skip", 0, "GLOB", "Leave out the cases whose full id matches (default: none).", true},
    {"level", 0, "LEVEL", "The least binding level to run: must, should or may (default may).",
     false},
    {"events", 0, "TYPE,...",
     "What the endpoint subscribes to; cases of other types are left out (default: everything).",
     true},
    {"dialect", 0, "DIALECT",
     "text (data is JSON in a string, as Panora sends it), object, or both (the default).", false},
    {"unsigned", 0, NULL,
     "The endpoint knowingly verifies nothing: leave the signature aside "
     "(default: it verifies).",
     false},
    {"deadline", 0, "TIME", "How long an answer may take at most (default 10s).", false},
    {"target", 0, "TIME", "How long an answer should take at most (default 1s).", false},
    {"concurrency", 0, "N",
     "Requests under way at once, at most (default 5, as many as Panora's workers).", false},
    {"quick", 0, NULL, "Leave out deliberate waits above one second (default: they are made).",
     false},
    {"diagnose", 0, "EFFORT",
     "How much to ask about the causes of failures: off, quick (at most 100 requests) or full (at "
     "most 400; default: full, with --quick quick).",
     false},
    {"dry-run", 0, NULL, "Print what would be sent, and send nothing (default: send).", false},
    {"strict", 0, NULL, "Let cases of level should count (default: only must).", false},
    {"seed", 0, "N", "The same seed sends the same bytes; 0 is a random one, printed (default 0).",
     false},
    {"wait", 0, "TIME", "Wait so long for the endpoint's first answer (default 0s).", false},
    {"recovery", 0, "TIME", "How long a crashed endpoint may take to come back (default 5s).",
     false},
    {"max-time", 0, "TIME", "End the run after this time (default 120s, with --quick 60s).", false},
    {"max-requests", 0, "N", "Send no more than N requests (default: no limit).", false},
    {"rate", 0, "N/s",
     "Send at most N requests a second (default: 20/s to a public host, else no limit).", false},
    {"effect-command", 0, "CMD",
     "Ask CMD what became of an event: /bin/sh runs `CMD ID` with the id_event (also in "
     "$HOOKCHECK_ID_EVENT; a CMD that names it gets nothing added). It prints how often the event "
     "was processed, or exits with 0 for once and 1 for not at all (default: nobody is asked, and "
     "panora/effect is skipped).",
     false},
    {"effect-wait", 0, "TIME",
     "How long after its answer an event may still be processed (default 5s).", false},
    {"allow-disruptive", 0, NULL,
     "Send also to a public host what could hurt a weak endpoint, at any rate (default: only to "
     "loopback and private hosts).",
     false},
    {"report", 0, "FORMAT=FILE",
     "Write a report: text, json, junit or tap; FILE - is standard output (default: text on "
     "standard output).",
     true},
    {"quiet", 'q', NULL, "Print only failures and the last line (default: every case).", false},
    {"verbose", 'v', NULL, "Print every exchange (default: failures only).", false},
    {"color", 0, NULL, "Use colour (default: on a terminal, unless NO_COLOR is set).", false},
    {"no-color", 0, NULL, "Use no colour.", false},
    {"no-progress", 0, NULL, "Show no progress line (default: on a terminal).", false},
};

const struct option_set run_options_set = {specs, ARRAY_LEN(specs)};

static bool read_times(struct run_options *run, const struct arguments *arguments,
                       struct error *err)
{
    int64_t max_time_ns = (run->quick ? 60 : 120) * NS_PER_S;
    const struct {
        const char *name;
        int64_t fallback_ns;
        int64_t *out;
        bool positive;
    } times[] = {{"deadline", 10 * NS_PER_S, &run->deadline_ns, true},
                 {"target", NS_PER_S, &run->target_ns, true},
                 {"wait", 0, &run->wait_ns, false},
                 {"recovery", 5 * NS_PER_S, &run->recovery_ns, false},
                 {"max-time", max_time_ns, &run->max_time_ns, true}};
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        if (!arguments_duration(arguments, times[i].name, times[i].fallback_ns, times[i].out, err))
            return false;
        if (times[i].positive && *times[i].out <= 0)
            return error_set(err, "--%s: more than no time at all is needed", times[i].name);
    }
    return true;
}

static bool read_choices(struct run_options *run, const struct arguments *arguments,
                         struct error *err)
{
    static const char *const levels[] = {"must", "should", "may"};
    static const char *const dialects[] = {"both", "text", "object"};
    static const char *const efforts[] = {"off", "quick", "full"};
    size_t level = LEVEL_MAY;
    size_t effort = run->quick ? DIAGNOSE_QUICK : DIAGNOSE_FULL;
    size_t dialect = DIALECTS_BOTH;
    if (!arguments_choice(arguments, "level", levels, ARRAY_LEN(levels), LEVEL_MAY, &level, err))
        return error_prefix(err, "--level");
    if (!arguments_choice(arguments, "dialect", dialects, ARRAY_LEN(dialects), DIALECTS_BOTH,
                          &dialect, err))
        return error_prefix(err, "--dialect");
    if (!arguments_choice(arguments, "diagnose", efforts, ARRAY_LEN(efforts), effort, &effort, err))
        return error_prefix(err, "--diagnose");
    run->diagnose = (enum diagnose_effort)effort;
    run->level = (enum level)level;
    run->dialects = (enum dialects)dialect;
    return true;
}

static bool read_numbers(struct run_options *run, const struct arguments *arguments,
                         struct error *err)
{
    int64_t seed = 0;
    int64_t concurrency = 0;
    int64_t max_requests = 0;
    if (!arguments_integer(arguments, "seed", 0, 0, INT64_MAX, &seed, err) ||
        !arguments_integer(arguments, "concurrency", 5, 1, CONCURRENCY_MAX, &concurrency, err) ||
        !arguments_integer(arguments, "max-requests", 0, 1, INT32_MAX, &max_requests, err))
        return false;
    run->seed = seed ? (uint64_t)seed : rng_fresh_seed();
    run->concurrency = (size_t)concurrency;
    run->max_requests = (size_t)max_requests;
    return true;
}

static bool read_rate(struct run_options *run, const struct arguments *arguments, struct error *err)
{
    bool is_held = !run->target->is_private && !run->allow_disruptive;
    int64_t interval_ns = 0;
    if (!arguments_rate(arguments, "rate", is_held ? NS_PER_S / PUBLIC_PER_SECOND : 0, &interval_ns,
                        err))
        return false;
    run->rate = interval_ns > 0 ? (double)NS_PER_S / (double)interval_ns : 0;
    return true;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static bool read_effect(struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    const char *command = arguments_value(arguments, "effect-command", NULL);
    int64_t wait_ns = 0;
    if (!arguments_duration(arguments, "effect-wait", 5 * NS_PER_S, &wait_ns, err))
        return false;
    if (!command)
        return !arguments_has(arguments, "effect-wait") ||
               error_set(err, "--effect-wait says nothing without --effect-command");
    if (is_blank(command))
        return error_set(err, "--effect-command: a command is needed");
    if (wait_ns >= choice->run.max_time_ns)
        return error_set(err, "--effect-wait: the run ends before (--max-time)");
    choice->effect_command.command = command;
    choice->effect = effect_command_oracle(&choice->effect_command, wait_ns);
    choice->run.effect = &choice->effect;
    return true;
}

/* Whoever subscribes to such a name waits in vain, and ought to know. */
static void warn_if_never_sent(const struct run_choice *choice, const char *name)
{
    const struct event_type *type = catalogue_find(choice->library.catalogue, name);
    if (!type->sent)
        log_print(LOG_WARN, "--events: nothing is ever sent for %s", name);
}

static bool read_events(struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    size_t num_given = 0;
    const char **given = arguments_values(arguments, "events", &num_given);
    struct buf list = {0};
    for (size_t i = 0; i < num_given; i++)
        buf_add_format(&list, "%s%s", i ? "," : "", given[i]);
    free(given);
    if (num_given == 0)
        return true;
    choice->event_list = buf_take(&list);
    choice->events = mem_alloc((strlen(choice->event_list) + 2) * sizeof *choice->events);
    char *rest = NULL;
    for (char *word = strtok_r(choice->event_list, ", ", &rest); word;
         word = strtok_r(NULL, ", ", &rest)) {
        if (!catalogue_find(choice->library.catalogue, word)) {
            (void)catalogue_unknown(choice->library.catalogue, word, err);
            return error_prefix(err, "--events");
        }
        warn_if_never_sent(choice, word);
        choice->events[choice->run.num_events++] = word;
    }
    choice->run.events = choice->events;
    return choice->run.num_events > 0 || error_set(err, "--events: names at least one event type");
}

static bool read_report(struct run_choice *choice, const char *given, struct error *err)
{
    const char *equals = strchr(given, '=');
    if (!equals || !equals[1])
        return error_set(err, "--report: \"%s\" is not FORMAT=FILE, such as junit=report.xml",
                         given);
    char *name = mem_copy(given, (size_t)(equals - given));
    const struct report_format *format = report_format_find(name, err);
    free(name);
    if (!format)
        return error_prefix(err, "--report");
    const char *path = equals + 1;
    bool to_stdout = strcmp(path, "-") == 0;
    for (size_t i = 0; i < choice->num_reports; i++)
        if (!to_stdout && strcmp(choice->reports[i].path, path) == 0)
            return error_set(err,
                             "--report: two reports would go to %s; the second would replace "
                             "the first",
                             path);
    if (to_stdout && choice->text_to_stderr)
        return error_set(err, "--report: only one report can go to standard output");
    if (!to_stdout && !file_can_write(path, err))
        return error_prefix(err, "--report");
    choice->text_to_stderr = choice->text_to_stderr || to_stdout;
    choice->reports[choice->num_reports++] = (struct wanted_report){format, path};
    return true;
}

static bool read_reports(struct run_choice *choice, const struct arguments *arguments,
                         struct error *err)
{
    size_t count = 0;
    const char **given = arguments_values(arguments, "report", &count);
    choice->reports = mem_alloc((count + 1) * sizeof *choice->reports);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = read_report(choice, given[i], err);
    free(given);
    return ok;
}

/* A document after another in one place can be read by nobody, and in a file it replaces it. */
static bool check_failures_place(const struct run_choice *choice, struct error *err)
{
    const char *path = choice->failures.path;
    for (size_t i = 0; path && i < choice->num_reports; i++)
        if (strcmp(choice->reports[i].path, path) == 0)
            return error_set(err,
                             "--failures: %s is where a report goes already; name another file",
                             strcmp(path, "-") == 0 ? "standard output" : path);
    return true;
}

/* With --unsigned nothing depends on the secret, so that one of the moment serves. */
static bool read_secret(struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    if (!choice->run.is_unsigned)
        return secret_from_arguments(arguments, &choice->secret, err);
    struct rng rng = rng_for(choice->run.seed, "secret of an endpoint that verifies nothing");
    char text[UUID_SIZE];
    rng_uuid(&rng, text);
    secret_set(&choice->secret, bytes_of(text));
    return true;
}

static bool read_suites(struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    size_t count = 0;
    const char **names = arguments_values(arguments, "suite", &count);
    bool ok = library_load_suites(&choice->library, names, count, err);
    free(names);
    choice->run.suites = choice->library.suites;
    choice->run.num_suites = choice->library.num_suites;
    return ok;
}

/* As wide as the terminal, but no wider than reads well; 0 where there is none. */
static size_t columns_of(int fd)
{
    enum { LEAST = 60, MOST = 100 };
    struct winsize size;
    if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_col >= MOST)
        return 0;
    return size.ws_col < LEAST ? LEAST : size.ws_col;
}

static void read_looks(struct run_choice *choice, const struct arguments *arguments)
{
    int fd = choice->text_to_stderr ? STDERR_FILENO : STDOUT_FILENO;
    const char *no_color = getenv("NO_COLOR");
    bool by_itself = isatty(fd) && !(no_color && *no_color);
    choice->text = (struct text_options){
        .color = arguments_has(arguments, "color") ||
                 (by_itself && !arguments_has(arguments, "no-color")),
        .verbose = arguments_has(arguments, "verbose"),
        .quiet = arguments_has(arguments, "quiet"),
        .columns = columns_of(fd),
    };
    choice->progress =
        isatty(STDERR_FILENO) && !choice->text.quiet && !arguments_has(arguments, "no-progress");
}

/* libcurl tells only then whether it can do what the options ask for: an unreadable CA file, a
 * malformed --resolve. */
static bool check_engine(const struct run_choice *choice, struct error *err)
{
    struct engine *engine = engine_new(&choice->target, &choice->engine, err);
    engine_free(engine);
    return engine != NULL;
}

bool run_choice_read(struct run_choice *choice, const struct arguments *arguments,
                     struct error *err)
{
    struct run_options *run = &choice->run;
    library_init(&choice->library);
    *run = (struct run_options){
        .target = &choice->target,
        .engine = &choice->engine,
        .extra_headers = &choice->endpoint.engine.extra_headers,
        .catalogue = choice->library.catalogue,
        .secret = &choice->secret,
        .is_unsigned = arguments_has(arguments, "unsigned"),
        .quick = arguments_has(arguments, "quick"),
        .strict = arguments_has(arguments, "strict"),
        .allow_disruptive = arguments_has(arguments, "allow-disruptive"),
    };
    choice->only = arguments_values(arguments, "only", &run->num_only);
    choice->skip = arguments_values(arguments, "skip", &run->num_skip);
    run->only = choice->only;
    run->skip = choice->skip;
    choice->dry_run = arguments_has(arguments, "dry-run");
    choice->seed_is_given = arguments_has(arguments, "seed");
    if (!arguments_expect_words(arguments, 1, 1, "the endpoint's URL", err) ||
        !target_parse(&choice->target, arguments->words[0], err) ||
        !read_choices(run, arguments, err) || !read_times(run, arguments, err) ||
        !read_numbers(run, arguments, err) || !read_rate(run, arguments, err) ||
        !read_effect(choice, arguments, err) || !read_events(choice, arguments, err) ||
        !read_suites(choice, arguments, err) ||
        !endpoint_choice_read(&choice->endpoint, arguments, err) ||
        !read_secret(choice, arguments, err) || !read_reports(choice, arguments, err) ||
        !failures_choice_read(&choice->failures, arguments, err) ||
        !check_failures_place(choice, err))
        return false;
    choice->engine = choice->endpoint.engine;
    choice->engine.extra_headers = (struct headers){0};
    read_looks(choice, arguments);
    return check_engine(choice, err);
}

void run_choice_clear(struct run_choice *choice)
{
    library_clear(&choice->library);
    target_clear(&choice->target);
    endpoint_choice_clear(&choice->endpoint);
    secret_clear(&choice->secret);
    free(choice->only);
    free(choice->skip);
    free(choice->event_list);
    free(choice->events);
    free(choice->reports);
    *choice = (struct run_choice){0};
}
