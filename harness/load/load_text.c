#include "load/load_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "base/text.h"

#define INDENT        15
#define SPARKS_MAX    60
#define SHOWN_MESSAGE ((size_t)1500)

static void add_count(struct buf *out, uint64_t count)
{
    if (count >= 1000) {
        add_count(out, count / 1000);
        buf_add_format(out, ",%03u", (unsigned)(count % 1000));
    } else {
        buf_add_format(out, "%u", (unsigned)count);
    }
}

static void add_time(struct buf *out, const char *name, int64_t ns)
{
    buf_add_format(out, "%s ", name);
    text_add_duration(out, ns);
}

/* --- while it runs --- */

void load_text_second(const struct load_second *second, struct buf *out)
{
    buf_add_format(
        out, "%4" PRId64 " s  %8" PRIu64 " sent  %8" PRIu64 " answered  %6" PRIu64 " errors  ",
        second->number, second->sent, second->answered, second->errors);
    add_time(out, "p50", second->p50_ns);
    add_time(out, "  p99", second->p99_ns);
    add_time(out, "  max", second->max_ns);
}

/* --- the parts --- */

static void add_headline(const struct load_report *report, struct buf *out)
{
    const struct load_plan *plan = report->plan;
    struct buf line = {0};
    buf_add_format(out, "%s\n", plan->target->shown);
    if (plan->per_second)
        buf_add_format(&line, "%" PRId64 " requests/s (open loop), up to %zu connections, ",
                       plan->per_second, plan->connections);
    else
        buf_add_format(&line, "%zu clients (closed loop: each waits for its response), ",
                       plan->connections);
    buf_add_format(&line, "%zu thread%s, ", plan->threads, plan->threads == 1 ? "" : "s");
    text_add_duration(&line, (int64_t)(report->result->seconds * (double)NS_PER_S));
    buf_add_text(&line, " measured");
    if (plan->warmup_ns)
        add_time(&line, " after a warmup of", plan->warmup_ns);
    if (report->result->was_interrupted)
        buf_add_text(&line, ", interrupted");
    layout_wrap(buf_text(&line), 0, TERMINAL_COLUMNS_USUAL, out);
    buf_add_char(out, '\n');
    buf_clear(&line);
}

static void begin_row(struct buf *out, const char *name)
{
    buf_add_format(out, "  %-*s", INDENT - 2, name);
}

static void add_requests(const struct load_report *report, struct buf *out)
{
    const struct tally *tally = &report->result->tally;
    double seconds = report->result->seconds;
    begin_row(out, "requests");
    add_count(out, tally->sent);
    buf_add_text(out, " sent, ");
    add_count(out, tally->answered);
    buf_add_format(out, " answered: %.0f/s\n", seconds > 0 ? (double)tally->answered / seconds : 0);
}

static void add_verdicts(const struct load_report *report, struct buf *out)
{
    static const char *const verdicts[] = {"accepted", "accepted", "refused"};
    const struct tally *tally = &report->result->tally;
    for (size_t i = 0; i < LOAD_NUM_KINDS; i++) {
        if (!tally->by_kind[i])
            continue;
        begin_row(out, load_kinds[i]);
        add_count(out, tally->fine[i]);
        buf_add_text(out, " of ");
        add_count(out, tally->by_kind[i]);
        buf_add_format(out, " %s\n", verdicts[i]);
    }
}

static void add_percentiles(const struct histogram *times, struct buf *out)
{
    static const struct {
        const char *name;
        double percent;
    } shown[] = {{"p50", 50}, {", p90", 90}, {", p99", 99}, {", p99.9", 99.9}, {", p99.99", 99.99}};
    struct buf line = {0};
    for (size_t i = 0; i < ARRAY_LEN(shown); i++)
        add_time(&line, shown[i].name, histogram_percentile(times, shown[i].percent));
    add_time(&line, ", max", times->max_ns);
    layout_wrap(buf_text(&line), INDENT, TERMINAL_COLUMNS_USUAL, out);
    buf_clear(&line);
}

static void add_phase(const char *name, const struct histogram *times, struct buf *out)
{
    if (!times->count)
        return;
    buf_add_format(out, "    %-22s", name);
    add_time(out, "p50", histogram_percentile(times, 50));
    add_time(out, "  p99", histogram_percentile(times, 99));
    add_time(out, "  max", times->max_ns);
    buf_add_char(out, '\n');
}

static void add_latency(const struct load_report *report, struct buf *out)
{
    const struct tally *tally = &report->result->tally;
    begin_row(out, "latency");
    if (!tally->latency.count) {
        buf_add_text(out, "there was no response\n");
        return;
    }
    add_percentiles(&tally->latency, out);
    add_phase("until it was sent", &tally->queue, out);
    add_phase("until the first byte", &tally->wait, out);
    add_phase("until the last byte", &tally->transfer, out);
    add_phase("connecting", &tally->connect, out);
}

/* --- sparklines --- */

