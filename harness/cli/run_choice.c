#include "cli/run_choice.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/sink.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/api_options.h"
#include "cli/report_options.h"
#include "cli/secret_options.h"
#include "run/select.h"

#define PUBLIC_PER_SECOND 20 /* towards hosts that are neither loopback nor private */
#define CONCURRENCY_GROWN 32 /* where --concurrency does not fix it */
#define CONCURRENCY_MAX   256
#define SEEDS             999999999 /* nine digits: people read it in lines to repeat */

static const char *const levels[] = {"must", "should", "may", NULL};
static const char *const dialects[] = {"both", "text", "object", NULL};
static const char *const efforts[] = {"off", "quick", "full", NULL};

static const struct option_spec specs[] = {
    {.name = "endpoint",
     .form = FORM_TYPED_ONLY,
     .value = "ID",
     .help = "Test this endpoint, with the URL and the secret from Panora's API (instead of URL)."},
    {.name = "suite",
     .names = "suites",
     .path = PATH_IF_JSON,
     .value = "NAME",
     .repeatable = true,
     .help = "Run this suite, by name or file.",
     .otherwise = "all built-in ones"},
    {.name = "only",
     .group = "selection",
     .form = FORM_TYPED_ONLY,
     .names = "cases",
     .value = "GLOB",
     .repeatable = true,
     .is_aside = true,
     .help = "Run only the cases that match: an id, its last part, or a suite's name; * matches "
             "anything, also /.",
     .otherwise = "all"},
    {.name = "skip",
     .form = FORM_SKIPS,
     .adds_up = true,
     .names = "cases",
     .value = "GLOB[=REASON]",
     .repeatable = true,
     .is_aside = true,
     .help = "Skip the cases that match, as with --only; reports show the REASON.",
     .otherwise = "none"},
    {.name = "level",
     .value = "LEVEL",
     .is_aside = true,
     .help = "The lowest level to run: must, should or may.",
     .fallback = "may",
     .kind = OPTION_CHOICE,
     .choices = levels,
     .at = offsetof(struct run_choice, run.level)},
    {.name = "events",
     .names = "events",
     .value = "TYPE,...",
     .repeatable = true,
     .help = "The events that the endpoint subscribes to; cases of other types are skipped.",
     .otherwise = "everything"},
    {.name = "dialect",
     .value = "DIALECT",
     .help = "text (data is JSON in a string, as Panora sends it), object, or both.",
     .fallback = "both",
     .kind = OPTION_CHOICE,
     .choices = dialects,
     .at = offsetof(struct run_choice, run.dialects)},
    {.name = "unsigned",
     .help = "The endpoint does not verify signatures on purpose: skip those cases.",
     .otherwise = "it verifies",
     .kind = OPTION_FLAG,
     .at = offsetof(struct run_choice, run.is_unsigned)},
    {.name = "deadline",
     .value = "TIME",
     .help = "The longest acceptable response time.",
     .fallback = "10s",
     .kind = OPTION_DURATION,
     .least = 1,
     .at = offsetof(struct run_choice, run.deadline_ns)},
    {.name = "target",
     .value = "TIME",
     .help = "The desired response time.",
     .fallback = "1s",
     .kind = OPTION_DURATION,
     .least = 1,
     .at = offsetof(struct run_choice, run.target_ns)},
    {.name = "concurrency",
     .synonyms = "jobs",
     .value = "N",
     .help = "The most requests in flight at once.",
     .fallback = "5",
     .otherwise = "as many as Panora's workers, up to 32 while responses take no longer",
     .kind = OPTION_COUNT,
     .least = 1,
     .most = CONCURRENCY_MAX,
     .at = offsetof(struct run_choice, run.concurrency)},
    {.name = "quick",
     .help = "Skip deliberate waits above one second.",
     .otherwise = "make them",
     .kind = OPTION_FLAG,
     .at = offsetof(struct run_choice, run.quick)},
    {.name = "diagnose",
     .value = "EFFORT",
     .help = "How much to experiment on the causes of failures: off, quick (at most 100 requests) "
             "or full (at most 400).",
     .fallback = "full",
     .otherwise = "quick with --quick",
     .kind = OPTION_CHOICE,
     .choices = efforts,
     .at = offsetof(struct run_choice, run.diagnose)},
    {.name = "dry-run",
     .form = FORM_TYPED_ONLY,
     .is_aside = true,
     .help = "Print what would be sent, and send nothing.",
     .otherwise = "send",
     .kind = OPTION_FLAG,
     .at = offsetof(struct run_choice, dry_run)},
    {.name = "strict",
     .is_aside = true,
     .help = "Let the exit code depend on cases of level \"should\" too.",
     .otherwise = "only on \"must\"",
     .kind = OPTION_FLAG,
     .at = offsetof(struct run_choice, run.strict)},
    {.name = "fail-fast",
     .is_aside = true,
     .help = "Stop at the first required case that fails.",
     .otherwise = "run all",
     .kind = OPTION_FLAG,
     .at = offsetof(struct run_choice, run.fail_fast)},
    {.name = "seed",
     .form = FORM_TYPED_ONLY,
     .value = "N",
     .is_aside = true,
     .help = "The same seed sends the same bytes; 0 picks a random one and prints it.",
     .fallback = "0",
     .kind = OPTION_INTEGER,
     .at = offsetof(struct run_choice, run.seed)},
    {.name = "wait",
     .value = "TIME",
     .is_aside = true,
     .help = "Wait this long for the endpoint to answer at all.",
     .fallback = "0s",
     .kind = OPTION_DURATION,
     .at = offsetof(struct run_choice, run.wait_ns)},
    {.name = "recovery",
     .value = "TIME",
     .help = "How long a crashed endpoint may take to come back.",
     .fallback = "5s",
     .kind = OPTION_DURATION,
     .at = offsetof(struct run_choice, run.recovery_ns)},
    {.name = "max-time",
     .synonyms = "m",
     .value = "TIME",
     .help = "End the run after this time.",
     .fallback = "120s",
     .otherwise = "half of it with --quick",
     .kind = OPTION_DURATION,
     .least = 1,
     .at = offsetof(struct run_choice, run.max_time_ns)},
    {.name = "max-requests",
     .value = "N",
     .help = "Send at most N requests.",
     .otherwise = "no limit",
     .kind = OPTION_COUNT,
     .least = 1,
     .most = INT32_MAX,
     .at = offsetof(struct run_choice, run.max_requests)},
    {.name = "rate",
     .value = "N/s",
     .help = "Send at most N requests per second.",
     .otherwise = "20/s to a public host, else no limit",
     .kind = OPTION_RATE,
     .at = offsetof(struct run_choice, per_second)},
    {.name = "effect-command",
     .value = "CMD",
     .secret = "\"$HOOKCHECK_EFFECT_COMMAND\"",
     .help = "Ask CMD how often an event was processed. /bin/sh runs `CMD ID` with the id_event, "
             "or just CMD if it uses $HOOKCHECK_ID_EVENT. CMD prints the number, or exits with 0 "
             "for once and 1 for not at all.",
     .otherwise = "skip panora/effect",
     .kind = OPTION_TEXT,
     .at = offsetof(struct run_choice, effect_command.command)},
    {.name = "effect-wait",
     .value = "TIME",
     .help = "How long after the response an event may still be processed.",
     .fallback = "5s",
     .kind = OPTION_DURATION,
     .at = offsetof(struct run_choice, effect_wait_ns)},
    {.name = "allow-disruptive",
     .help = "Allow requests that could harm a weak endpoint on public hosts too, at any rate.",
     .otherwise = "only to loopback and private hosts",
     .kind = OPTION_FLAG,
     .at = offsetof(struct run_choice, run.allow_disruptive)},
    {.name = "quiet",
     .synonyms = "s,silent",
     .group = "detail",
     .letter = 'q',
     .is_aside = true,
     .help = "Print only what failed and the last line.",
     .otherwise = "one screen"},
    {.name = "verbose",
     .group = "detail",
     .letter = 'v',
     .is_aside = true,
     .repeatable = true,
     .help = "Print every case in full; given twice (-vv), print every exchange too.",
     .otherwise = "one screen"},
    {.name = "color",
     .group = "color",
     .is_aside = true,
     .help = "Use colour.",
     .otherwise = "on a terminal, unless NO_COLOR is set"},
    {.name = "no-color", .group = "color", .is_aside = true, .help = "Do not use colour."},
    {.name = "no-progress",
     .is_aside = true,
     .help = "Do not show a progress line.",
     .otherwise = "on a terminal"},
};

