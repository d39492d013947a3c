#include "report/html_charts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/answer_times.h"
#include "report/html.h"

/* --- answer times --- */

enum { CHART_WIDTH = 720, CHART_HEIGHT = 240, LEFT = 46, RIGHT = 34, TOP = 12, BOTTOM = 34 };

/* From the fastest answer to the slowest, in powers of ten. */
struct scale {
    double low;
    double high;
};

static double x_of(const struct scale *scale, int64_t ns)
{
    double share = (log10((double)ns) - scale->low) / (scale->high - scale->low);
    return LEFT + share * (CHART_WIDTH - LEFT - RIGHT);
}

static double y_of(double share)
{
    return TOP + (1 - share) * (CHART_HEIGHT - TOP - BOTTOM);
}

static struct scale scale_of(const struct answer_times *all)
{
    struct scale scale = {12, 0};
    for (size_t i = 0; i < NUM_ANSWER_KINDS; i++) {
        if (all[i].count == 0)
            continue;
        scale.low = fmin(scale.low, floor(log10((double)all[i].ns[0])));
        scale.high = fmax(scale.high, ceil(log10((double)all[i].ns[all[i].count - 1])));
    }
    if (scale.high <= scale.low)
        scale.high = scale.low + 1;
    return scale;
}

static void add_axes(const struct scale *scale, struct buf *out)
{
    for (int power = (int)scale->low; power <= (int)scale->high; power++) {
        struct buf label = {0};
        double x = x_of(scale, (int64_t)pow(10, power));
        text_add_duration(&label, (int64_t)pow(10, power));
        buf_add_format(out,
                       "<path class=\"guide\" d=\"M%.1f %dV%d\"/>"
                       "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                       x, TOP, CHART_HEIGHT - BOTTOM, x, CHART_HEIGHT - BOTTOM + 16,
                       buf_text(&label));
        buf_clear(&label);
    }
    for (int quarter = 0; quarter <= 4; quarter++)
        buf_add_format(out,
                       "<path class=\"guide\" d=\"M%d %.1fH%d\"/>"
                       "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d%%</text>",
                       LEFT, y_of(quarter / 4.0), CHART_WIDTH - RIGHT, LEFT - 6,
                       y_of(quarter / 4.0) + 4, quarter * 25);
}

/* Steps, of which 300 are enough for the eye. */
static void add_curve(const struct answer_times *samples, const struct scale *scale, size_t kind,
                      struct buf *out)
{
    enum { POINTS = 300 };
    if (samples->count == 0)
        return;
    size_t stride = samples->count / POINTS + 1;
    buf_add_format(out, "<path class=\"curve k%zu\" d=\"M%.1f %.1f", kind,
                   x_of(scale, samples->ns[0]), y_of(0));
    for (size_t i = 0; i < samples->count; i += stride)
        buf_add_format(out, "H%.1fV%.1f", x_of(scale, samples->ns[i]),
                       y_of((double)(i + 1) / (double)samples->count));
    buf_add_format(out, "H%.1fV%.1f\"/>\n", x_of(scale, samples->ns[samples->count - 1]), y_of(1));
}

static void add_percentiles(const struct answer_times *all, struct buf *out)
{
    static const char *const headings[] = {"kind", "responses", "p50",    "p90",
                                           "p95",  "p99",       "slowest"};
    static const size_t percents[] = {50, 90, 95, 99, 100};
    html_table_begin("Percentiles of response times", headings, ARRAY_LEN(headings), out);
    for (size_t i = 0; i < NUM_ANSWER_KINDS; i++) {
        if (all[i].count == 0)
            continue;
        buf_add_format(out,
                       "<tr><th scope=\"row\"><svg width=\"34\" height=\"10\" aria-hidden=\"true\">"
                       "<path class=\"curve k%zu\" d=\"M1 5H33\"/></svg>%s</th><td "
                       "class=\"n\">%zu</td>",
                       i, answer_kind_name(i), all[i].count);
        for (size_t k = 0; k < ARRAY_LEN(percents); k++)
            html_duration_cell(answer_times_percentile(&all[i], percents[k]), out);
        buf_add_text(out, "</tr>\n");
    }
    html_table_end(out);
}

