#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/ending.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/api_options.h"
#include "cli/command.h"
#include "cli/config_options.h"
#include "cli/run_choice.h"
#include "cli/secret_options.h"
#include "deliver/proxy.h"
#include "format/request_format.h"
#include "result/version.h"

/* A signal handler can reach nothing but a global; it is only ever set here. */
static volatile sig_atomic_t interrupted;

/* The second one ends the program at once. */
static void on_interrupt(int number)
{
    interrupted = 1;
    (void)signal(number, SIG_DFL);
}

#define PLAIN_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

/* --- what the result says of the run itself --- */

static void add_option(const struct run_result *result, const struct given_option *option,
                       struct buf *out)
{
    char *name =
        option->is_off ? mem_format("--no-%s", option->spec->name) : option_dashed(option->spec);
    buf_add_format(out, " %s", name);
    free(name);
    if (!option->value)
        return;
    if (option->spec->secret) {
        buf_add_format(out, " %s", option->spec->secret);
        return;
    }
    struct buf shown = {0};
    result_redact(result, bytes_of(option->value), &shown);
    buf_add_char(out, ' ');
    shell_quote_redacted(buf_bytes(&shown), out);
    buf_clear(&shown);
}

static void add_endpoint(const struct run_result *result, const struct arguments *arguments,
                         struct buf *out)
{
    const char *name = arguments->endpoint;
    buf_add_char(out, ' ');
    if (name && name[strspn(name, PLAIN_LETTERS)] == '\0')
        buf_add_text(out, name);
    else
        shell_quote_redacted(bytes_of(name ? name : result->target), out);
}

static char *rerun_line(const struct run_result *result, const struct run_choice *choice,
                        const struct arguments *arguments)
{
    struct buf out = {0};
    buf_add_text(&out, "hookcheck run");
    if (!arguments_has(arguments, "endpoint"))
        add_endpoint(result, arguments, &out);
    /* whoever is asked what became of an event must not know it from before */
    if (!choice->run.effect)
        buf_add_format(&out, " --seed %llu", (unsigned long long)choice->run.seed);
    for (size_t i = 0; i < arguments->num_options; i++) {
        if (!arguments->options[i].spec->is_aside &&
            arguments->options[i].layer == LAYER_COMMAND_LINE) /* the others hold again */
            add_option(result, &arguments->options[i], &out);
    }
    return buf_take(&out);
}

/* How the endpoint is reached: curl has the same options under the same names. */
static char *curl_options(const struct run_result *result, const struct arguments *arguments)
{
    struct buf out = {0};
    for (size_t i = 0; i < arguments->num_options; i++)
        if (arguments->options[i].spec->is_curls && !arguments->options[i].is_off)
            add_option(result, &arguments->options[i], &out);
    return buf_take(&out);
}

static void redact_owned(const struct run_result *result, char **text)
{
    char *redacted = redacted_text(result->redactor, *text);
    free(*text);
    *text = redacted;
}

static void fill_about(struct run_result *result, const struct run_choice *choice,
                       const struct arguments *arguments)
{
    char hash[SUITES_HASH_SIZE];
    suites_hash(hash);
    result->target = mem_text(choice->target.shown);
    result->version = mem_text(HOOKCHECK_VERSION);
    result->suites_hash = mem_text(hash);
    result->seed = choice->run.seed;
    result->url = target_url_with(&choice->target, NULL);
    if (choice->endpoint.engine.insecure && choice->target.is_tls)
        run_result_add_note(result, mem_text(ENGINE_INSECURE));
    result->redactor = sink_redactor();
    redact_owned(result, &result->target);
    redact_owned(result, &result->url);
    result->rerun = rerun_line(result, choice, arguments);
    result->curl_options = curl_options(result, arguments);
}

/* --- what is seen while it runs --- */

struct screen {
    FILE *text;
    const struct run_choice *choice;
    struct text_progress progress;
    size_t last_shown;
    int64_t begun_ns;
    bool line_is_up;
};

static void take_line_down(struct screen *screen)
{
    if (screen->line_is_up)
        (void)fputs("\r\033[K", stderr);
    screen->line_is_up = false;
}

