/* Expectations about how requests travel. */
#include <string.h>

#include "base/text.h"
#include "judge/finding.h"
#include "panora/event.h"

/* The runner sends the genuine event that follows, and says so when it was not accepted: here only
 * whether anything was sent. */
static enum finding_kind one_stays_up(const struct call *call, const struct evidence *evidence,
                                      size_t index, struct buf *reason)
{
    enum answer answer = answer_of(&evidence->exchanges[index]->seen);
    return answer == ANSWER_UNREACHED ? FINDING_UNDECIDED : FINDING_KEPT;
}

static void check_stays_up(const struct call *call, const struct evidence *evidence,
                           struct finding *out)
{
    check_each(call, evidence, one_stays_up, out);
}

static enum finding_kind one_continues(const struct call *call, const struct evidence *evidence,
                                       size_t index, struct buf *reason)
{
    if (!evidence->exchanges[index]->seen.waited_in_vain)
        return FINDING_KEPT;
    buf_add_text(reason, "there was no 100 Continue within a second; the body was sent without it");
    return FINDING_BROKEN;
}

/* An endpoint that goes on once can do it: what held it up the other time is no defect of its
 * server. One that cannot never goes on. */
static void check_continues(const struct call *call, const struct evidence *evidence,
                            struct finding *out)
{
    check_each(call, evidence, one_continues, out);
    for (size_t i = 0; out->kind == FINDING_BROKEN && i < evidence->count; i++) {
        const struct observation *seen = &evidence->exchanges[i]->seen;
        if (seen->waited_in_vain || answer_of(seen) == ANSWER_NONE ||
            came_to_nothing(answer_of(seen)))
            continue;
        finding_set(out, FINDING_KEPT, evidence, i);
        buf_reset(&out->reason);
    }
}

/* A host may have one family only, and a local server may listen on one only. */
static bool is_not_served(const struct evidence *evidence, size_t index)
{
    enum outcome outcome = evidence->exchanges[index]->seen.outcome;
    return outcome == OUTCOME_UNRESOLVED ||
           (evidence->run->is_private &&
            (outcome == OUTCOME_REFUSED || outcome == OUTCOME_UNREACHABLE));
}

static void check_same_by_family(const struct call *call, const struct evidence *evidence,
                                 struct finding *out)
{
    finding_set(out, FINDING_KEPT, evidence, 0);
    for (size_t i = 0; i < evidence->count; i++) {
        const struct exchange *exchange = evidence->exchanges[i];
        enum finding_kind kind = is_not_served(evidence, i)                  ? FINDING_SKIPPED
                                 : answer_of(&exchange->seen) == ANSWER_NONE ? FINDING_UNDECIDED
                                                                             : FINDING_KEPT;
        if (kind == FINDING_KEPT)
            continue;
        int version = exchange->request.transport.ip_version;
        finding_set(out, kind, evidence, i);
        if (kind == FINDING_SKIPPED)
            buf_add_format(&out->reason,
                           "nobody answers over IPv%d, so there is nothing to compare", version);
        else
            buf_add_format(&out->reason, "IPv%d: %s", version, exchange->seen.detail);
        return;
    }
    for (size_t i = 1; i < evidence->count; i++) {
        const struct observation *first = &evidence->exchanges[0]->seen;
        const struct observation *other = &evidence->exchanges[i]->seen;
        if (answer_of(first) == answer_of(other))
            continue;
        if (was_rate_limited(first) || was_rate_limited(other)) {
            finding_set(out, FINDING_UNDECIDED, evidence, i);
            finding_rate_limited(&out->reason);
            return;
        }
        finding_set(out, FINDING_BROKEN, evidence, i);
        buf_add_format(&out->reason,
                       "over IPv%d: ", evidence->exchanges[0]->request.transport.ip_version);
        answer_describe(first, &out->reason);
        buf_add_format(&out->reason,
                       "; over IPv%d: ", evidence->exchanges[i]->request.transport.ip_version);
        answer_describe(other, &out->reason);
        return;
    }
}

/* The first may itself have been late. */
static int64_t quickest_ns(const struct evidence *evidence)
{
    int64_t quickest = evidence->exchanges[0]->seen.total_ns;
    for (size_t i = 1; i < evidence->count; i++) {
        const struct observation *seen = &evidence->exchanges[i]->seen;
        if (answer_of(seen) == ANSWER_ACCEPTED && seen->total_ns < quickest)
            quickest = seen->total_ns;
    }
    return quickest;
}

/* What is signed rightly and comes in an odd form is no forgery. */
static bool is_forged(const struct exchange *exchange)
{
    const char *given = headers_find(&exchange->request.headers, PANORA_SIGNATURE_HEADER);
    bool is_known = !exchange->genuine && exchange->right_signature[0];
    return is_known && (!given || strcmp(given, exchange->right_signature) != 0);
}