const struct option_set run_options_set = {specs, ARRAY_LEN(specs)};

/* What depends on more than one option. */
static void settle(struct run_choice *choice, const struct arguments *arguments)
{
    struct run_options *run = &choice->run;
    bool is_held = !choice->target.is_private && !run->allow_disruptive;
    if (run->quick && !arguments_has(arguments, "max-time"))
        run->max_time_ns /= 2;
    run->patience_ns =
        arguments_has(arguments, "max-time") ? run->max_time_ns / 4 * 3 : run->max_time_ns / 3;
    if (run->quick && !arguments_has(arguments, "diagnose"))
        run->diagnose = DIAGNOSE_QUICK;
    run->concurrency_max = arguments_has(arguments, "concurrency") ? 0 : CONCURRENCY_GROWN;
    if (run->seed == 0)
        run->seed = rng_fresh_seed() % SEEDS + 1;
    run->rate = choice->per_second ? (double)choice->per_second : is_held ? PUBLIC_PER_SECOND : 0;
}

static bool read_effect(struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    const char *command = choice->effect_command.command;
    if (!command)
        return !arguments_has(arguments, "effect-wait") ||
               error_set(err, "--effect-wait needs --effect-command");
    if (command[strspn(command, " \t\r\n")] == '\0')
        return error_set(err, "--effect-command: the command is empty");
    if (choice->effect_wait_ns >= choice->run.max_time_ns)
        return error_set(err, "--effect-wait: must be shorter than --max-time");
    choice->effect = effect_command_oracle(&choice->effect_command, choice->effect_wait_ns);
    choice->run.effect = &choice->effect;
    return true;
}

