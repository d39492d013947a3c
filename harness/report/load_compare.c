#include "report/load_compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/percentile.h"
#include "base/text.h"
#include "load/tally.h"
#include "report/answer_times.h"
#include "report/load_charts.h"

/* A difference that is certain and that somebody would notice. */
#define P_MAX       0.001
#define FACTOR_MIN  1.1
#define SECONDS_MIN 8

/* --- settings --- */

void load_add_settings(const struct load_record *record, struct buf *out)
{
    if (record->is_open)
        buf_add_format(out, "%" PRId64 " requests/s (open loop), up to %" PRId64 " connections",
                       record->rate, record->connections);
    else
        buf_add_format(out, "%" PRId64 " clients (closed loop: each waits for its response)",
                       record->connections);
    buf_add_format(out, ", %" PRId64 " thread%s, ", record->threads,
                   record->threads == 1 ? "" : "s");
    text_add_duration(out, (int64_t)(record->seconds * (double)NS_PER_S));
}

/* --- measures --- */

/* A value of each second, in whole units of a thousandth, sorted. */
static struct answer_times take(const struct load_record *record, size_t value)
{
    struct answer_times times = {.count = record->num_points};
    times.ns = mem_alloc((times.count + 1) * sizeof *times.ns);
    for (size_t i = 0; i < times.count; i++)
        times.ns[i] = (int64_t)(load_value(&record->points[i], value) * 1000);
    times_sort(times.ns, times.count);
    return times;
}

static double p_value(const struct load_record *before, const struct load_record *after,
                      size_t value)
{
    struct answer_times a = take(before, value);
    struct answer_times b = take(after, value);
    double p = answer_times_p_value(&a, &b);
    free(a.ns);
    free(b.ns);
    return p;
}

struct measured {
    double before;
    double after;
    double p;
    bool more_is_better;
};

static void judge(struct load_change *change, const struct measured *measured, bool is_short)
{
    double factor = measured->before > 0 ? measured->after / measured->before : 0;
    bool differs =
        factor > 0 && measured->p < P_MAX && (factor >= FACTOR_MIN || factor <= 1 / FACTOR_MIN);
    bool grew = measured->after > measured->before;
    change->kind = !differs                           ? LOAD_SAME
                   : grew == measured->more_is_better ? LOAD_BETTER
                                                      : LOAD_WORSE;
    if (differs)
        (void)snprintf(change->words, sizeof change->words, "%.3g times, %s", factor,
                       change->kind == LOAD_BETTER ? "better" : "worse");
    else
        (void)snprintf(change->words, sizeof change->words, "%s",
                       is_short ? "too short to tell from noise" : "no change beyond noise");
}

static void put_ms(char out[24], double ms)
{
    struct buf text = {0};
    load_add_ms(&text, ms);
    (void)snprintf(out, 24, "%s", buf_text(&text));
    buf_clear(&text);
}

static double share_of(const struct load_record *record)
{
    int64_t all = record->answered + record->failed;
    return all ? (double)record->failed * 100 / (double)all : 0;
}

/* Errors are counted, not sampled: any that were not there before are worse. */
static void compare_errors(const struct load_record *before, const struct load_record *after,
                           struct load_change *out)
{
    double a = share_of(before);
    double b = share_of(after);
    *out = (struct load_change){.name = "errors"};
    (void)snprintf(out->before, sizeof out->before, "%" PRId64 " (%.3g%%)", before->failed, a);
    (void)snprintf(out->after, sizeof out->after, "%" PRId64 " (%.3g%%)", after->failed, b);
    bool worse = b > a * FACTOR_MIN && after->failed > before->failed;
    bool better = a > b * FACTOR_MIN && after->failed < before->failed;
    out->kind = worse ? LOAD_WORSE : better ? LOAD_BETTER : LOAD_SAME;
    (void)snprintf(out->words, sizeof out->words, "%s",
                   worse    ? "more errors"
                   : better ? "fewer errors"
                            : "no change");
}

size_t load_changes(const struct load_record *before, const struct load_record *after,
                    struct load_change *out)
{
    static const struct {
        const char *name;
        size_t at;
        size_t value;
    } rows[] = {{"p50", offsetof(struct load_times, p50), offsetof(struct load_point, p50)},
                {"p90", offsetof(struct load_times, p90), offsetof(struct load_point, p90)},
                {"p99", offsetof(struct load_times, p99), offsetof(struct load_point, p99)},
                {"highest", offsetof(struct load_times, max), offsetof(struct load_point, max)}};
    bool is_short = before->num_points < SECONDS_MIN || after->num_points < SECONDS_MIN;
    size_t count = 0;
    struct measured rate = {before->per_second, after->per_second,
                            p_value(before, after, offsetof(struct load_point, answered)), true};
    out[count] = (struct load_change){.name = "answered"};
    (void)snprintf(out[count].before, sizeof out->before, "%.0f/s", rate.before);
    (void)snprintf(out[count].after, sizeof out->after, "%.0f/s", rate.after);
    judge(&out[count], &rate, is_short);
    if (before->is_open && after->is_open && before->rate != after->rate) {
        out[count].kind = LOAD_SAME;
        (void)snprintf(out[count].words, sizeof out->words, "the requested rate differs");
    }
    count++;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *a = (const char *)&before->times[LOAD_LATENCY] + rows[i].at;
        const char *b = (const char *)&after->times[LOAD_LATENCY] + rows[i].at;
        struct measured one = {.p = p_value(before, after, rows[i].value)};
        memcpy(&one.before, a, sizeof one.before);
        memcpy(&one.after, b, sizeof one.after);
        out[count] = (struct load_change){.name = rows[i].name};
        put_ms(out[count].before, one.before);
        put_ms(out[count].after, one.after);
        judge(&out[count++], &one, is_short);
    }
    compare_errors(before, after, &out[count++]);
    return count;
}

