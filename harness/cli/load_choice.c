#include "cli/load_choice.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/secret_options.h"
#include "suite/step.h"

#define RATE_USUAL      50
#define CONNECTIONS_MAX 20000
#define THREADS_MAX     64

static const char *const dialects[] = {"text", "object", NULL}; /* as enum dialect */

#define CHOICE(member) offsetof(struct load_choice, member)

/* As in load_engines and enum load_report_format. */
static const char *const engine_names[] = {"locust", "k6", NULL};
static const char *const report_names[] = {
    [LOAD_REPORT_JSON] = "json", [LOAD_REPORT_HGRM] = "hgrm", [LOAD_REPORT_HTML] = "html", NULL};
#define NUM_REPORTS (ARRAY_LEN(report_names) - 1)

static const struct option_spec specs[] = {
    {.name = "rate",
     .value = "N/s",
     .help = "Open loop: N requests are due each second, whatever the endpoint does.",
     .otherwise = "50/s unless --clients is given",
     .kind = OPTION_RATE,
     .at = CHOICE(plan.per_second)},
    {.name = "clients",
     .value = "N",
     .help = "Closed loop: N clients; each waits for its response, then sends the next request.",
     .otherwise = "an open loop",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = CONNECTIONS_MAX,
     .at = CHOICE(clients)},
    {.name = "duration",
     .value = "TIME",
     .help = "How long to measure.",
     .fallback = "10s",
     .kind = OPTION_DURATION,
     .least = 1,
     .at = CHOICE(plan.duration_ns)},
    {.name = "warmup",
     .value = "TIME",
     .help = "First send for this time without counting.",
     .fallback = "0",
     .kind = OPTION_DURATION,
     .at = CHOICE(plan.warmup_ns)},
    {.name = "ramp",
     .value = "TIME",
     .help = "Increase evenly to the rate, or to the number of clients, over this time.",
     .fallback = "0",
     .kind = OPTION_DURATION,
     .at = CHOICE(plan.ramp_ns)},
    {.name = "max-requests",
     .value = "N",
     .help = "Stop after N requests.",
     .otherwise = "no limit",
     .kind = OPTION_INTEGER,
     .least = 1,
     .at = CHOICE(max_requests)},
    {.name = "connections",
     .value = "N",
     .help = "Open loop: the most connections, each for one request at a time.",
     .fallback = "100",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = CONNECTIONS_MAX,
     .at = CHOICE(connections)},
    {.name = "threads",
     .value = "N",
     .help = "Send from N threads.",
     .fallback = "1",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = THREADS_MAX,
     .at = CHOICE(threads)},
    {.name = "deadline",
     .value = "TIME",
     .help = "How long to wait for a complete response.",
     .fallback = "10s",
     .kind = OPTION_DURATION,
     .least = 1,
     .at = CHOICE(plan.deadline_ns)},
    {.name = "events",
     .names = "events",
     .value = "TYPE,...",
     .help = "The event types to send; TYPE=N sends a type N times as often.",
     .otherwise = EVENT_TYPE_DEFAULT},
    {.name = "size",
     .value = "SIZE",
     .help = "Give every event data of this size: 700, 64KiB.",
     .otherwise = "realistic data",
     .kind = OPTION_SIZE,
     .least = 1,
     .most = EVENT_DATA_MAX,
     .at = CHOICE(event.step.size)},
    {.name = "dialect",
     .value = "DIALECT",
     .help = "How data is sent: text (JSON in a string, as Panora sends it) or object.",
     .fallback = "text",
     .kind = OPTION_CHOICE,
     .choices = dialects,
     .at = CHOICE(event.composer.dialect)},
    {.name = "forged", .value = "PERCENT", .help = "The share of forged events.", .fallback = "5%"},
    {.name = "duplicates",
     .value = "PERCENT",
     .help = "The share of events that are sent twice.",
     .fallback = "1%"},
    {.name = "journal",
     .value = "FILE",
     .help = "Check in the journal of `hookcheck receive` what happened to every event: processed, "
             "lost, doubled.",
     .otherwise = "only responses count",
     .kind = OPTION_TEXT,
     .at = CHOICE(journal)},
    {.name = "effect-command",
     .value = "CMD",
     .secret = "\"$HOOKCHECK_EFFECT_COMMAND\"",
     .help = "Ask CMD about 200 random events; it answers as for `hookcheck run`.",
     .otherwise = "do not ask",
     .kind = OPTION_TEXT,
     .at = CHOICE(effect_command.command)},
    {.name = "effect-wait",
     .value = "TIME",
     .help = "How long after the load an event may still be processed.",
     .fallback = "5s",
     .kind = OPTION_DURATION,
     .at = CHOICE(effect_wait_ns)},
    {.name = "seed",
     .value = "N",
     .help = "Make events from this number.",
     .fallback = "0",
     .otherwise = "a random number",
     .kind = OPTION_INTEGER,
     .at = CHOICE(seed)},
    {.name = "slo",
     .value = "GOALS",
     .repeatable = true,
     .help = "Goals that decide the exit code, such as 'p99<500ms,errors<0.1%,rate>450/s'; also "
             "mean and max.",
     .otherwise = "no errors"},
    {.name = "find-capacity",
     .help = "Find the highest rate that meets the goals of --slo: double --rate until it misses "
             "them, then search in between; each step takes --duration.",
     .otherwise = "one load",
     .kind = OPTION_FLAG,
     .at = CHOICE(finds_capacity)},
    {.name = "report",
     .value = "FORMAT=FILE",
     .choices = report_names,
     .repeatable = true,
     .help = "Write a report: json, html (a page with charts), or hgrm (latency percentiles for "
             "HdrHistogram's tools). The format may be left out when FILE ends in it; FILE - is "
             "standard output.",
     .otherwise = "text only"},
    {.name = "export",
     .value = "ENGINE",
     .kind = OPTION_CHOICE,
     .choices = engine_names,
     .at = CHOICE(engine),
     .help = "Send nothing; write a locust or k6 project into the new folder DIR that sends the "
             "same load from one or more machines. It does not contain the secret.",
     .otherwise = "send from here"},
    {.name = "i-may-load-this-host",
     .value = "HOST",
     .help = "Allow a public host; HOST repeats its name.",
     .otherwise = "only loopback and private hosts"},
};
const struct option_set load_options = {specs, ARRAY_LEN(specs)};