static void print_text(struct screen *screen, struct buf *text)
{
    take_line_down(screen);
    sink_write(screen->text, buf_bytes(text));
    (void)fflush(screen->text);
    buf_clear(text);
}

static void on_case(void *payload, const struct run_result *result, const struct case_result *one)
{
    struct screen *screen = payload;
    struct buf text = {0};
    report_text_case(result, one, &screen->choice->text, &screen->progress, &text);
    print_text(screen, &text);
}

/* From what it took until now: by cases, or, where requests have to wait for each other, by
 * requests. The first few say too little. */
static void add_time_left(const struct screen *screen, const struct run_progress *progress,
                          struct buf *out)
{
    enum { SAY_FROM = 10 };
    if (progress->num_judged < SAY_FROM || progress->num_judged >= progress->num_cases)
        return;
    double by_cases = (double)progress->num_judged / (double)progress->num_cases;
    double by_requests = progress->num_sent < progress->num_planned
                             ? (double)progress->num_sent / (double)progress->num_planned
                             : by_cases;
    double share = by_requests > by_cases ? by_requests : by_cases;
    double spent_s = (double)(clock_monotonic_ns() - screen->begun_ns) / (double)NS_PER_S;
    buf_add_format(out, ", about %.0f s left", spent_s / share * (1 - share) + 0.5);
}

static void on_progress(void *payload, const struct run_progress *progress)
{
    struct screen *screen = payload;
    if (!screen->choice->progress ||
        (progress->num_judged == screen->last_shown && screen->line_is_up))
        return;
    screen->last_shown = progress->num_judged;
    screen->line_is_up = true;
    struct buf line = {0};
    buf_add_format(&line, "\r\033[K  %zu of %zu cases", progress->num_judged, progress->num_cases);
    add_time_left(screen, progress, &line);
    sink_write(stderr, buf_bytes(&line));
    (void)fflush(stderr);
    buf_clear(&line);
}

/* Whoever watches need not wait for the end to hear it. */
static const char *how_it_goes_on(const struct run_refusal *refusal)
{
    if (refusal->goes_on)
        return refusal->cause ? " Rarer causes are tried now." : "";
    if (refusal->is_shut)
        return " The endpoint also limits the request rate (429), so the run ends.";
    return refusal->spares ? " The run goes on with what can still be decided."
                           : " The run goes on.";
}

static void on_refusal(void *payload, const struct run_refusal *refusal)
{
    struct screen *screen = payload;
    struct buf line = {0};
    if (screen->choice->text.detail == TEXT_QUIET)
        return;
    take_line_down(screen);
    buf_add_text(&line, "a genuine event was refused.");
    if (refusal->cause)
        buf_add_format(&line, "%s %s", refusal->is_likely ? " Likely cause:" : "", refusal->cause);
    else if (refusal->goes_on)
        buf_add_format(&line, " It met %d; the cause is looked for.", refusal->status);
    buf_add_text(&line, how_it_goes_on(refusal));
    sink_note("%s", buf_text(&line));
    buf_clear(&line);
}

/* --- reports --- */

static int write_reports(const struct run_choice *choice, const struct run_result *result,
                         struct error *err)
{
    bool ok = report_choice_write(&choice->reports, result, err);
    ok = failures_write(&choice->failures, result, err) && ok;
    return ok ? result->exit_code : EXIT_OUR_FAILURE;
}

static int send_everything(struct run_choice *choice, struct plan *plan,
                           const struct arguments *arguments, struct error *err)
{
    struct run_result result = {0};
    struct screen screen = {.text = choice->takes_stdout ? stderr : stdout,
                            .choice = choice,
                            .begun_ns = clock_monotonic_ns()};
    const struct run_listener listener = {&screen, on_case, on_progress, on_refusal};
    struct buf text = {0};
    fill_about(&result, choice, arguments);
    result.num_cases = plan_num_cases(plan);
    result.num_requests = plan_num_requests(plan);
    report_text_begin(&result, &choice->text, &text);
    result.num_cases = 0; /* there are none yet, should the run not begin */
    print_text(&screen, &text);
    int code = EXIT_OUR_FAILURE;
    if (run_plan(plan, &listener, &result, err) &&
        baseline_choice_apply(&choice->baseline, &result, err)) {
        report_text_end(&result, &choice->text, &text);
        print_text(&screen, &text);
        code = write_reports(choice, &result, err);
    }
    run_result_clear(&result);
    return code;
}

