#include "diagnose/series.h"

#include <stdlib.h>

void series_run(struct investigation *inv, const struct specimen *specimen, size_t count,
                size_t at_once, int64_t gap_ns, bool one_connection, struct series *out)
{
    struct request requests[SERIES_MAX] = {{0}};
    struct observation seen[SERIES_MAX];
    struct series series = {0};
    for (size_t i = 0; i < count; i++)
        (void)specimen_write(inv, specimen, &requests[i]);
    const struct diagnose_batch batch = {.requests = requests,
                                         .count = count,
                                         .at_once = at_once,
                                         .gap_ns = gap_ns,
                                         .one_connection = one_connection};
    lab_send(inv, &batch, seen);
    for (size_t i = 0; i < count; i++) {
        enum answer answer = answer_of(&seen[i]);
        series.was_kept_out =
            series.was_kept_out || (inv->locked_status && seen[i].status == inv->locked_status);
        if (answer != ANSWER_NONE && !series.was_kept_out) {
            bool failed = answer != ANSWER_ACCEPTED;
            if (failed && series.num_failed++ == 0) {
                series.status = seen[i].status;
                series.answer = answer;
            }
            series.num_errors += answer == ANSWER_ERROR;
            series.num_refused += answer == ANSWER_REFUSED && seen[i].status != 429;
            series.num_unreached += answer == ANSWER_UNREACHED;
            series.limited = series.limited || seen[i].status == 429 || seen[i].status == 503;
            series.statuses[series.count] = seen[i].status;
            series.failed[series.count++] = failed;
        }
        observation_clear(&seen[i]);
        request_clear(&requests[i]);
    }
    *out = series;
}

#define ALIKE_MIN 3

bool series_fails_alike(const struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->failed[i] && series->statuses[i] != series->status)
            return false;
    return series->num_failed >= ALIKE_MIN;
}

char *series_sentence(const struct series *series, const char *before, char *after)
{
    struct buf out = {0};
    buf_add_text(&out, before);
    if (series->answer == ANSWER_HUNG || series->answer == ANSWER_DIED) {
        buf_add_text(&out, "gives no answer");
    } else {
        buf_add_text(&out, "answers ");
        series_add_met(series, &out);
    }
    buf_add_format(&out, " %s", after);
    free(after);
    return buf_take(&out);
}

void series_add_met(const struct series *series, struct buf *out)
{
    struct observation seen;
    observation_init(&seen);
    seen.status = series->status;
    seen.outcome = series->answer == ANSWER_HUNG   ? OUTCOME_TIMED_OUT
                   : series->answer == ANSWER_DIED ? OUTCOME_CLOSED
                                                   : OUTCOME_ANSWERED;
    if (series->answer == ANSWER_BROKEN)
        buf_add_format(out, "%d in a response that Panora cannot read", series->status);
    else
        answer_describe_untimed(&seen, out);
    observation_clear(&seen);
}
