#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/ending.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/terminal.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/config_options.h"
#include "cli/endpoint_options.h"
#include "cli/event_options.h"
#include "cli/load_choice.h"
#include "cli/load_export.h"
#include "cli/report_options.h"
#include "cli/secret_options.h"
#include "load/capacity.h"
#include "load/load_report.h"
#include "report/load_page.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    interrupted = 1;
}

static void on_second(void *payload, const struct load_second *second)
{
    struct buf line = {0};
    load_text_second(second, &line);
    sink_print(stderr, "%s\n", buf_text(&line));
    buf_clear(&line);
}

/* --- reports --- */

static void render_json(const struct load_report *report, struct buf *out)
{
    json_t *document = load_json(report);
    json_add_document(document, out);
    json_decref(document);
}

static void render_hgrm(const struct load_report *report, struct buf *out)
{
    histogram_write_hgrm(&report->result->tally.latency, out);
}

static void render_html(const struct load_report *report, struct buf *out)
{
    struct load_record record;
    if (!load_record_read(&record, "", load_json(report), NULL))
        abort();
    load_page(&record, out);
    load_record_clear(&record);
}

static void (*const renderers[])(const struct load_report *report, struct buf *out) = {
    [LOAD_REPORT_JSON] = render_json,
    [LOAD_REPORT_HGRM] = render_hgrm,
    [LOAD_REPORT_HTML] = render_html,
};

static bool write_reports(const struct load_choice *choice, const struct load_report *report,
                          struct error *err)
{
    bool ok = true;
    for (size_t i = 0; i < choice->num_reports; i++) {
        const struct load_report_wanted *wanted = &choice->reports[i];
        struct buf text = {0};
        renderers[wanted->format](report, &text);
        ok = report_write(wanted->path, buf_bytes(&text), err) && ok;
        buf_clear(&text);
    }
    return ok;
}

static bool account(struct load_choice *choice, struct load_result *result, struct accounting *out,
                    struct error *err)
{
    const struct accounting_question question = {
        .ledger = &result->ledger,
        .run_tag = choice->event.composer.run_tag,
        .wait_ns = choice->effect_wait_ns,
        .interrupted = &interrupted,
    };
    if (choice->journal)
        return accounting_by_journal(&question, choice->journal, choice->journal_from, out, err);
    const struct effect_oracle oracle =
        effect_command_oracle(&choice->effect_command, choice->effect_wait_ns);
    struct rng rng = rng_for(choice->plan.seed, "asked");
    accounting_by_command(&question, &oracle, &rng, out);
    return true;
}

static int report_all(struct load_choice *choice, struct load_result *result, struct error *err)
{
    struct accounting accounting = {0};
    bool asks = choice->plan.keeps_ledger;
    bool accounted = !asks || account(choice, result, &accounting, err);
    FILE *where = choice->text_to_stderr ? stderr : stdout;
    struct buf text = {0};
    const struct load_report report = {
        .plan = &choice->plan,
        .result = result,
        .slo = &choice->slo,
        .accounting = asks && accounted ? &accounting : NULL,
        .redactor = sink_redactor(),
        .utf8 = terminal_has_utf8(),
    };
    load_text(&report, &text);
    sink_write(where, buf_bytes(&text));
    buf_clear(&text);
    bool written = write_reports(choice, &report, err);
    if (result->was_interrupted)
        return EXIT_INTERRUPTED;
    if (!written || !accounted)
        return EXIT_OUR_FAILURE;
    if (!result->tally.answered)
        return EXIT_UNREACHED;
    if (load_report_is_undecided(&report))
        return EXIT_UNDECIDED;
    return load_report_passes(&report) ? EXIT_OK : EXIT_FELL_SHORT;
}

static int run_once(struct load_choice *choice, struct error *err)
{
    struct load_result result;
    bool is_unreached = false;
    int code = EXIT_WRONG_USAGE;
    if (load_run(&choice->plan, &result, &is_unreached, err))
        code = report_all(choice, &result, err);
    else if (interrupted)
        code = EXIT_INTERRUPTED;
    else if (is_unreached)
        code = EXIT_UNREACHED;
    load_result_clear(&result);
    return code;
}

/* The reports tell of the highest rate that holds the goals. */
static int run_search(struct load_choice *choice, struct error *err)
{
    struct capacity capacity;
    struct buf text = {0};
    bool is_unreached = false;
    int code = EXIT_WRONG_USAGE;
    if (capacity_find(&choice->plan, &choice->slo, &capacity, &is_unreached, err)) {
        capacity_text(&capacity, &text);
        sink_write(choice->text_to_stderr ? stderr : stdout, buf_bytes(&text));
        choice->plan.per_second = capacity.holds_at ? capacity.holds_at : capacity.missed_at;
        code = report_all(choice, &capacity.best, err);
    } else if (is_unreached) {
        code = interrupted ? EXIT_INTERRUPTED : EXIT_UNREACHED;
    }
    buf_clear(&text);
    capacity_clear(&capacity);
    return code;
}

static int run_load(const struct arguments *arguments, struct error *err)
{
    struct load_choice choice;
    int code = EXIT_WRONG_USAGE;
    ending_watch(on_interrupt);
    bool ok = load_choice_read(&choice, arguments, err);
    if (ok && choice.exports) {
        code = load_export(&choice, err);
    } else if (ok) {
        choice.plan.interrupted = &interrupted;
        choice.plan.on_second = terminal_takes_progress() ? on_second : NULL;
        code = choice.finds_capacity ? run_search(&choice, err) : run_once(&choice, err);
    }
    load_choice_clear(&choice);
    return code;
}

static const struct option_set *const option_sets[] = {&load_options, &secret_options,
                                                       &config_options, &endpoint_options};

const struct command command_load = {
    .names = "endpoints",
    .name = "load",
    .arguments = "URL [DIR]",
    .summary = "load an endpoint with signed events and check every response",
    .about = "Sends distinct signed events to the endpoint, some of them forged, and checks under "
             "load that it accepts the genuine ones and refuses the forged ones. With --rate (open "
             "loop), latency counts from when a request was due, so a stall of the endpoint is not "
             "hidden. With --clients (closed loop), each client waits for its response. Exit code: "
             "0 when the goals of --slo hold (without --slo: no error); 1 when they do not, when a "
             "forged event was accepted or a genuine one refused, or when --journal or "
             "--effect-command shows that a forged event was processed or an accepted one lost; 2 "
             "for wrong usage, 3 when the endpoint was not reached, 4 when this machine could not "
             "make all connections, 130 when interrupted. "
             "With --export nothing is sent: a Locust or k6 project is written into the new folder "
             "DIR. It makes, signs and judges the same events at the same rate and with the same "
             "goals, from as many machines as needed; its README says how. URL is optional then.",
    .examples =
        "  HOOKCHECK_SECRET=whsec_... hookcheck load http://localhost:3000/webhook --rate 500/s "
        "--slo 'p99<500ms,errors<0.1%'\n"
        "  hookcheck load http://localhost:3000/webhook --rate 5000/s --export locust project\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .settings = SETTINGS_USED,
    .run = run_load,
};