/* --- what is sent, and how fast --- */

static bool read_rate(struct load_choice *choice, const struct arguments *arguments,
                      struct error *err)
{
    if (choice->clients && choice->plan.per_second)
        return error_set(err, "--rate (open loop) and --clients (closed loop) exclude each other");
    if (choice->clients && arguments_has(arguments, "connections"))
        return error_set(
            err, "--connections works only with --rate; each of --clients has one connection");
    if (!choice->clients && !choice->plan.per_second)
        choice->plan.per_second = RATE_USUAL;
    return true;
}

static bool read_share(const struct arguments *arguments, const char *name, double *out,
                       struct error *err)
{
    const char *text = arguments_value(arguments, name);
    char *end = NULL;
    bool starts = *text >= '0' && *text <= '9';
    double percent = starts ? strtod(text, &end) : -1;
    if (!starts || strcmp(end, "%") != 0 || !isfinite(percent) || percent > 100)
        return error_set(err, "--%s: \"%s\" is not a percentage such as 5%%", name, text);
    *out = percent / 100;
    return true;
}

static bool add_type(struct load_choice *choice, char *word, struct error *err)
{
    struct load_type *type = &choice->types[choice->num_names];
    choice->names[choice->num_names++] = word;
    choice->plan.num_types = choice->num_names;
    char *equals = strchr(word, '=');
    type->weight = 1;
    if (equals) {
        *equals = '\0';
        if (!text_integer(equals + 1, 1, 1000000, &type->weight, err))
            return error_prefix(err, "--events: %s", word);
    }
    if (!*word)
        return error_set(err, "--events: an event type is missing before or after a comma");
    type->name = event_choice_wire_type(&choice->event, word);
    return true;
}

static bool read_types(struct load_choice *choice, const struct arguments *arguments,
                       struct error *err)
{
    const char *text = arguments_value(arguments, "events");
    size_t most = 1;
    text = text ? text : EVENT_TYPE_DEFAULT;
    for (const char *c = text; *c; c++)
        most += *c == ',';
    choice->types = mem_alloc(most * sizeof *choice->types);
    choice->names = mem_alloc(most * sizeof *choice->names);
    bool ok = true;
    for (size_t i = 0; ok && i < most; i++) {
        size_t len = strcspn(text, ",");
        ok = add_type(choice, mem_copy(text, len), err);
        text += len + (text[len] == ',');
    }
    choice->plan.types = choice->types;
    return ok;
}

/* --- where it goes --- */