void html_add_times(const struct run_result *result, struct buf *out)
{
    struct answer_times all[NUM_ANSWER_KINDS];
    size_t count = 0;
    for (size_t i = 0; i < NUM_ANSWER_KINDS; i++) {
        answer_times_take(result, i, &all[i]);
        count += all[i].count;
    }
    if (count) {
        struct scale scale = scale_of(all);
        buf_add_format(out,
                       "<h2 id=\"times\">Response times</h2>\n<svg viewBox=\"0 0 %d %d\" "
                       "role=\"img\" aria-label=\"Share of responses within a time, for each kind "
                       "of request; the table below has the percentiles\">\n",
                       CHART_WIDTH, CHART_HEIGHT);
        add_axes(&scale, out);
        for (size_t i = 0; i < NUM_ANSWER_KINDS; i++)
            add_curve(&all[i], &scale, i, out);
        buf_add_text(out, "</svg>\n");
        add_percentiles(all, out);
    }
    for (size_t i = 0; i < NUM_ANSWER_KINDS; i++)
        answer_times_clear(&all[i]);
}

/* --- the timeline --- */

enum { BUCKETS = 360, LINE_HEIGHT = 150, LINE_BOTTOM = 30 };

static double time_x(const struct run_result *result, int64_t ns)
{
    double share = (double)ns / (double)(result->duration_ns > 0 ? result->duration_ns : 1);
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return LEFT + share * (CHART_WIDTH - LEFT - RIGHT);
}

static size_t bucket_of(const struct run_result *result, int64_t ns)
{
    if (ns <= 0 || result->duration_ns <= 0)
        return 0;
    size_t bucket = (size_t)((double)ns / (double)result->duration_ns * BUCKETS);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static size_t count_in_flight(const struct run_result *result, size_t in_flight[BUCKETS])
{
    size_t most = 0;
    for (size_t i = 0; i < result->num_cases; i++)
        for (size_t k = 0; k < result->cases[i].num_exchanges; k++) {
            const struct observation *seen = &result->cases[i].exchanges[k].seen;
            int64_t start_ns = seen->started_ns - result->begun_ns;
            if (seen->outcome == OUTCOME_NOT_SENT || seen->total_ns < 0 || start_ns < 0)
                continue;
            size_t last = bucket_of(result, start_ns + seen->total_ns);
            for (size_t at = bucket_of(result, start_ns); at <= last; at++)
                if (++in_flight[at] > most)
                    most = in_flight[at];
        }
    return most;
}

static void add_deaths(const struct run_result *result, struct buf *out)
{
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (!one->canary_failed)
            continue;
        double from = time_x(result, one->started_ns + one->duration_ns);
        double to = one->recovery_ns >= 0
                        ? time_x(result, one->started_ns + one->duration_ns + one->recovery_ns)
                        : CHART_WIDTH - RIGHT;
        buf_add_format(
            out,
            "<g><title>the endpoint went down after %s</title><rect class=\"gone\" x=\"%.1f\" "
            "y=\"%d\" width=\"%.1f\" height=\"%d\"/><path class=\"death\" d=\"M%.1f %dV%d\"/><text "
            "class=\"dead\" x=\"%.1f\" y=\"%d\">&#10013;</text></g>\n",
            one->name, from, TOP, to - from < 1 ? 1 : to - from, LINE_HEIGHT - LINE_BOTTOM - TOP,
            from, TOP, LINE_HEIGHT - LINE_BOTTOM, from + 3, TOP + 10);
    }
}

