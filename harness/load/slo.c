#include "load/slo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define EXAMPLE "p99<500ms, max<2s, errors<0.1% or rate>450/s"

/* --- reading --- */

/* A number with nothing but `unit` behind it. */
static bool read_number(const char *text, const char *unit, double *out)
{
    char *end = NULL;
    bool starts = (*text >= '0' && *text <= '9') || *text == '.';
    *out = starts ? strtod(text, &end) : 0;
    return starts && strcmp(end, unit) == 0 && isfinite(*out);
}

static bool read_time(const char *text, double *out)
{
    int64_t ns = 0;
    bool ok = text_duration(text, &ns, NULL);
    *out = (double)ns;
    return ok;
}

static bool read_share(const char *text, double *out)
{
    return read_number(text, "%", out) && *out <= 100;
}

static bool read_rate(const char *text, double *out)
{
    return read_number(text, "/s", out) || read_number(text, "", out);
}

/* `name` is "p99", "p99.9", ... */
static bool read_percentile(const char *name, double *out)
{
    return name[0] == 'p' && read_number(name + 1, "", out) && *out > 0 && *out <= 100;
}

static const struct {
    const char *name;
    int measure;
    bool (*read)(const char *text, double *out);
    const char *limit;
} measures[] = {
    {"mean", SLO_MEAN, read_time, "a time such as 500ms"},
    {"max", SLO_MAX, read_time, "a time such as 500ms"},
    {"errors", SLO_ERRORS, read_share, "a percentage such as 0.1%"},
    {"rate", SLO_RATE, read_rate, "a rate such as 450/s"},
    {"p", SLO_PERCENTILE, read_time, "a time such as 500ms"},
};

static size_t find_measure(const char *name, double *out_percent)
{
    size_t last = ARRAY_LEN(measures) - 1;
    for (size_t i = 0; i < last; i++)
        if (strcmp(measures[i].name, name) == 0)
            return i;
    return read_percentile(name, out_percent) ? last : ARRAY_LEN(measures);
}

/* `text` has no blanks; it is cut apart. */
static bool read_term(char *text, struct slo_term *out, struct error *err)
{
    size_t name_len = strcspn(text, "<>");
    (void)snprintf(out->text, sizeof out->text, "%s", text);
    if (!text[name_len] || strlen(text) >= sizeof out->text)
        return error_set(err, "\"%s\" is not a goal such as %s", text, EXAMPLE);
    out->is_below = text[name_len] == '<';
    out->or_equal = text[name_len + 1] == '=';
    const char *limit = text + name_len + (out->or_equal ? 2 : 1);
    text[name_len] = '\0';
    size_t found = find_measure(text, &out->percent);
    if (found == ARRAY_LEN(measures))
        return error_set(err,
                         "\"%s\": no measure \"%s\"; there are mean, max, errors, rate, and "
                         "percentiles such as p99 and p99.9",
                         out->text, text);
    memcpy(&out->measure, &measures[found].measure, sizeof out->measure);
    return measures[found].read(limit, &out->limit) ||
           error_set(err, "\"%s\": the limit must be %s", out->text, measures[found].limit);
}

static char *without_blanks(const char *text, size_t len)
{
    struct buf out = {0};
    for (size_t i = 0; i < len; i++)
        if (text[i] != ' ' && text[i] != '\t')
            buf_add_char(&out, text[i]);
    return buf_take(&out);
}

bool slo_add(struct slo *slo, const char *text, struct error *err)
{
    bool ok = true;
    while (ok) {
        size_t len = strcspn(text, ",");
        char *one = without_blanks(text, len);
        struct slo_term term = {0};
        ok = read_term(one, &term, err);
        free(one);
        slo->terms = mem_resize(slo->terms, slo->count + 1, sizeof *slo->terms);
        slo->terms[slo->count] = term;
        slo->count += ok;
        if (!text[len])
            break;
        text += len + 1;
    }
    return ok;
}

void slo_clear(struct slo *slo)
{
    free(slo->terms);
    *slo = (struct slo){0};
}

/* --- judging --- */

double slo_measured(const struct slo_term *term, const struct tally *tally, double seconds)
{
    uint64_t outcomes = tally_outcomes(tally);
    switch (term->measure) {
    case SLO_PERCENTILE:
        return (double)histogram_percentile(&tally->latency, term->percent);
    case SLO_MEAN:
        return histogram_mean(&tally->latency);
    case SLO_MAX:
        return (double)tally->latency.max_ns;
    case SLO_ERRORS:
        return outcomes ? (double)tally_errors(tally) * 100 / (double)outcomes : 100;
    case SLO_RATE:
        return seconds > 0 ? (double)tally->answered / seconds : 0;
    }
    return 0;
}

/* Without a single answer no goal is reached, fast as it was. */
bool slo_term_holds(const struct slo_term *term, const struct tally *tally, double seconds)
{
    double measured = slo_measured(term, tally, seconds);
    if (!tally->answered)
        return false;
    if (measured == term->limit)
        return term->or_equal;
    return term->is_below ? measured < term->limit : measured > term->limit;
}

bool slo_holds(const struct slo *slo, const struct tally *tally, double seconds)
{
    bool holds = true;
    for (size_t i = 0; i < slo->count; i++)
        holds = slo_term_holds(&slo->terms[i], tally, seconds) && holds;
    return holds;
}

void slo_add_value(const struct slo_term *term, double value, struct buf *out)
{
    if (term->measure == SLO_ERRORS)
        buf_add_format(out, "%.3g%%", value);
    else if (term->measure == SLO_RATE)
        buf_add_format(out, "%.0f/s", value);
    else
        text_add_duration(out, (int64_t)value);
}
