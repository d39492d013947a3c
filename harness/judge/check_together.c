/* Expectations of several answers together, of the connection, and of the target. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "judge/finding.h"
#include "judge/likeness.h"

/* Begins a finding about at least `needed` exchanges; false when it is settled: too few of them, or
 * one that was never sent. */
static bool begin(const struct evidence *evidence, size_t needed, struct finding *out)
{
    if (evidence->count < needed) {
        finding_of_nothing(out, evidence);
        return false;
    }
    finding_set(out, FINDING_KEPT, evidence, 0);
    for (size_t i = 0; i < evidence->count; i++) {
        if (answer_of(&evidence->exchanges[i]->seen) != ANSWER_NONE)
            continue;
        finding_set(out, FINDING_UNDECIDED, evidence, i);
        buf_add_text(&out->reason, evidence->exchanges[i]->seen.detail);
        return false;
    }
    return true;
}

/* Answers that never came look all alike, which shows nothing. */
static bool any_missing(const struct evidence *evidence, struct finding *out)
{
    for (size_t i = 0; i < evidence->count; i++) {
        if (!came_to_nothing(answer_of(&evidence->exchanges[i]->seen)))
            continue;
        finding_set(out, FINDING_UNDECIDED, evidence, i);
        buf_add_text(&out->reason, "not all of these were answered");
        return true;
    }
    return false;
}

/* What a limit, or a layer in front that has too much to do, says of any request. */
static bool is_of_the_load(const struct observation *seen)
{
    return seen->status == STATUS_TOO_MANY || (seen->status >= 502 && seen->status <= 504);
}

static bool is_of_kind(const struct evidence *evidence, size_t first, size_t index)
{
    return strcmp(evidence->exchanges[index]->sent, evidence->exchanges[first]->sent) == 0;
}

/* Whether some of the kind of `first` met nothing of that sort. */
static bool any_is_own(const struct evidence *evidence, size_t first)
{
    for (size_t i = first; i < evidence->count; i++)
        if (is_of_kind(evidence, first, i) && !is_of_the_load(&evidence->exchanges[i]->seen))
            return true;
    return false;
}

/* The answers to requests of the kind of `first`, without those that the load gave: a limit on
 * forgeries is a good thing and tells nothing. The caller frees `out->items`. */
static struct likes likes_of(const struct evidence *evidence, size_t first)
{
    const struct exchange **items =
        mem_alloc((evidence->count + 1) * sizeof(const struct exchange *));
    struct likes likes = {items, 0};
    bool any_own = any_is_own(evidence, first);
    for (size_t i = first; i < evidence->count; i++) {
        const struct observation *seen = &evidence->exchanges[i]->seen;
        bool left_out = any_own ? is_of_the_load(seen) : seen->status == STATUS_TOO_MANY;
        if (!left_out && is_of_kind(evidence, first, i))
            items[likes.count++] = evidence->exchanges[i];
    }
    return likes;
}

static bool is_first_of_kind(const struct evidence *evidence, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(evidence->exchanges[i]->sent, evidence->exchanges[index]->sent) == 0)
            return false;
    return true;
}

static void found_difference(const struct evidence *evidence, size_t first, size_t other,
                             const char *what, struct finding *out)
{
    finding_set(out, FINDING_BROKEN, evidence, other);
    buf_add_format(&out->reason, "the responses to \"%s\" and \"%s\" differ in %s",
                   evidence->exchanges[first]->sent, evidence->exchanges[other]->sent, what);
}

/* Requests that are all of one kind must get the very same answer. */
static void check_one_kind(const struct evidence *evidence, struct likes kind, struct finding *out)
{
    for (size_t i = 1; i < kind.count; i++) {
        const char *what = likeness_difference(kind.items[0], kind.items[i]);
        if (what) {
            found_difference(evidence, 0, i, what, out);
            return;
        }
    }
}