static void add_death_table(const struct run_result *result, struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (!one->canary_failed)
            continue;
        if (count++ == 0)
            buf_add_text(out, "<ul>\n");
        buf_add_format(out, "<li>At ");
        text_add_duration(out, one->started_ns + one->duration_ns);
        buf_add_format(out, " the endpoint went down after <a href=\"#c%zu\">", i);
        html_add(one->id, out);
        buf_add_text(out, "</a>");
        if (one->recovery_ns >= 0) {
            buf_add_text(out, " and back after ");
            text_add_duration(out, one->recovery_ns);
        } else {
            buf_add_text(out, " and did not come back in time");
        }
        buf_add_text(out, ".</li>\n");
    }
    buf_add_text(out,
                 count ? "</ul>\n" : "<p class=\"dim\">The endpoint stayed up all the time.</p>\n");
}

void html_add_timeline(const struct run_result *result, struct buf *out)
{
    size_t in_flight[BUCKETS] = {0};
    size_t most = count_in_flight(result, in_flight);
    if (most == 0)
        return;
    buf_add_format(out,
                   "<h2 id=\"timeline\">Timeline</h2>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" "
                   "aria-label=\"Requests in flight over the run, at most %zu; the times when the "
                   "endpoint went down are listed below\">\n",
                   CHART_WIDTH, LINE_HEIGHT, most);
    int base = LINE_HEIGHT - LINE_BOTTOM;
    buf_add_format(out, "<path class=\"area\" d=\"M%d %d", LEFT, base);
    for (size_t i = 0; i < BUCKETS; i++) {
        double x = LEFT + (double)i / BUCKETS * (CHART_WIDTH - LEFT - RIGHT);
        buf_add_format(out, "H%.1fV%.1f", x,
                       base - (double)in_flight[i] / (double)most * (base - TOP));
    }
    buf_add_format(out, "H%dV%dZ\"/>\n", CHART_WIDTH - RIGHT, base);
    add_deaths(result, out);
    buf_add_format(out, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>", LEFT, TOP, base,
                   CHART_WIDTH - RIGHT);
    buf_add_format(out,
                   "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%zu</text><text x=\"%d\" y=\"%d\" "
                   "text-anchor=\"end\">0</text><text x=\"%d\" y=\"%d\">0 s</text><text x=\"%d\" "
                   "y=\"%d\" text-anchor=\"end\">",
                   LEFT - 6, TOP + 8, most, LEFT - 6, base, LEFT, base + 18, CHART_WIDTH - RIGHT,
                   base + 18);
    text_add_duration(out, result->duration_ns);
    buf_add_text(out, "</text>\n</svg>\n<p class=\"dim\">Requests of cases in flight; controls and "
                      "experiments are not drawn.</p>\n");
    add_death_table(result, out);
}

/* --- one request --- */

void html_add_waterfall(const struct observation *seen, struct buf *out)
{
    const struct {
        const char *name;
        const char *class_name;
        int64_t end_ns;
    } phases[] = {
        {"name", "dns", seen->reused ? -1 : seen->dns_ns},
        {"connect", "connect", seen->reused ? -1 : seen->connect_ns},
        {"TLS", "tls", seen->reused ? -1 : seen->tls_ns},
        {"send", "send", seen->sent_ns},
        {"wait", "wait", seen->first_byte_ns},
        {"receive", "receive", seen->total_ns},
    };
    if (seen->total_ns <= 0)
        return;
    struct buf words = {0};
    int64_t at = 0;
    buf_add_text(out, "<svg class=\"wf\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                      "aria-hidden=\"true\">");
    for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
        if (phases[i].end_ns < at || phases[i].end_ns < 0)
            continue;
        buf_add_format(out, "<rect class=\"%s\" x=\"%.1f\" width=\"%.1f\" height=\"10\"/>",
                       phases[i].class_name, (double)at / (double)seen->total_ns * 1000,
                       (double)(phases[i].end_ns - at) / (double)seen->total_ns * 1000);
        buf_add_format(&words, "%s%s ", words.len ? " · " : "", phases[i].name);
        text_add_duration(&words, phases[i].end_ns - at);
        at = phases[i].end_ns;
    }
    buf_add_text(out, "</svg>");
    html_element("div class=\"dim\"", buf_text(&words), out);
    buf_add_char(out, '\n');
    buf_clear(&words);
}