/* --- what broke --- */

static bool has_error(const struct load_record *record, const char *kind)
{
    const json_t *one = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(record->document, "errors"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "kind"));
        if (name && strcmp(name, kind) == 0)
            return true;
    }
    return false;
}

const char *load_error_sentence(const char *kind)
{
    for (size_t i = 0; kind && i < LOAD_NUM_FAULTS; i++)
        if (strcmp(kind, load_faults[i].name) == 0)
            return load_faults[i].sentence;
    return kind ? kind : "";
}

bool load_compare_broke(const struct load_record *before, const struct load_record *after)
{
    for (size_t i = 0; i < LOAD_NUM_FAULTS; i++)
        if (load_faults[i].is_finding && has_error(after, load_faults[i].name) &&
            !has_error(before, load_faults[i].name))
            return true;
    return before->passed && !after->passed;
}

void load_add_last_line(const struct load_record *before, const struct load_record *after,
                        struct buf *out)
{
    struct load_change changes[LOAD_CHANGES_MAX];
    size_t count = load_changes(before, after, changes);
    size_t worse = 0;
    size_t better = 0;
    for (size_t i = 0; i < count; i++) {
        worse += changes[i].kind == LOAD_WORSE;
        better += changes[i].kind == LOAD_BETTER;
    }
    buf_add_format(out, "%s, then %s: %zu measure%s worse, %zu better",
                   before->passed ? "passed" : "failed", after->passed ? "passed" : "failed", worse,
                   worse == 1 ? "" : "s", better);
}

/* --- text --- */

static void add_rows(const struct load_change *changes, size_t count, struct buf *out)
{
    buf_add_format(out, "  %-10s %18s %18s\n", "", "first", "second");
    for (size_t i = 0; i < count; i++)
        buf_add_format(out, "  %-10s %18s %18s  %s\n", changes[i].name, changes[i].before,
                       changes[i].after, changes[i].words);
}

/* Kinds of errors that only `has` has. */
static void add_new_errors(const struct load_record *has, const struct load_record *lacks,
                           const char *words, struct buf *out)
{
    for (size_t i = 0; i < LOAD_NUM_FAULTS; i++)
        if (has_error(has, load_faults[i].name) && !has_error(lacks, load_faults[i].name))
            buf_add_format(out, "  %s: %s\n", words, load_faults[i].sentence);
}

void load_compare_text(const struct load_record *before, const struct load_record *after,
                       struct buf *out)
{
    struct load_change changes[LOAD_CHANGES_MAX];
    size_t count = load_changes(before, after, changes);
    buf_add_format(out, "%s\nfirst   ", after->target);
    if (strcmp(before->target, after->target) != 0)
        buf_add_format(out, "%s, ", before->target);
    load_add_settings(before, out);
    buf_add_text(out, "\nsecond  ");
    load_add_settings(after, out);
    buf_add_text(out, "\n\n");
    add_rows(changes, count, out);
    add_new_errors(after, before, "new", out);
    add_new_errors(before, after, "gone", out);
    buf_add_text(out, "\nhookcheck: ");
    load_add_last_line(before, after, out);
    buf_add_char(out, '\n');
}

static void add_times(const struct load_times *times, struct buf *out)
{
    const struct {
        const char *name;
        double ms;
    } shown[] = {{"p50", times->p50},
                 {"  p90", times->p90},
                 {"  p99", times->p99},
                 {"  p99.9", times->p999},
                 {"  max", times->max}};
    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        buf_add_format(out, "%s ", shown[i].name);
        load_add_ms(out, shown[i].ms);
    }
    buf_add_char(out, '\n');
}

void load_record_text(const struct load_record *record, struct buf *out)
{
    const json_t *one = NULL;
    size_t i = 0;
    buf_add_format(out, "%s\n", record->target);
    load_add_settings(record, out);
    buf_add_format(out, "%s\n\n", record->was_interrupted ? ", interrupted" : "");
    buf_add_format(out, "  requests     %" PRId64 " sent, %" PRId64 " answered: %.0f/s\n",
                   record->sent, record->answered, record->per_second);
    buf_add_text(out, "  latency      ");
    add_times(&record->times[LOAD_LATENCY], out);
    json_array_foreach(json_object_get(record->document, "errors"), i, one)
    {
        buf_add_format(out, "  errors       %" JSON_INTEGER_FORMAT " %s\n",
                       json_integer_value(json_object_get(one, "count")),
                       load_error_sentence(json_string_value(json_object_get(one, "kind"))));
    }
    json_array_foreach(json_object_get(record->document, "goals"), i, one)
    {
        const char *goal = json_string_value(json_object_get(one, "goal"));
        const char *measured = json_string_value(json_object_get(one, "measured"));
        if (goal && measured)
            buf_add_format(out, "  %-12s %s: measured %s\n",
                           json_is_true(json_object_get(one, "holds")) ? "holds" : "MISSED", goal,
                           measured);
    }
    buf_add_format(out, "\n%s: %" PRId64 " answered, %" PRId64 " errors\n",
                   record->passed ? "passed" : "failed", record->answered, record->failed);
}
