/*
 * What became of an event inside the endpoint, by the word of the user's own command. Its word is
 * taken, but never stretched: where it says nothing, or where something else explains what it says,
 * the case is undecided.
 */
#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "judge/finding.h"

void processed_describe(const struct processed *processed, struct buf *out)
{
    static const char *const few[] = {"not processed", "processed once", "processed twice"};
    if (processed->state == PROCESSED_UNKNOWN)
        buf_add_text(out, processed->why);
    else if (processed->state == PROCESSED_TIMES && processed->times < (int64_t)ARRAY_LEN(few))
        buf_add_text(out, few[processed->times]);
    else if (processed->state == PROCESSED_TIMES)
        buf_add_format(out, "processed %" PRId64 " times", processed->times);
}

/* "204 after 1 ms; not processed", of the exchange that decided. */
static void tell(const struct evidence *evidence, struct finding *out)
{
    if (out->decisive >= evidence->count ||
        evidence->exchanges[out->decisive]->processed.state != PROCESSED_TIMES)
        return;
    buf_add_text(&out->actual, "; ");
    processed_describe(&evidence->exchanges[out->decisive]->processed, &out->actual);
}

/* Whether something was said of this event; the reason why not. */
static bool was_told(const struct exchange *exchange, struct buf *reason)
{
    if (exchange->processed.state == PROCESSED_TIMES)
        return true;
    buf_add_text(reason, exchange->processed.state == PROCESSED_UNKNOWN
                             ? exchange->processed.why
                             : "--effect-command was not asked about it");
    return false;
}

static enum finding_kind lost(const struct run_facts *run, struct buf *reason)
{
    if (run->died) {
        buf_add_text(reason, "it was accepted but not processed; the endpoint died during the run "
                             "and may have lost it");
        return FINDING_UNDECIDED;
    }
    buf_add_text(reason, "it was accepted but not processed within ");
    text_add_duration(reason, run->effect_wait_ns);
    buf_add_text(reason, " (--effect-wait)");
    return FINDING_BROKEN;
}

/* What was not accepted may be processed or not: other cases ask why it was not. */
static enum finding_kind one_processed(const struct call *call, const struct evidence *evidence,
                                       size_t index, struct buf *reason)
{
    const struct exchange *exchange = evidence->exchanges[index];
    bool once = strcmp(call->values[0].text, "once") == 0;
    if (!was_told(exchange, reason))
        return FINDING_UNDECIDED;
    int64_t times = exchange->processed.times;
    if (exchange->accepted && times == 0)
        return lost(evidence->run, reason);
    if (times <= 1 || !once)
        return FINDING_KEPT;
    if (!exchange->repeated && !evidence->run->died)
        return FINDING_BROKEN;
    buf_add_text(reason, "it was processed more than once; the endpoint died during the run and "
                         "may have lost the id");
    return FINDING_UNDECIDED;
}

static bool any_accepted(const struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->count; i++)
        if (evidence->exchanges[i]->accepted)
            return true;
    return false;
}

static void check_processed(const struct call *call, const struct evidence *evidence,
                            struct finding *out)
{
    check_each_sent(call, evidence, one_processed, out);
    if (out->kind == FINDING_KEPT && !any_accepted(evidence)) {
        out->kind = FINDING_UNDECIDED;
        buf_add_text(&out->reason, "it was not accepted, so it need not be processed");
    }
    tell(evidence, out);
}

/* Nobody can say of an id which of two events with it was processed. */
static bool is_shared_with_genuine(const struct exchange *exchange, const struct run_facts *run)
{
    for (size_t i = 0; i < run->num_all; i++) {
        const struct exchange *other = run->all[i];
        if (other != exchange && other->genuine && other->id_event && exchange->id_event &&
            strcmp(other->id_event, exchange->id_event) == 0)
            return true;
    }
    return false;
}

/* A command that says no to everything must not make forgeries look harmless. */
static enum finding_kind one_not_processed(const struct call *call, const struct evidence *evidence,
                                           size_t index, struct buf *reason)
{
    const struct exchange *exchange = evidence->exchanges[index];
    const struct exchange *twin = evidence->controls[index];
    if (!was_told(exchange, reason))
        return FINDING_UNDECIDED;
    if (exchange->processed.times > 0 && is_shared_with_genuine(exchange, evidence->run)) {
        buf_add_text(reason, "a genuine event had the same id_event, so the count proves nothing");
        return FINDING_UNDECIDED;
    }
    if (exchange->processed.times > 0)
        return FINDING_BROKEN;
    if (!twin || !twin->accepted) /* which the judge says */
        return FINDING_KEPT;
    if (!was_told(twin, reason))
        return FINDING_UNDECIDED;
    if (twin->processed.times > 0)
        return FINDING_KEPT;
    buf_add_text(reason,
                 "the matching genuine event was not processed either, so this proves nothing");
    return FINDING_UNDECIDED;
}

static void check_not_processed(const struct call *call, const struct evidence *evidence,
                                struct finding *out)
{
    check_each_sent(call, evidence, one_not_processed, out);
    tell(evidence, out);
}

static const char *const processed_times[] = {"once", "at-least-once", NULL};

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"processed",
      "any",
      "processes each accepted event this many times, as --effect-command reports, however often "
      "it arrives",
      {{.name = "times",
        .kind = PARAMETER_TEXT,
        .fallback = "once",
        .choices = processed_times,
        .sentence = "how often: once or at-least-once"}}},
     "events processed %s",
     .over_run = true,
     .needs_effect = true,
     .check = check_processed},
    {{"not-processed",
      "any",
      "does not process this, as --effect-command reports, whatever it answers",
      {{0}}},
     "an event that is not processed",
     .needs_control = true,
     .over_run = true,
     .needs_effect = true,
     .check = check_not_processed},
};
const struct table_part expectations_of_effect = TABLE_PART(rows);