static const char *why_stop(void *payload)
{
    return interrupted ? "interrupted" : NULL;
}

/* A command that cannot tell is found before anything is sent. */
static int check_effect(const struct run_choice *choice, const struct plan *plan, struct error *err)
{
    char id[UUID_SIZE];
    if (!choice->run.effect)
        return EXIT_OK;
    if (plan_num_effects(plan) == 0) {
        sink_note("--effect-command: none of the selected cases uses it");
        return EXIT_OK;
    }
    run_unsent_id(choice->run.seed, id);
    if (effect_command_check(&choice->effect_command, id, choice->run.wait_ns, why_stop, NULL,
                             err) &&
        (!choice->seed_is_given || plan_effects_are_new(plan, why_stop, NULL, err)))
        return EXIT_OK;
    return interrupted ? EXIT_INTERRUPTED : EXIT_WRONG_USAGE;
}

/* Somebody's proxy cannot reach this machine's loopback, or reaches another. */
static void warn_of_proxy(const struct run_choice *choice)
{
    const struct target *target = &choice->target;
    const char *variable = proxy_variable(target);
    if (!variable || !target->is_loopback || choice->run.engine->proxy)
        return;
    sink_note("requests to %s go through the proxy from %s, although the host is this machine; "
              "NO_PROXY=%s leaves the proxy out",
              target->shown, variable, target->host);
}

static int run_chosen(struct run_choice *choice, const struct arguments *arguments,
                      struct error *err)
{
    struct buf line = {0};
    ending_watch(on_interrupt);
    struct plan *plan = plan_make(&choice->run, err);
    int code = EXIT_OK;
    if (!plan)
        return EXIT_WRONG_USAGE;
    plan_describe(plan, &line);
    warn_of_proxy(choice);
    if (choice->dry_run) {
        buf_add_char(&line, '\n');
        plan_list(plan, &line);
        sink_write(stdout, buf_bytes(&line));
    } else {
        if (choice->progress || choice->text.detail >= TEXT_TREE)
            sink_say(NULL, buf_text(&line));
        code = check_effect(choice, plan, err);
        if (code == EXIT_OK)
            code = send_everything(choice, plan, arguments, err);
    }
    buf_clear(&line);
    plan_free(plan);
    return code;
}

static int run_run(const struct arguments *arguments, struct error *err)
{
    struct run_choice choice = {0};
    int code = EXIT_WRONG_USAGE;
    choice.run.interrupted = &interrupted;
    if (run_choice_read(&choice, arguments, err)) {
        choice.run.interrupted = &interrupted;
        code = run_chosen(&choice, arguments, err);
    }
    run_choice_clear(&choice);
    return code;
}

static const struct option_set *const option_sets[] = {
    &run_options_set,  &report_options, &baseline_options, &failures_options, &secret_options,
    &endpoint_options, &api_options,    &api_key_options,  &config_options,
};

const struct command command_run = {
    .names = "endpoints",
    .name = "run",
    .arguments = "URL | NAME | --endpoint ID",
    .summary = "run the suites against an endpoint",
    .about =
        "Sends genuine and forged Panora events to the endpoint and judges its responses. Exit "
        "code: 0 when every required case passed, 1 when one failed, 2 for wrong usage or when no "
        "required case ran, 3 when hookcheck could not connect, 4 when a required case was "
        "undecided, 5 when only failures in --baseline remain, 6 when hookcheck itself failed, 130 "
        "when interrupted.",
    .examples = "  HOOKCHECK_SECRET=whsec_... hookcheck run http://localhost:3000/webhook\n"
                "  hookcheck run https://staging.example.com/webhook --secret-file secret --report "
                "junit=report.xml\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .settings = SETTINGS_USED,
    .run = run_run,
};