/* Each kind is compared with every kind before it: one whose answers differ among themselves is
 * like all others, and must not hide that two of those differ. */
static void check_kinds(const struct evidence *evidence, struct finding *out)
{
    const char *what = NULL;
    for (size_t i = 1; !what && i < evidence->count; i++) {
        struct likes kind = likes_of(evidence, i);
        for (size_t k = 0; !what && is_first_of_kind(evidence, i) && k < i; k++) {
            struct likes before = likes_of(evidence, k);
            what = is_first_of_kind(evidence, k) ? likeness_of_kinds(before, kind) : NULL;
            if (what)
                found_difference(evidence, k, i, what, out);
            free(before.items);
        }
        free(kind.items);
    }
}

static void check_alike(const struct call *call, const struct evidence *evidence,
                        struct finding *out)
{
    if (!begin(evidence, 2, out) || any_missing(evidence, out))
        return;
    struct likes kind = likes_of(evidence, 0);
    bool is_one_kind = true;
    for (size_t i = 1; i < evidence->count; i++)
        is_one_kind = is_one_kind && !is_first_of_kind(evidence, i);
    if (is_one_kind)
        check_one_kind(evidence, kind, out);
    else
        check_kinds(evidence, out);
    free(kind.items);
}

static void check_same_status(const struct call *call, const struct evidence *evidence,
                              struct finding *out)
{
    if (!begin(evidence, 2, out) || any_missing(evidence, out))
        return;
    for (size_t i = 1; i < evidence->count; i++) {
        int first = evidence->exchanges[0]->seen.status;
        int other = evidence->exchanges[i]->seen.status;
        if (first == other)
            continue;
        finding_set(out, FINDING_BROKEN, evidence, i);
        buf_add_format(&out->reason, "%d for \"%s\", but %d for \"%s\"", first,
                       evidence->exchanges[0]->sent, other, evidence->exchanges[i]->sent);
        return;
    }
}

static void check_not_all_accepted(const struct call *call, const struct evidence *evidence,
                                   struct finding *out)
{
    size_t accepted = 0;
    if (!begin(evidence, 1, out))
        return;
    for (size_t i = 0; i < evidence->count; i++) {
        enum answer answer = answer_of(&evidence->exchanges[i]->seen);
        accepted += answer == ANSWER_ACCEPTED;
        if (answer != ANSWER_ACCEPTED && !came_to_nothing(answer)) {
            finding_set(out, FINDING_KEPT, evidence, i);
            return;
        }
    }
    if (accepted < evidence->count) {
        (void)any_missing(evidence, out);
        return;
    }
    finding_set(out, FINDING_BROKEN, evidence, evidence->count - 1);
    buf_add_text(&out->reason, "all of them were accepted");
}

/* A reset or silence on a connection that the endpoint had not closed: Panora's sender loses that
 * event. */
static enum finding_kind judge_reuse(const struct observation *before,
                                     const struct observation *after, struct buf *reason)
{
    bool unanswered = came_to_nothing(answer_of(after));
    if (came_to_nothing(answer_of(before)) || (unanswered && !after->reused)) {
        buf_add_text(reason, "there was no response on a new connection either");
        return FINDING_UNDECIDED;
    }
    if (unanswered) {
        buf_add_text(reason, "the connection was open when the event was sent, and then ended "
                             "without a response; Panora does not retry");
        return FINDING_BROKEN;
    }
    if (before->keep_alive && before->idle_was_reset) {
        buf_add_text(reason, "it reset the idle connection instead of closing it");
        return FINDING_BROKEN;
    }
    if (before->keep_alive && before->idle_closed_ns >= 0 && before->idle_closed_ns < NS_PER_S) {
        buf_add_text(reason, "it announced keep-alive and closed the connection ");
        text_add_duration(reason, before->idle_closed_ns);
        buf_add_text(reason, " later: an event sent at that moment is lost");
        return FINDING_TOLERATED;
    }
    return FINDING_KEPT;
}