static double rate_at(const struct load_second *second)
{
    return (double)second->answered;
}

static double p99_at(const struct load_second *second)
{
    return (double)second->p99_ns;
}

static void add_spark(struct buf *out, double part, bool utf8)
{
    static const char *const blocks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                         "\u2585", "\u2586", "\u2587", "\u2588"};
    static const char *const plain[] = {".", ":", "-", "=", "+", "*", "#", "@"};
    size_t step = (size_t)(part * 7.999);
    buf_add_text(out, (utf8 ? blocks : plain)[step < 8 ? step : 7]);
}

/* The seconds in at most SPARKS_MAX columns; of several in one column the highest counts. */
static void add_sparkline(const struct load_report *report, const char *name,
                          double (*value)(const struct load_second *), struct buf *out)
{
    const struct load_result *result = report->result;
    size_t columns = result->num_seconds < SPARKS_MAX ? result->num_seconds : SPARKS_MAX;
    double highest = 0;
    for (size_t i = 0; i < result->num_seconds; i++)
        if (value(&result->timeline[i]) > highest)
            highest = value(&result->timeline[i]);
    if (columns < 2 || highest <= 0)
        return;
    begin_row(out, name);
    for (size_t i = 0; i < columns; i++) {
        double most = 0;
        for (size_t j = i * result->num_seconds / columns;
             j < (i + 1) * result->num_seconds / columns; j++)
            if (value(&result->timeline[j]) > most)
                most = value(&result->timeline[j]);
        add_spark(out, most / highest, report->utf8);
    }
    buf_add_text(out, "  highest ");
    if (value == rate_at)
        buf_add_format(out, "%.0f/s", highest);
    else
        text_add_duration(out, (int64_t)highest);
    buf_add_char(out, '\n');
}

/* --- what went wrong --- */

static void add_fault(const struct load_report *report, size_t fault, struct buf *out)
{
    const struct load_fault_count *count = &report->result->tally.faults[fault];
    struct buf line = {0};
    add_count(&line, count->count);
    buf_add_format(&line, " %s, the first after ", load_faults[fault].sentence);
    text_add_duration(&line, count->first_ns);
    if (count->first) {
        char *words = redacted_text(report->redactor, count->first);
        buf_add_text(&line, ": ");
        text_add_visible(&line, bytes_of(words), 300);
        free(words);
    }
    begin_row(out, "errors");
    layout_wrap(buf_text(&line), INDENT, TERMINAL_COLUMNS_USUAL, out);
    buf_clear(&line);
}

static void add_connections(const struct load_report *report, struct buf *out)
{
    const struct tally *tally = &report->result->tally;
    begin_row(out, "connections");
    add_count(out, tally->connects);
    buf_add_text(out, " opened");
    if (tally->closed_by_server) {
        buf_add_text(out, ", ");
        add_count(out, tally->closed_by_server);
        buf_add_text(out, " closed by the server");
    }
    if (tally->paused_ns)
        add_time(out, "; paused, as 429 with Retry-After asked, for", tally->paused_ns);
    buf_add_char(out, '\n');
}

static void add_message(const struct load_report *report, const char *name,
                        const struct buf *message, struct buf *out)
{
    struct buf redacted = {0};
    redact(report->redactor, buf_bytes(message), &redacted);
    buf_add_format(out, "  %s\n", name);
    layout_block(buf_bytes(&redacted), SHOWN_MESSAGE, redacted.len, out);
    buf_clear(&redacted);
}

static void add_offender(const struct load_report *report, const struct load_offender *offender,
                         struct buf *out)
{
    static const char title[] = "FINDING  ";
    struct buf line = {0};
    buf_add_format(&line, "%s%s%s%s was %s", load_kinds[offender->kind],
                   offender->forgery ? " event (" : " event",
                   offender->forgery ? offender->forgery : "", offender->forgery ? ")" : "",
                   offender->fault == LOAD_FORGERY_ACCEPTED ? "accepted" : "refused");
    buf_add_format(&line, " with %d after ", offender->status);
    text_add_duration(&line, offender->latency_ns);
    buf_add_text(&line, ", ");
    text_add_duration(&line, offender->at_ns);
    buf_add_format(&line, " into the load; in flight on its thread: %zu, %zu of them forged",
                   offender->in_flight, offender->in_flight_forged);
    buf_add_format(out, "\n%s", title);
    layout_wrap(buf_text(&line), strlen(title), TERMINAL_COLUMNS_USUAL, out);
    buf_clear(&line);
    add_message(report, "request", &offender->request, out);
    add_message(report, "response", &offender->answer, out);
}

/* The first of each kind of finding; the JSON report has more. */
static void add_offenders(const struct load_report *report, struct buf *out)
{
    const struct tally *tally = &report->result->tally;
    bool shown[LOAD_NUM_FAULTS] = {false};
    for (size_t i = 0; i < tally->num_offenders; i++) {
        const struct load_offender *offender = &tally->offenders[i];
        if (load_faults[offender->fault].is_finding && !shown[offender->fault])
            add_offender(report, offender, out);
        shown[offender->fault] = true;
    }
}

