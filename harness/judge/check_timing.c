/*
 * Expectations of time: percentiles over samples by nearest rank, each counted from the moment at
 * which the request was to leave, so that a stall which delays the sender is not hidden.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/percentile.h"
#include "base/text.h"
#include "judge/finding.h"
#include "result/packed.h"

/* With fewer samples there is no 99th of 100, and no 95th: it would be the slowest by another name.
 */
#define P99_SAMPLES 100
#define P95_SAMPLES 20

/* --- samples --- */

struct samples {
    int64_t *ns; /* ascending */
    size_t count;
    size_t num_others;  /* answered otherwise than asked for */
    size_t num_limited; /* ... with 429 */
    size_t num_late;    /* beyond the deadline */
    size_t late;        /* index of one of them */
    size_t slowest;     /* index of the slowest that counts */
};

static int64_t latency_of(const struct exchange *exchange)
{
    return exchange->seen.total_ns + exchange->late_ns;
}

/* Takes what answered as `wanted` says, and notes what came too late. */
static struct samples take_samples(const struct evidence *evidence, enum answer wanted)
{
    struct samples samples = {.ns = mem_alloc((evidence->count + 1) * sizeof *samples.ns)};
    int64_t worst = -1;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct exchange *exchange = evidence->exchanges[i];
        enum answer answer = answer_of(&exchange->seen);
        int64_t ns = latency_of(exchange);
        if (answer == ANSWER_NONE)
            continue;
        if (answer == ANSWER_HUNG || ns > evidence->run->deadline_ns) {
            samples.num_late++;
            samples.late = i;
        } else if (answer != wanted) {
            samples.num_others++;
            samples.num_limited += was_rate_limited(&exchange->seen);
        } else {
            samples.ns[samples.count++] = ns;
            if (ns > worst) {
                worst = ns;
                samples.slowest = i;
            }
        }
    }
    times_sort(samples.ns, samples.count);
    return samples;
}

static int64_t percentile(const struct samples *samples, size_t percent)
{
    return times_percentile(samples->ns, samples->count, percent);
}

/* --- words --- */

/* Acknowledgement budgets that senders publish; the first that holds it. */
static const struct {
    int64_t ns;
    const char *grade;
} grades[] = {
    {1 * NS_PER_S, "excellent: within the 1 s limit of the strictest known sender (Qonto)"},
    {3 * NS_PER_S, "good: within Slack's 3 s limit"},
    {5 * NS_PER_S, "slow: within Chatwoot's 5 s limit, but above Slack's 3 s"},
    {10 * NS_PER_S, "poor: within GitHub's 10 s limit, but above Chatwoot's 5 s"},
};

static const char *grade_of(int64_t ns)
{
    for (size_t i = 0; i < ARRAY_LEN(grades); i++)
        if (ns <= grades[i].ns)
            return grades[i].grade;
    return "too slow: above GitHub's 10 s limit";
}

static void add_summary(const struct samples *samples, struct buf *out)
{
    buf_add_format(out, "%zu response%s: p50 ", samples->count, samples->count > 1 ? "s" : "");
    text_add_duration(out, percentile(samples, 50));
    if (samples->count >= P95_SAMPLES) {
        buf_add_text(out, ", p95 ");
        text_add_duration(out, percentile(samples, 95));
    }
    buf_add_text(out, samples->count >= P99_SAMPLES ? ", p99 " : ", slowest ");
    text_add_duration(out, percentile(samples, samples->count >= P99_SAMPLES ? 99 : 100));
    if (samples->count < P95_SAMPLES)
        buf_add_text(out, " (too few for a p95)");
}