/* How long the connection was seen to stay open with nothing on it. */
static void measure_idle(const struct observation *before, const struct observation *after,
                         struct case_result *out)
{
    struct buf sentence = {0};
    bool was_closed = before->idle_closed_ns >= 0;
    int64_t ns = was_closed ? before->idle_closed_ns
                            : after->started_ns - before->started_ns - before->total_ns;
    bool was_used = after->reused && after->outcome == OUTCOME_ANSWERED;
    bool means_it = before->outcome == OUTCOME_ANSWERED && before->keep_alive;
    if (!out || !means_it || !(was_closed || was_used) || ns < 0)
        return;
    buf_add_text(&sentence, was_closed ? "closes an idle connection after "
                                       : "keeps an idle connection open for at least ");
    text_add_duration(&sentence, ns);
    buf_add_text(&sentence, "; Panora reuses connections for about 5 s");
    (void)case_result_add_measure(out, was_closed ? "idle-closed" : "idle-kept",
                                  (double)ns / (double)NS_PER_MS, "ms", buf_take(&sentence));
}

static void check_idle(const struct call *call, const struct evidence *evidence,
                       struct finding *out)
{
    if (!begin(evidence, 2, out))
        return;
    finding_set(out, FINDING_KEPT, evidence, evidence->count - 1);
    for (size_t i = 1; i < evidence->count; i++) {
        struct buf reason = {0};
        measure_idle(&evidence->exchanges[i - 1]->seen, &evidence->exchanges[i]->seen,
                     out->measured);
        enum finding_kind kind =
            judge_reuse(&evidence->exchanges[i - 1]->seen, &evidence->exchanges[i]->seen, &reason);
        if (kind != FINDING_KEPT && out->kind == FINDING_KEPT) {
            finding_set(out, kind, evidence, i);
            buf_add_bytes(&out->reason, buf_bytes(&reason));
        }
        buf_clear(&reason);
    }
}

/* Genuine events, as many forgeries, genuine events. */
struct siege {
    size_t num_before;   /* that were answered */
    size_t num_accepted; /* of them */
    size_t num_forged;
    size_t odd_before;     /* one of them that was not accepted; the number of all = none */
    size_t num_after;      /* that were accepted */
    size_t accepted_after; /* the last of them */
    size_t refused_after;  /* the first that was refused; the number of all = none */
};

/* So many of them accepted show that a refusal after the forgeries has to do with these, even if
 * some fail now and then. */
#define ACCEPTED_LEAST 10

/* Some event before the forgeries met this, too. */
static bool was_met_before(const struct evidence *evidence, int status)
{
    for (size_t i = 0; i < evidence->count && evidence->exchanges[i]->genuine; i++)
        if (evidence->exchanges[i]->seen.status == status)
            return true;
    return false;
}

static void note_besieged(const struct evidence *evidence, size_t index, struct siege *siege)
{
    enum answer answer = answer_of(&evidence->exchanges[index]->seen);
    bool refused = answer == ANSWER_REFUSED || answer == ANSWER_ERROR;
    if (siege->num_forged == 0) {
        siege->num_before++;
        siege->num_accepted += answer == ANSWER_ACCEPTED;
        if (answer != ANSWER_ACCEPTED)
            siege->odd_before = index;
        return;
    }
    siege->num_after += answer == ANSWER_ACCEPTED;
    if (answer == ANSWER_ACCEPTED)
        siege->accepted_after = index;
    if (!refused)
        return;
    if (siege->refused_after == evidence->count ||
        was_met_before(evidence, evidence->exchanges[siege->refused_after]->seen.status))
        siege->refused_after = index; /* what none met before tells more */
}