/* What only this machine can do, or what says how this program sends. */
static bool check_exportable(const struct arguments *arguments, struct error *err)
{
    static const char *const others[] = {
        "find-capacity", "report",  "threads",    "seed",  "cacert", "cert",
        "key",           "resolve", "connect-to", "proxy", "4",      "6",
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (arguments_has(arguments, others[i]))
            return error_set(err, "--%s does not work with --export", others[i]);
    return true;
}

static bool read_words(struct load_choice *choice, const struct arguments *arguments,
                       struct error *err)
{
    const char *url = arguments->num_words ? arguments->words[0] : "";
    if (!arguments_has(arguments, "export"))
        return arguments_expect_words(arguments, 1, 1, "the endpoint's URL", err) &&
               target_parse(&choice->target, url, err);
    choice->exports = &load_engines[choice->engine];
    if (!check_exportable(arguments, err) ||
        !arguments_expect_words(arguments, 1, 2,
                                "a new folder, after the endpoint's URL if it is "
                                "known",
                                err))
        return false;
    bool has_url = arguments->num_words == 2 || strstr(url, "://");
    bool comes_first = has_url && (arguments->num_words == 1 || strstr(url, "://"));
    choice->folder = arguments->words[comes_first ? arguments->num_words - 1 : 0];
    url = arguments->words[comes_first ? 0 : arguments->num_words - 1];
    if (has_url && arguments->num_words == 1)
        return error_set(err, "DIR, the folder for the project, is missing after %s", url);
    return !has_url || target_parse(&choice->target, url, err);
}

static bool read_permission(struct load_choice *choice, const struct arguments *arguments,
                            struct error *err)
{
    const char *named = arguments_value(arguments, "i-may-load-this-host");
    const char *host = choice->target.host;
    if (!host) /* whoever runs the project names it */
        return true;
    if (named && strcmp(named, host) != 0)
        return error_set(err, "--i-may-load-this-host: \"%s\" is not the URL's host, %s", named,
                         host);
    choice->plan.may_be_public = named != NULL;
    return named || choice->target.is_private ||
           error_set(err,
                     "%s is a public host; if you may load it, repeat its name: "
                     "--i-may-load-this-host %s",
                     host, host);
}

/* "html=page" or "page.html": where the file's name begins, and its format. */
static bool read_format(const char *given, struct load_report_wanted *out, struct error *err)
{
    const char *equals = strchr(given, '=');
    const char *ending = strrchr(given, '.');
    out->path = equals ? equals + 1 : given;
    if (!*out->path || (!equals && !ending))
        return error_set(err, "\"%s\" is not FORMAT=FILE, such as json=load.json", given);
    char *name = equals ? mem_copy(given, (size_t)(equals - given)) : mem_text(ending + 1);
    size_t i = 0;
    while (i < NUM_REPORTS && strcmp(name, report_names[i]) != 0)
        i++;
    bool ok =
        i < NUM_REPORTS || text_unknown(err, "report format", name, report_names, NUM_REPORTS);
    out->format = ok ? (enum load_report_format)i : LOAD_REPORT_JSON;
    free(name);
    return ok;
}

static bool read_report(struct load_choice *choice, const char *given, struct error *err)
{
    struct load_report_wanted wanted = {0};
    if (!read_format(given, &wanted, err))
        return false;
    bool to_stdout = strcmp(wanted.path, "-") == 0;
    if (to_stdout && choice->text_to_stderr)
        return error_set(err, "only one report can go to standard output");
    choice->text_to_stderr = choice->text_to_stderr || to_stdout;
    for (size_t i = 0; i < choice->num_reports; i++)
        if (!to_stdout && strcmp(choice->reports[i].path, wanted.path) == 0)
            return error_set(err, "two reports would go to %s", wanted.path);
    choice->reports = mem_resize(choice->reports, choice->num_reports + 1, sizeof *choice->reports);
    choice->reports[choice->num_reports++] = wanted;
    return to_stdout || file_can_write(wanted.path, err);
}

static bool read_reports(struct load_choice *choice, const struct arguments *arguments,
                         struct error *err)
{
    const char *given;
    bool ok = true;
    for (size_t at = 0; ok && (given = arguments_next(arguments, "report", &at));)
        ok = read_report(choice, given, err);
    return ok || error_prefix(err, "--report");
}

static bool read_goals(struct load_choice *choice, const struct arguments *arguments,
                       struct error *err)
{
    const char *given;
    bool ok = true;
    for (size_t at = 0; ok && (given = arguments_next(arguments, "slo", &at));)
        ok = slo_add(&choice->slo, given, err);
    if (ok && choice->finds_capacity && (!choice->slo.count || choice->clients))
        return error_set(err,
                         "--find-capacity needs goals (--slo) and an open loop (no --clients)");
    return ok || error_prefix(err, "--slo");
}

/* --- what became of the events --- */

static const char *never_stop(void *payload)
{
    return NULL;
}

/* A command that cannot tell is found before anything is sent. */
static bool check_command(const struct load_choice *choice, struct error *err)
{
    char id[UUID_SIZE];
    struct rng rng = rng_for(rng_fresh_seed(), "unsent");
    rng_uuid(&rng, id);
    return effect_command_check(&choice->effect_command, id, choice->effect_wait_ns, never_stop,
                                NULL, err);
}

static bool read_oracle(struct load_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    struct stat about;
    bool asks = choice->journal || choice->effect_command.command;
    if (!asks)
        return !arguments_has(arguments, "effect-wait") ||
               error_set(err, "--effect-wait needs --journal or --effect-command");
    if (choice->journal && choice->effect_command.command)
        return error_set(err, "--journal and --effect-command exclude each other");
    if (choice->exports || choice->finds_capacity)
        return error_set(
            err, "--journal and --effect-command work only with a single load sent from here");
    if (arguments_has(arguments, "seed"))
        return error_set(err, "--seed may repeat events of an earlier load: leave it out with "
                              "--journal or --effect-command");
    choice->plan.keeps_ledger = true;
    if (!choice->journal)
        return check_command(choice, err);
    if (stat(choice->journal, &about) != 0 || access(choice->journal, R_OK) != 0)
        return error_set(err, "--journal: cannot read %s: %s", choice->journal, strerror(errno));
    choice->journal_from = (int64_t)about.st_size;
    return true;
}

/* --- all of it --- */

static void settle_composer(struct load_choice *choice)
{
    struct event_choice *event = &choice->event;
    choice->plan.seed = choice->seed ? (uint64_t)choice->seed : rng_fresh_seed() >> 12;
    event->rng = rng_for(choice->plan.seed, "event");
    event->composer.catalogue = event->catalogue;
    event->composer.secret = &event->secret;
    event->composer.usual_type = EVENT_TYPE_DEFAULT;
    event->composer.wall_ms = clock_wall_ms();
    event->composer.run_tag = (unsigned)rng_below(&event->rng, 0x10000);
}

static void settle_plan(struct load_choice *choice)
{
    struct load_plan *plan = &choice->plan;
    plan->connections = (size_t)(choice->clients ? choice->clients : choice->connections);
    plan->threads = (size_t)choice->threads;
    if (plan->threads > plan->connections)
        plan->threads = plan->connections;
    plan->max_requests = (uint64_t)choice->max_requests;
    plan->target = choice->target.url ? &choice->target : NULL;
    plan->engine = &choice->endpoint.engine;
    plan->composer = &choice->event.composer;
    plan->step = &choice->event.step;
}

/* The published secret stands for one that nobody has to know here: signatures are made elsewhere.
 */
static bool read_secret(struct load_choice *choice, const struct arguments *arguments,
                        struct error *err)
{
    if (!choice->exports)
        return secret_from_arguments(arguments, &choice->event.secret, err);
    secret_set(&choice->event.secret, bytes_of(SECRET_PUBLISHED));
    return true;
}

bool load_choice_read(struct load_choice *choice, const struct arguments *arguments,
                      struct error *err)
{
    *choice = (struct load_choice){0};
    step_init(&choice->event.step);
    choice->event.catalogue = catalogue_load();
    if (!arguments_read(arguments, &load_options, choice, err) ||
        !read_words(choice, arguments, err) || !read_rate(choice, arguments, err) ||
        !read_share(arguments, "forged", &choice->plan.forged, err) ||
        !read_share(arguments, "duplicates", &choice->plan.duplicates, err) ||
        !read_types(choice, arguments, err) || !read_permission(choice, arguments, err) ||
        !read_goals(choice, arguments, err) || !read_reports(choice, arguments, err) ||
        !endpoint_choice_read(&choice->endpoint, arguments, err) ||
        !read_secret(choice, arguments, err) || !read_oracle(choice, arguments, err))
        return false;
    settle_composer(choice);
    settle_plan(choice);
    return true;
}

void load_choice_clear(struct load_choice *choice)
{
    for (size_t i = 0; i < choice->num_names; i++)
        free(choice->names[i]);
    free(choice->names);
    free(choice->types);
    free(choice->reports);
    slo_clear(&choice->slo);
    event_choice_clear(&choice->event);
    endpoint_choice_clear(&choice->endpoint);
    target_clear(&choice->target);
    *choice = (struct load_choice){0};
}