static double ms_of(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

/* `sentence` is taken over. Returns the measure, or NULL when nobody wants it. */
static struct measure *add_measure(struct finding *out, const char *label, const char *name,
                                   double value, const char *unit, struct buf *sentence)
{
    char *full = *label ? mem_format("%s-%s", label, name) : mem_text(name);
    struct measure *measure = NULL;
    if (out->measured)
        measure = case_result_add_measure(out->measured, full, value, unit, buf_take(sentence));
    else
        buf_clear(sentence);
    free(full);
    return measure;
}

/* One of the times behind a summary. */
static void add_time(struct finding *out, const char *label, const char *name, int64_t ns,
                     const char *what)
{
    struct buf sentence = {0};
    buf_add_format(&sentence, "%s ", what);
    text_add_duration(&sentence, ns);
    struct measure *measure = add_measure(out, label, name, ms_of(ns), "ms", &sentence);
    if (measure)
        measure->is_detail = true;
}

/* --- phases, of fresh connections --- */

static int64_t dns_of(const struct observation *seen)
{
    return seen->dns_ns;
}

static int64_t connect_of(const struct observation *seen)
{
    return seen->connect_ns < 0 || seen->dns_ns < 0 ? -1 : seen->connect_ns - seen->dns_ns;
}

static int64_t tls_of(const struct observation *seen)
{
    return seen->tls_ns < 0 || seen->connect_ns < 0 ? -1 : seen->tls_ns - seen->connect_ns;
}

static int64_t wait_of(const struct observation *seen)
{
    return seen->first_byte_ns < 0 || seen->sent_ns < 0 ? -1 : seen->first_byte_ns - seen->sent_ns;
}

static int64_t transfer_of(const struct observation *seen)
{
    return seen->first_byte_ns < 0 ? -1 : seen->total_ns - seen->first_byte_ns;
}

static const struct phase {
    const char *name;
    const char *what;
    int64_t (*of)(const struct observation *seen);
} phases[] = {
    {"dns", "median time to resolve the name:", dns_of},
    {"connect", "median time to connect:", connect_of},
    {"tls", "median time of the TLS handshake:", tls_of},
    {"wait", "median time from the request to the first response byte:", wait_of},
    {"transfer", "median time from the first to the last response byte:", transfer_of},
};

static void add_phase(const struct evidence *evidence, enum answer wanted,
                      const struct phase *phase, const char *label, struct finding *out)
{
    struct samples samples = {.ns = mem_alloc((evidence->count + 1) * sizeof *samples.ns)};
    for (size_t i = 0; i < evidence->count; i++) {
        const struct observation *seen = &evidence->exchanges[i]->seen;
        int64_t ns = answer_of(seen) == wanted && !seen->reused ? phase->of(seen) : -1;
        if (ns >= 0)
            samples.ns[samples.count++] = ns;
    }
    times_sort(samples.ns, samples.count);
    if (samples.count)
        add_time(out, label, phase->name, percentile(&samples, 50), phase->what);
    free(samples.ns);
}

static void add_measures(const struct evidence *evidence, const struct samples *samples,
                         enum answer wanted, const char *label, struct finding *out)
{
    struct buf sentence = {0};
    int64_t p95 = percentile(samples, 95);
    if (*label)
        buf_add_format(&sentence, "%s: ", label);
    add_summary(samples, &sentence);
    buf_add_format(&sentence, "; %s", grade_of(p95));
    (void)add_measure(out, label, samples->count >= P95_SAMPLES ? "p95" : "slowest", ms_of(p95),
                      "ms", &sentence);
    add_time(out, label, "p50", percentile(samples, 50), "half of the responses took at most");
    if (samples->count >= P99_SAMPLES)
        add_time(out, label, "p99", percentile(samples, 99), "99 of 100 responses took at most");
    if (samples->count >= P95_SAMPLES)
        add_time(out, label, "slowest", percentile(samples, 100), "the slowest response took");
    buf_add_format(&sentence, "percentiles of %zu samples", samples->count);
    struct measure *count =
        add_measure(out, label, "samples", (double)samples->count, "samples", &sentence);
    if (count)
        count->is_detail = true;
    for (size_t i = 0; *label == '\0' && i < ARRAY_LEN(phases); i++)
        add_phase(evidence, wanted, &phases[i], label, out);
}

/* Panora does not come again, whatever Retry-After says. */
static void add_limited(const struct samples *samples, const char *label, struct finding *out)
{
    struct buf sentence = {0};
    if (samples->num_limited == 0)
        return;
    buf_add_format(&sentence,
                   "%zu of %zu got 429: such events are lost, because Panora does not retry them",
                   samples->num_limited, samples->num_limited + samples->count + samples->num_late);
    (void)add_measure(out, label, "rate-limited", (double)samples->num_limited, "answers",
                      &sentence);
}

/* --- verdicts --- */

static void judge_late(const struct evidence *evidence, const struct samples *samples,
                       struct finding *out)
{
    finding_set(out, FINDING_BROKEN, evidence, samples->late);
    buf_add_format(&out->reason, "%zu of %zu responses missed the deadline of ", samples->num_late,
                   samples->num_late + samples->count);
    text_add_duration(&out->reason, evidence->run->deadline_ns);
}

static void judge_percentile(const struct evidence *evidence, const struct samples *samples,
                             struct finding *out)
{
    bool prompt = percentile(samples, 95) <= evidence->run->target_ns;
    finding_set(out, prompt ? FINDING_KEPT : FINDING_TOLERATED, evidence, samples->slowest);
    buf_reset(&out->actual);
    add_summary(samples, &out->actual);
    if (prompt)
        return;
    buf_add_text(&out->reason, "in time for Panora, but above the target of ");
    text_add_duration(&out->reason, evidence->run->target_ns);
}

static void judge_nothing(const struct evidence *evidence, const char *wanted, struct finding *out)
{
    bool any_sent = false;
    for (size_t i = 0; i < evidence->count; i++)
        any_sent = any_sent || answer_of(&evidence->exchanges[i]->seen) != ANSWER_NONE;
    finding_set(out, FINDING_UNDECIDED, evidence, 0);
    if (any_sent)
        buf_add_format(&out->reason, "nothing was %s, so there is nothing to measure", wanted);
    else if (evidence->count)
        buf_add_text(&out->reason, evidence->exchanges[0]->seen.detail);
}

static void check_prompt(const struct call *call, const struct evidence *evidence,
                         struct finding *out)
{
    bool refused = strcmp(call->values[0].text, "refused") == 0;
    enum answer wanted = refused ? ANSWER_REFUSED : ANSWER_ACCEPTED;
    struct samples samples = take_samples(evidence, wanted);
    if (samples.count)
        add_measures(evidence, &samples, wanted, call->values[1].text, out);
    add_limited(&samples, call->values[1].text, out);
    if (samples.num_late) {
        judge_late(evidence, &samples, out);
    } else if (samples.count == 0) {
        judge_nothing(evidence, call->values[0].text, out);
    } else {
        judge_percentile(evidence, &samples, out);
    }
    free(samples.ns);
}

static void check_first_prompt(const struct call *call, const struct evidence *evidence,
                               struct finding *out)
{
    const struct run_facts *run = evidence->run;
    const struct exchange *first = NULL;
    finding_set(out, FINDING_UNDECIDED, evidence, evidence->count);
    for (size_t i = 0; i < run->num_all; i++) {
        const struct exchange *one = run->all[i];
        if (one->seen.outcome == OUTCOME_ANSWERED &&
            (!first || one->seen.started_ns < first->seen.started_ns))
            first = one;
    }
    if (!first) {
        buf_add_text(&out->reason, "nothing was answered");
        return;
    }
    int64_t ns = latency_of(first);
    struct buf sentence = {0};
    buf_add_text(&sentence, "the first response of the run took ");
    text_add_duration(&sentence, ns);
    (void)add_measure(out, "", "first", ms_of(ns), "ms", &sentence);
    buf_add_text(&out->actual, "the first response of the run took ");
    text_add_duration(&out->actual, ns);
    out->kind = ns <= run->target_ns ? FINDING_KEPT : FINDING_TOLERATED;
    if (out->kind == FINDING_TOLERATED)
        buf_add_text(&out->reason, "it was a cold start, which makes the sender wait");
}

/* --- every type --- */

#define SLOW_TARGETS 2  /* a type that takes so many times the target is slow, */
#define SLOW_MEDIANS 10 /* ... if that is so many times what the others take */

/* A genuine event of the run that is nothing but an event of its type; made as the endpoint accepts
 * it, perhaps, which is said after a comma. */
static bool is_plain_event(const struct exchange *one)
{
    if (!one->genuine || answer_of(&one->seen) != ANSWER_ACCEPTED || !one->sent)
        return false;
    const char *more = strchr(one->sent, ',');
    return !strpbrk(one->sent, " ") || (one->by_scheme && more && !strchr(more + 1, ','));
}

static bool is_same_type(const struct exchange *one, const struct exchange *other)
{
    size_t len = strcspn(one->sent, ",");
    return strcspn(other->sent, ",") == len && strncmp(one->sent, other->sent, len) == 0;
}

/* How long they took, each; returns how many there are. The caller frees. */
static size_t gather_times(const struct run_facts *run, int64_t **out)
{
    size_t count = 0;
    *out = mem_alloc((run->num_all + 1) * sizeof **out);
    for (size_t i = 0; i < run->num_all; i++)
        if (is_plain_event(run->all[i]))
            (*out)[count++] = latency_of(run->all[i]);
    times_sort(*out, count);
    return count;
}

/* No event of this one's type was quicker, and this is the first of them. */
static bool stands_for_slow(const struct run_facts *run, size_t index, int64_t least_ns)
{
    const struct exchange *one = run->all[index];
    if (!is_plain_event(one))
        return false;
    for (size_t i = 0; i < run->num_all; i++) {
        const struct exchange *other = run->all[i];
        if (is_plain_event(other) && is_same_type(one, other) &&
            (i < index || latency_of(other) <= least_ns))
            return false;
    }
    return true;
}

/* Returns how many types are slow. */
static size_t add_slow(const struct run_facts *run, int64_t least_ns, struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < run->num_all; i++) {
        if (!stands_for_slow(run, i, least_ns) || count++ > 0)
            continue;
        buf_add_format(out, "%.*s took ", (int)strcspn(run->all[i]->sent, ","), run->all[i]->sent);
        text_add_duration(out, latency_of(run->all[i]));
    }
    if (count > 1)
        buf_add_format(out, ", and %zu more type%s as long", count - 1, count > 2 ? "s" : "");
    return count;
}