static void add_example(struct buf *out, uint64_t count, const char *words, const char *id)
{
    buf_add_text(out, ", ");
    add_count(out, count);
    buf_add_format(out, " %s", words);
    if (count)
        buf_add_format(out, " (%s)", id);
}

static void add_accounting(const struct load_report *report, struct buf *out)
{
    const struct accounting *found = report->accounting;
    if (!found)
        return;
    struct buf line = {0};
    begin_row(out, accounting_has_findings(found) ? "EVENTS" : "events");
    add_count(&line, found->sent);
    buf_add_text(&line, " sent, ");
    add_count(&line, found->accepted);
    buf_add_text(&line, " accepted, ");
    add_count(&line, found->processed);
    buf_add_text(&line, " processed");
    add_example(&line, found->lost, "lost", found->lost_id);
    add_example(&line, found->doubled, "doubled", found->doubled_id);
    add_example(&line, found->forged_processed, "forged ones processed", found->forged_id);
    buf_add_format(&line, ", by %s", found->source);
    if (found->asked + found->unknown < found->accepted + found->forged) {
        buf_add_text(&line, ", which was asked about ");
        add_count(&line, found->asked + found->unknown);
    }
    if (found->unknown) {
        buf_add_text(&line, "; of ");
        add_count(&line, found->unknown);
        buf_add_format(&line, " it said nothing: %s", found->why_unknown);
    }
    if (found->left_out) {
        buf_add_text(&line, "; ");
        add_count(&line, found->left_out);
        buf_add_text(&line, " requests more were not kept track of");
    }
    layout_wrap(buf_text(&line), INDENT, TERMINAL_COLUMNS_USUAL, out);
    buf_clear(&line);
}

static void add_goals(const struct load_report *report, struct buf *out)
{
    const struct load_result *result = report->result;
    for (size_t i = 0; i < report->slo->count; i++) {
        const struct slo_term *term = &report->slo->terms[i];
        bool holds = slo_term_holds(term, &result->tally, result->seconds);
        begin_row(out, holds ? "holds" : "MISSED");
        buf_add_format(out, "%s: measured ", term->text);
        slo_add_value(term, slo_measured(term, &result->tally, result->seconds), out);
        buf_add_char(out, '\n');
    }
}

static void add_doubts(const struct load_report *report, struct buf *out)
{
    struct buf doubts = {0};
    load_report_cautions(report, &doubts);
    if (doubts.len) {
        begin_row(out, "caution");
        layout_wrap(buf_text(&doubts), INDENT, TERMINAL_COLUMNS_USUAL, out);
    }
    buf_clear(&doubts);
}

static void add_last_line(const struct load_report *report, struct buf *out)
{
    const struct tally *tally = &report->result->tally;
    bool is_undecided = load_report_is_undecided(report);
    buf_add_format(out, "\n%s: ",
                   is_undecided                 ? "undecided"
                   : load_report_passes(report) ? "passed"
                                                : "failed");
    add_count(out, tally_outcomes(tally));
    buf_add_text(out, " requests, ");
    add_count(out, tally_errors(tally));
    buf_add_text(out, " errors\n");
}

void load_report_cautions(const struct load_report *report, struct buf *out)
{
    load_doubts(report->result, out);
    if (report->plan->engine->insecure)
        buf_add_text(out, ENGINE_INSECURE);
}

static bool has_findings(const struct load_report *report)
{
    return tally_findings(&report->result->tally) ||
           (report->accounting && accounting_has_findings(report->accounting));
}

bool load_report_is_undecided(const struct load_report *report)
{
    const struct tally *tally = &report->result->tally;
    return tally->faults[LOAD_NO_SOCKET].count && !has_findings(report) &&
           (report->slo->count || !tally_errors(tally));
}

bool load_report_passes(const struct load_report *report)
{
    const struct tally *tally = &report->result->tally;
    if (has_findings(report) || !tally->answered || tally->faults[LOAD_NO_SOCKET].count)
        return false;
    if (!report->slo->count)
        return tally_errors(tally) == 0;
    return slo_holds(report->slo, tally, report->result->seconds);
}

void load_text(const struct load_report *report, struct buf *out)
{
    add_headline(report, out);
    add_requests(report, out);
    add_verdicts(report, out);
    add_latency(report, out);
    add_sparkline(report, "answered/s", rate_at, out);
    add_sparkline(report, "p99", p99_at, out);
    add_connections(report, out);
    for (size_t i = LOAD_FINE + 1; i < LOAD_NUM_FAULTS; i++)
        if (report->result->tally.faults[i].count)
            add_fault(report, i, out);
    add_accounting(report, out);
    add_goals(report, out);
    add_doubts(report, out);
    add_offenders(report, out);
    add_last_line(report, out);
}