/* Whoever subscribes to such a name waits in vain, and ought to know. */
static void warn_if_never_sent(const struct run_choice *choice, const char *name)
{
    const struct event_type *type = catalogue_find(choice->library.catalogue, name);
    if (!type->sent)
        sink_note("--events: Panora never sends anything for %s", name);
}

static bool read_events(struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    const char *given;
    struct buf list = {0};
    for (size_t at = 0; (given = arguments_next(arguments, "events", &at));)
        buf_add_format(&list, "%s,", given);
    if (list.len == 0)
        return true;
    choice->event_list = buf_take(&list);
    choice->events = mem_alloc((strlen(choice->event_list) + 2) * sizeof *choice->events);
    char *rest = NULL;
    for (char *word = strtok_r(choice->event_list, ", ", &rest); word;
         word = strtok_r(NULL, ", ", &rest)) {
        if (!catalogue_find(choice->library.catalogue, word)) {
            (void)catalogue_unknown(choice->library.catalogue, word, err);
            return arguments_blame(arguments, "events", err);
        }
        warn_if_never_sent(choice, word);
        choice->events[choice->run.num_events++] = word;
    }
    choice->run.events = choice->events;
    return choice->run.num_events > 0 ||
           error_set(err, "--events: at least one event type is required");
}

/* A document after another in one place can be read by nobody, and in a file it replaces it. */
static bool check_failures_place(const struct run_choice *choice, struct error *err)
{
    const char *path = choice->failures.path;
    bool both = failures_take_stdout(&choice->failures) && choice->reports.text_is_wanted;
    if (!path || (!both && !report_choice_has(&choice->reports, path)))
        return true;
    return error_set(err, "--failures: a report already goes to %s; name another file",
                     strcmp(path, "-") == 0 ? "standard output" : path);
}