static struct siege siege_of(const struct evidence *evidence)
{
    struct siege siege = {.odd_before = evidence->count, .refused_after = evidence->count};
    for (size_t i = 0; i < evidence->count; i++) {
        if (answer_of(&evidence->exchanges[i]->seen) == ANSWER_NONE)
            continue;
        if (evidence->exchanges[i]->genuine) {
            note_besieged(evidence, i, &siege);
            continue;
        }
        siege.num_forged++;
        siege.num_after = 0; /* the last ones tell: who recovers is besieged once more */
        siege.refused_after = evidence->count;
    }
    return siege;
}

/* Those after the forgeries tell what the forgeries did where all before got in; or most of them,
 * while those after meet what none met before. */
static bool can_tell(const struct evidence *evidence, const struct siege *siege)
{
    size_t after = siege->refused_after;
    if (siege->odd_before == evidence->count)
        return true;
    return siege->num_accepted >= ACCEPTED_LEAST && siege->num_accepted * 2 > siege->num_before &&
           after < evidence->count &&
           !was_met_before(evidence, evidence->exchanges[after]->seen.status);
}

static void check_not_locked_out(const struct call *call, const struct evidence *evidence,
                                 struct finding *out)
{
    struct siege siege = siege_of(evidence);
    if (siege.num_before == 0 || siege.num_forged == 0) {
        finding_of_nothing(out, evidence);
        return;
    }
    if (siege.num_after) { /* they did not keep it out, whatever was refused before */
        finding_set(out, FINDING_KEPT, evidence, siege.accepted_after);
        return;
    }
    if (!can_tell(evidence, &siege)) {
        finding_set(out, FINDING_UNDECIDED, evidence, siege.odd_before);
        buf_add_text(&out->reason, "a genuine event before the forgeries failed too");
        return;
    }
    bool locked = siege.refused_after < evidence->count;
    finding_set(out, locked ? FINDING_BROKEN : FINDING_UNDECIDED, evidence,
                locked ? siege.refused_after : evidence->count - 1);
    if (locked)
        buf_add_format(&out->reason,
                       siege.num_accepted == siege.num_before
                           ? "it accepted %zu genuine events in a row, but none after %zu forgeries"
                           : "it accepted %zu genuine events before, but none after %zu forgeries",
                       siege.num_accepted, siege.num_forged);
}

static void check_https(const struct call *call, const struct evidence *evidence,
                        struct finding *out)
{
    out->decisive = evidence->count;
    out->kind = FINDING_KEPT;
    buf_add_text(&out->actual, evidence->run->is_tls ? "https" : "http");
    if (evidence->run->is_tls || !evidence->run->is_private) {
        out->kind = evidence->run->is_tls ? FINDING_KEPT : FINDING_BROKEN;
        return;
    }
    out->kind = FINDING_SKIPPED;
    buf_add_text(&out->reason, "https is not needed on a loopback or private address");
}

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"alike",
      "case",
      "gives the same response to each of these: status, body and headers, ignoring dates, request "
      "ids and 429",
      {{0}}},
     "responses that look alike",
     .check = check_alike},
    {{"same-status", "case", "answers each of these with the same status", {{0}}},
     "the same status for all",
     .check = check_same_status},
    {{"not-all-accepted",
      "case",
      "does not accept all of these, but accepts the matching genuine events",
      {{0}}},
     "not all of them accepted",
     .needs_control = true,
     .check = check_not_all_accepted},
    {{"not-locked-out",
      "case",
      "accepts genuine events that follow forgeries, if it accepts as many that precede them",
      {{0}}},
     "2xx to genuine events after forgeries, as before them",
     .check = check_not_locked_out},
    {{"survives-idle",
      "case",
      "answers on a connection that was idle, or closed it cleanly before",
      {{0}}},
     "a response, or a connection that was closed cleanly before",
     .needs_raw = true,
     .check = check_idle},
    {{"https", "any", "uses https, unless it is on a loopback or private address", {{0}}},
     "https",
     .check = check_https},
};
const struct table_part expectations_of_together = TABLE_PART(rows);