/* What is left out of the comparison: what was ended on purpose, and a forgery that was answered.
 */
static bool is_beside(const struct exchange *exchange)
{
    return exchange->request.transport.stop != STOP_NOT ||
           (is_forged(exchange) && exchange->seen.outcome == OUTCOME_ANSWERED);
}

/* False when that decides the case: it was not accepted as well, or cannot be compared. */
static bool was_kept(const struct evidence *evidence, size_t at, int64_t most_ns,
                     struct finding *out)
{
    const struct exchange *exchange = evidence->exchanges[at];
    enum answer answer = answer_of(&exchange->seen);
    bool kept =
        !is_forged(exchange) && answer == ANSWER_ACCEPTED && exchange->seen.total_ns <= most_ns;
    bool limited = was_rate_limited(&exchange->seen);
    bool open = answer == ANSWER_NONE || limited || is_forged(exchange);
    finding_set(out, kept ? FINDING_KEPT : open ? FINDING_UNDECIDED : FINDING_BROKEN, evidence, at);
    if (kept)
        return true;
    if (limited)
        finding_rate_limited(&out->reason);
    else if (answer == ANSWER_NONE)
        buf_add_text(&out->reason, exchange->seen.detail);
    else if (is_forged(exchange))
        buf_add_text(&out->reason, "the forgery between the events got no answer");
    else if (answer == ANSWER_ACCEPTED)
        buf_add_text(&out->reason, "it was delayed");
    return false;
}

/* Only beside the plain one, accepted, does it mean anything that another is not. */
static void check_accepted_as_well(const struct call *call, const struct evidence *evidence,
                                   struct finding *out)
{
    finding_set(out, FINDING_UNDECIDED, evidence, 0);
    if (evidence->count == 0 || answer_of(&evidence->exchanges[0]->seen) != ANSWER_ACCEPTED) {
        buf_add_text(&out->reason, "the same event, sent normally, failed too");
        return;
    }
    int64_t most_ns = quickest_ns(evidence) + call->values[0].number;
    for (size_t i = 1; i < evidence->count; i++)
        if (!is_beside(evidence->exchanges[i]) && !was_kept(evidence, i, most_ns, out))
            return;
}

/* A server that refuses what it has not read to its end closes with bytes unread, and the system
 * turns that into a reset, which may overtake the answer in part or in whole (RFC 9112 9.6). */
static enum finding_kind kind_of_survival(const struct exchange *exchange)
{
    enum answer answer = answer_of(&exchange->seen);
    if (answer == ANSWER_ACCEPTED || answer == ANSWER_REFUSED)
        return FINDING_KEPT;
    if (answer == ANSWER_NONE)
        return FINDING_UNDECIDED;
    bool ended = answer == ANSWER_DIED || answer == ANSWER_BROKEN;
    bool is_refusal = exchange->seen.status / 100 == 4 || has_large_head(&exchange->request);
    bool broke = exchange->seen.status / 100 == 5;
    if (ended && is_refusal)
        return broke ? FINDING_TOLERATED : FINDING_KEPT;
    return FINDING_BROKEN;
}

/* Without a usual event that was accepted before it, what follows shows nothing: `out` says so. */
static bool began_well(const struct evidence *evidence, struct finding *out)
{
    finding_set(out, FINDING_UNDECIDED, evidence, 0);
    if (evidence->count && answer_of(&evidence->exchanges[0]->seen) == ANSWER_ACCEPTED)
        return true;
    buf_add_text(&out->reason, "the normal event sent first failed too");
    return false;
}

static void judge_survival(const struct evidence *evidence, bool errors_count, struct finding *out)
{
    if (!began_well(evidence, out))
        return;
    size_t last = evidence->count - 1;
    const struct exchange *exchange = evidence->exchanges[last];
    enum finding_kind kind = kind_of_survival(exchange);
    if (!errors_count && answer_of(&exchange->seen) == ANSWER_ERROR)
        kind = FINDING_KEPT;
    finding_set(out, kind, evidence, last);
    if (kind == FINDING_UNDECIDED)
        buf_add_text(&out->reason, exchange->seen.detail);
}

static void check_survives_as_well(const struct call *call, const struct evidence *evidence,
                                   struct finding *out)
{
    judge_survival(evidence, true, out);
}

/* For what nobody sends but who has the secret, and Panora does not: an exception is as good an end
 * as a refusal. */
static void check_outlives_as_well(const struct call *call, const struct evidence *evidence,
                                   struct finding *out)
{
    judge_survival(evidence, false, out);
}

/* The second one is as large as the third and harmless: what the server does to both says nothing
 * about what stands behind it. */