/* Of many types, each of which is sent at least once in the run. */
static void check_every_type_prompt(const struct call *call, const struct evidence *evidence,
                                    struct finding *out)
{
    const struct run_facts *run = evidence->run;
    int64_t *times;
    size_t count = gather_times(run, &times);
    int64_t median_ns = count ? times_percentile(times, count, 50) : 0;
    int64_t least_ns = median_ns * SLOW_MEDIANS > run->target_ns * SLOW_TARGETS
                           ? median_ns * SLOW_MEDIANS
                           : run->target_ns * SLOW_TARGETS;
    finding_set(out, FINDING_KEPT, evidence, evidence->count);
    buf_reset(&out->actual);
    if (add_slow(run, least_ns, &out->actual))
        out->kind = FINDING_BROKEN;
    buf_add_text(&out->actual, out->kind == FINDING_BROKEN ? "; usually " : "an event takes ");
    text_add_duration(&out->actual, median_ns);
    free(times);
    if (count == 0) {
        out->kind = FINDING_UNDECIDED;
        buf_add_text(&out->reason, "no event was accepted");
    }
}

/* Least squares of time over the size of the body. */
static void check_slope(const struct call *call, const struct evidence *evidence,
                        struct finding *out)
{
    double n = 0;
    double sum_x = 0;
    double sum_y = 0;
    double sum_xx = 0;
    double sum_xy = 0;
    finding_set(out, FINDING_KEPT, evidence, evidence->count);
    for (size_t i = 0; i < evidence->count; i++) {
        const struct exchange *one = evidence->exchanges[i];
        if (answer_of(&one->seen) != ANSWER_ACCEPTED)
            continue;
        double x = (double)exchange_body_len(one) / (1024 * 1024);
        double y = ms_of(one->seen.total_ns);
        n += 1;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    double spread = n * sum_xx - sum_x * sum_x;
    if (spread <= 0)
        return;
    double slope = (n * sum_xy - sum_x * sum_y) / spread;
    struct buf sentence = {0};
    buf_add_format(&sentence, "each MiB of an event adds %.1f ms", slope);
    (void)add_measure(out, "", "slope", slope, "ms/MiB", &sentence);
}

static const char *const prompt_kinds[] = {"accepted", "refused", NULL};

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"prompt",
      "step",
      "answers in time, by percentiles: 95 of 100 within --target, all within --deadline",
      {{.name = "as",
        .kind = PARAMETER_TEXT,
        .fallback = "accepted",
        .choices = prompt_kinds,
        .sentence = "which responses count: accepted or refused"},
       {.name = "label",
        .kind = PARAMETER_TEXT,
        .fallback = "",
        .sentence = "a prefix for the names of the measures"}}},
     "responses (%s): 95 of 100 within --target, all within --deadline",
     .is_timed = true,
     .check = check_prompt},
    {{"first-prompt", "case", "answers the very first (cold) request of the run in time", {{0}}},
     "the first response of the run within --target",
     .over_run = true,
     .check = check_first_prompt},
    {{"every-type-prompt",
      "case",
      "answers no type of event much later than the others (more than twice --target)",
      {{0}}},
     "no type that takes more than twice --target, and ten times as long as others",
     .over_run = true,
     .check = check_every_type_prompt},
    {{"slope", "case", "(measured only) takes this much longer per MiB", {{0}}},
     "nothing: only measured",
     .check = check_slope},
};
const struct table_part expectations_of_timing = TABLE_PART(rows);