/* With --unsigned nothing depends on the secret, so that one of the moment serves. */
static bool read_secret(struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    if (choice->secret.data)
        return true; /* from the API */
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

/* A glob may name cases of suites that are not in this run: that is no mistake. */
static bool check_skips(const struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    struct library all;
    library_init(&all);
    bool ok = library_load_suites(&all, NULL, 0, err);
    for (size_t i = 0; ok && i < choice->num_skip; i++) {
        struct error ignored = {0};
        ok = select_check_glob(choice->library.suites, choice->library.num_suites, choice->skip[i],
                               &ignored) ||
             select_check_glob(all.suites, all.num_suites, choice->skip[i], err);
    }
    library_clear(&all);
    return ok || arguments_blame(arguments, "skip", err);
}

/* A known failure that names no case at all excuses nothing: told, and no more, because cases come
 * and go between versions. */
static bool check_known(struct run_choice *choice, struct error *err)
{
    struct baseline *baseline = &choice->baseline.baseline;
    struct library all;
    library_init(&all);
    bool ok = !baseline->count || library_load_suites(&all, NULL, 0, err);
    for (size_t i = 0; ok && i < baseline->count; i++) {
        struct baseline_entry *entry = &baseline->entries[i];
        struct error why = {0};
        if (entry->case_id &&
            !select_check_glob(choice->library.suites, choice->library.num_suites, entry->case_id,
                               &why) &&
            !select_check_glob(all.suites, all.num_suites, entry->case_id, &why))
            entry->mistake = mem_text(why.message);
    }
    library_clear(&all);
    return ok;
}

/* What failed before is all that is run, unless --only asks for some of it. */
static bool read_baseline(struct run_choice *choice, const struct arguments *arguments,
                          struct error *err)
{
    if (!baseline_choice_read(&choice->baseline, arguments, err) || !check_known(choice, err))
        return false;
    size_t count = choice->baseline.num_failed;
    if (count == 0)
        return true;
    if (choice->run.num_only)
        return error_set(err, "--rerun and --only cannot be given together");
    choice->only = mem_resize(choice->only, count, sizeof *choice->only);
    for (size_t i = 0; i < count; i++)
        choice->only[i] = choice->baseline.failed[i];
    choice->run.only = choice->only;
    choice->run.num_only = count;
    return true;
}

/* Whether the run asks all cases and looks for causes: only then does a cause that is not found no
 * longer exist. */
static bool asks_all(const struct run_choice *choice, const struct arguments *arguments)
{
    const struct run_options *run = &choice->run;
    return !run->num_only && !run->num_skip && !run->num_events && run->level == LEVEL_MAY &&
           !run->is_unsigned && !run->fail_fast && run->diagnose != DIAGNOSE_OFF &&
           !arguments_has(arguments, "suite");
}

static void read_looks(struct run_choice *choice, const struct arguments *arguments)
{
    choice->takes_stdout = choice->reports.takes_stdout || failures_take_stdout(&choice->failures);
    int fd = choice->takes_stdout ? STDERR_FILENO : STDOUT_FILENO;
    choice->text = text_options_for(arguments, fd);
    choice->progress = terminal_takes_progress() && choice->text.detail != TEXT_QUIET &&
                       !arguments_has(arguments, "no-progress");
}

/* libcurl tells only then whether it can do what the options ask for: an unreadable CA file, a
 * malformed --resolve. */
static bool check_engine(const struct run_choice *choice, struct error *err)
{
    struct engine *engine = engine_new(&choice->target, &choice->engine, err);
    engine_free(engine);
    return engine != NULL;
}

/* URL and secret of an endpoint that is registered with Panora. */
static bool read_registered(struct run_choice *choice, const struct arguments *arguments,
                            const char *id, struct error *err)
{
    struct api_choice api;
    char *url = NULL;
    char *secret = NULL;
    bool ok = arguments_expect_words(arguments, 0, 0, "no URL with --endpoint", err) &&
              api_choice_read(&api, arguments, err) &&
              client_endpoint(&api.client, id, &url, &secret, err) &&
              target_parse(&choice->target, url, err);
    if (ok)
        secret_set(&choice->secret, bytes_of(secret));
    free(url);
    free(secret);
    return ok;
}

static bool read_target(struct run_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    const char *id = arguments_value(arguments, "endpoint");
    if (id)
        return read_registered(choice, arguments, id, err);
    return arguments_expect_words(arguments, 1, 1, "the endpoint's URL", err) &&
           target_parse(&choice->target, arguments->words[0], err);
}

/* The '=' of GLOB=REASON: some ids have one in brackets. NULL when there is none. */
static char *before_reason(char *text)
{
    bool inside = false;
    for (char *c = text; *c; c++) {
        inside = *c == '[' || (inside && *c != ']');
        if (*c == '=' && !inside)
            return c;
    }
    return NULL;
}

static void read_skips(struct run_choice *choice, const struct arguments *arguments)
{
    const char *given;
    size_t count = 0;
    for (size_t at = 0; (given = arguments_next(arguments, "skip", &at)); count++) {
        choice->skip = mem_resize(choice->skip, count + 1, sizeof *choice->skip);
        choice->skip_reasons =
            mem_resize(choice->skip_reasons, count + 1, sizeof *choice->skip_reasons);
        char *glob = mem_text(given);
        char *equals = before_reason(glob);
        if (equals)
            *equals = '\0';
        choice->skip[count] = glob;
        choice->skip_reasons[count] = equals && equals[1] ? equals + 1 : NULL;
    }
    choice->num_skip = choice->run.num_skip = count;
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
    };
    choice->only = arguments_values(arguments, "only", &run->num_only);
    read_skips(choice, arguments);
    run->only = choice->only;
    run->skip = (const char *const *)choice->skip;
    run->skip_reasons = choice->skip_reasons;
    choice->seed_is_given = arguments_has(arguments, "seed");
    if (!read_target(choice, arguments, err) ||
        !arguments_read(arguments, &run_options_set, choice, err))
        return false;
    settle(choice, arguments);
    if (!read_effect(choice, arguments, err) || !read_events(choice, arguments, err) ||
        !read_suites(choice, arguments, err) || !check_skips(choice, arguments, err) ||
        !endpoint_choice_read(&choice->endpoint, arguments, err) ||
        !read_secret(choice, arguments, err) ||
        !report_choice_read(&choice->reports, arguments, err) ||
        !read_baseline(choice, arguments, err) ||
        !failures_choice_read(&choice->failures, arguments, err) ||
        !check_failures_place(choice, err))
        return false;
    choice->engine = choice->endpoint.engine;
    choice->engine.extra_headers = (struct headers){0};
    choice->baseline.is_whole = asks_all(choice, arguments);
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
    for (size_t i = 0; i < choice->num_skip; i++)
        free(choice->skip[i]);
    free(choice->skip);
    free(choice->skip_reasons);
    free(choice->event_list);
    free(choice->events);
    report_choice_clear(&choice->reports);
    baseline_choice_clear(&choice->baseline);
    *choice = (struct run_choice){0};
}