static void check_refused_for_itself(const struct call *call, const struct evidence *evidence,
                                     struct finding *out)
{
    if (!began_well(evidence, out) || evidence->count < 3)
        return;
    const struct observation *harmless = &evidence->exchanges[1]->seen;
    enum answer answer = answer_of(harmless);
    bool open = answer == ANSWER_NONE || answer == ANSWER_UNREACHED || was_rate_limited(harmless);
    finding_set(out, open ? FINDING_UNDECIDED : FINDING_SKIPPED, evidence, 1);
    if (answer != ANSWER_ACCEPTED) {
        buf_add_text(&out->reason,
                     open ? harmless->detail
                          : "the server refuses headers of this size, whatever they contain");
        return;
    }
    const struct observation *seen = &evidence->exchanges[2]->seen;
    answer = answer_of(seen);
    finding_set(out,
                answer == ANSWER_REFUSED                              ? FINDING_KEPT
                : answer == ANSWER_ERROR                              ? FINDING_TOLERATED
                : answer == ANSWER_NONE || answer == ANSWER_UNREACHED ? FINDING_UNDECIDED
                                                                      : FINDING_BROKEN,
                evidence, 2);
    if (answer == ANSWER_ERROR)
        buf_add_text(&out->reason,
                     "it was not accepted, but the endpoint failed instead of refusing it");
    if (out->kind == FINDING_UNDECIDED)
        buf_add_text(&out->reason, seen->detail);
}

/* RFC 9110 sections 15.6.2 and 15.6.6: what a server says to a way of sending that it lacks. */
static bool lacks_support(const struct observation *seen)
{
    return seen->status == 501 || seen->status == 505;
}

/* These forgeries may also fail for the way in which they come, with whatever that server makes of
 * it: what counts is that none gets in. */
static enum finding_kind kind_of_refusal(const struct observation *seen)
{
    if (seen->status / 100 == 4 || lacks_support(seen))
        return FINDING_KEPT;
    if (answer_of(seen) == ANSWER_NONE)
        return FINDING_UNDECIDED;
    return seen->status / 100 == 2 ? FINDING_BROKEN : FINDING_TOLERATED;
}

static void check_refused_as_well(const struct call *call, const struct evidence *evidence,
                                  struct finding *out)
{
    if (!began_well(evidence, out))
        return;
    for (size_t i = 1; i < evidence->count; i++) {
        enum finding_kind kind = kind_of_refusal(&evidence->exchanges[i]->seen);
        finding_set(out, kind, evidence, i);
        if (kind == FINDING_UNDECIDED)
            buf_add_text(&out->reason, evidence->exchanges[i]->seen.detail);
        if (kind == FINDING_TOLERATED)
            buf_add_text(&out->reason, "it was not accepted, but not refused either");
        if (kind != FINDING_KEPT)
            return;
    }
}

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"stays-up", "step", "stays up: accepts a genuine event sent next", {{0}}},
     "an endpoint that is still up afterwards",
     .check = check_stays_up},
    {{"continues", "step", "answers `Expect: 100-continue` without delay", {{0}}},
     "a 100 Continue, or a response, within a second",
     .is_timed = true,
     .check = check_continues},
    {{"accepted-as-well",
      "case",
      "accepts the later ones if it accepts the first, which is sent normally; a forgery "
      "between them is not judged",
      {{.name = "slower-by",
        .kind = PARAMETER_DURATION,
        .fallback = "1h",
        .sentence = "how much longer they may take"}}},
     "a 2xx, as for the event that was sent normally",
     .is_timed = true,
     .check = check_accepted_as_well},
    {{"refused-as-well",
      "case",
      "refuses the others with any 4xx if it accepts the first, a normal event",
      {{0}}},
     "any 4xx, and 2xx for the normal event",
     .check = check_refused_as_well},
    {{"refused-for-itself",
      "case",
      "refuses the third one with any 4xx if it accepts the second, which is as large and harmless",
      {{0}}},
     "any 4xx, and 2xx for the harmless event of the same size",
     .check = check_refused_for_itself},
    {{"survives-as-well",
      "case",
      "answers the last one with 2xx or 4xx if it accepts the first",
      {{0}}},
     "a 2xx or a 4xx, from an endpoint that is still up afterwards",
     .check = check_survives_as_well},
    {{"outlives-as-well",
      "case",
      "answers the last one with 2xx, 4xx or 5xx if it accepts the first",
      {{0}}},
     "a 2xx, 4xx or 5xx, from an endpoint that is still up afterwards",
     .check = check_outlives_as_well},
    {{"same-by-family",
      "case",
      "gives the same response over IPv4 and IPv6; a family that it does not serve is skipped",
      {{0}}},
     "the same over IPv4 and IPv6",
     .check = check_same_by_family},
};
const struct table_part expectations_of_transport = TABLE_PART(rows);
