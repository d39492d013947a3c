/*
 * Does what strangers send keep Panora's events out? As many genuine events as forgeries go out,
 * each followed by genuine ones: who accepts them after the former only, counts refusals against
 * everybody. The run has asked that once, in a case of its own and before any other forgery; here
 * it is asked again, where the endpoint has come round.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/attribution.h"
#include "diagnose/series.h"

#define LOCKOUT_CASE "panora/delivery/forgeries-do-not-lock-out"

static const struct diagnosis_kind kinds[] = {
    {"locks-out", "refuses genuine events after forgeries that it refused",
     "anyone can keep Panora's events out with a few forgeries; such events are lost",
     "verify the signature before you count towards a limit, and always let genuine events in; a "
     "limit per client address does not help behind a proxy, where all clients share one"},
    {"stops-accepting", "accepted events at first, and later refused every event",
     "the events it turns away are lost: Panora does not retry them",
     "look at the log for the first of these responses: a quota that is used up, a lock after "
     "failed attempts, or a change of the secret while it runs; then run again"},
};
enum { KIND_LOCKS_OUT, KIND_STOPS };

/* --- what the run saw --- */

static const struct case_result *broken_case(const struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (strcmp(one->id, LOCKOUT_CASE) == 0 && one->decisive < one->num_exchanges &&
            !one->canary_failed && !one->behind_first && one->exchanges[one->decisive].genuine &&
            (one->verdict == VERDICT_FAIL || one->verdict == VERDICT_WARN))
            return one;
    }
    return NULL;
}

/* How many forgeries met the same as the first of them, until something changed. */
static size_t forgeries_allowed(const struct case_result *one, size_t *out_all)
{
    size_t allowed = 0;
    int status = 0;
    *out_all = 0;
    for (size_t i = 0; i < one->num_exchanges; i++) {
        const struct exchange *exchange = &one->exchanges[i];
        if (exchange->genuine || answer_of(&exchange->seen) == ANSWER_NONE)
            continue;
        if ((*out_all)++ == 0)
            status = exchange->seen.status;
        allowed += allowed + 1 == *out_all && exchange->seen.status == status;
    }
    return allowed;
}

/* --- what is said --- */

static struct diagnosis *claim(struct investigation *inv, size_t kind, char *sentence,
                               char *accepted, char *refused, const char *because)
{
    struct diagnosis_kind named = kinds[kind];
    named.sentence = sentence;
    struct diagnosis *diagnosis = found_pair(inv, &named, HARM_LOST, accepted, refused,
                                             kind == KIND_LOCKS_OUT ? "forgeries" : "");
    if (because) {
        diagnosis->confidence = CONFIDENCE_LIKELY;
        free(diagnosis->likely_because);
        diagnosis->likely_because = mem_text(because);
    }
    free(sentence);
    free(accepted);
    free(refused);
    return diagnosis;
}

static void claim_lock(struct investigation *inv, const struct case_result *one,
                       const char *because)
{
    const struct observation *seen = &one->exchanges[one->decisive].seen;
    size_t all;
    size_t allowed = forgeries_allowed(one, &all);
    struct buf met = {0};
    answer_describe_untimed(seen, &met);
    struct diagnosis *diagnosis =
        claim(inv, KIND_LOCKS_OUT,
              mem_format("answers %s to genuine events after %s%zu refused forgeries",
                         buf_text(&met), allowed < all ? "" : "at most ", allowed),
              mem_format("%zu genuine events, and the next one", all),
              mem_format("%zu forgeries, and a genuine event after them: %s", all, buf_text(&met)),
              because);
    found_explain(diagnosis, one);
    attribute_unstable(inv, diagnosis, seen->status, answer_of(seen));
    inv->unstable = true;
    inv->unstable_status = seen->status;
    inv->limited_status = seen->status;
    buf_clear(&met);
}

/* --- once more --- */

#define AFTERWARDS   3
#define RETURN_TRIES 24
#define RETURN_NS    (250 * NS_PER_MS)

#define MORE_FORGERIES 10 /* than it took the first time */

/* So many of them, one after another; how many of those sent were not accepted. */
static size_t send_many(struct investigation *inv, const struct specimen *specimen, size_t many,
                        size_t *out_sent)
{
    size_t num_failed = 0;
    *out_sent = 0;
    while (many > 0 && !inv->closed) {
        struct series series;
        size_t count = many < SERIES_MAX ? many : SERIES_MAX;
        series_run(inv, specimen, count, 1, 0, false, &series);
        num_failed += series.num_failed;
        *out_sent += series.count;
        many -= count;
    }
    return num_failed;
}

/* True: it accepts so many genuine events in a row, but none after as many forgeries. */
static bool keeps_out_again(struct investigation *inv, const struct case_result *one)
{
    const struct specimen genuine = {0};
    const struct specimen forged = {.forged = true};
    size_t sent;
    size_t all;
    size_t many = forgeries_allowed(one, &all) + MORE_FORGERIES;
    many = many < all ? many : all;
    if (send_many(inv, &genuine, many + 1, &sent) > 0 || sent <= many)
        return false;
    (void)send_many(inv, &forged, many, &sent);
    return send_many(inv, &genuine, AFTERWARDS, &sent) == AFTERWARDS;
}

static bool comes_round(struct investigation *inv)
{
    const struct specimen genuine = {0};
    struct series series = {0};
    for (size_t i = 0; i < RETURN_TRIES && !inv->closed; i++) {
        series_run(inv, &genuine, 1, 1, RETURN_NS, false, &series);
        if (series.count && series.num_failed == 0)
            return true;
    }
    return false;
}

/* --- for good --- */

#define LOST_MIN 10

/* From some time on nothing was accepted: how many were before, how many not since. */
struct turn {
    size_t num_before;
    size_t num_since;
    size_t num_forged; /* refused before it */
    int64_t last_ns;   /* when the latest that was accepted began */
    const struct exchange *lost;
    const struct exchange *kept; /* the latest that was accepted */
};

static bool is_refusal(const struct sight *sight)
{
    return sight->answer == ANSWER_REFUSED || sight->answer == ANSWER_ERROR;
}

static struct turn find_turn(const struct investigation *inv)
{
    struct turn turn = {0};
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool accepted = sight->exchange->genuine && sight->exchange->accepted &&
                        !sight->exchange->by_scheme && sight->has_event;
        turn.num_before += accepted;
        if (accepted && sight->exchange->seen.started_ns > turn.last_ns) {
            turn.kept = sight->exchange;
            turn.last_ns = sight->exchange->seen.started_ns;
        }
    }
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool late = sight->exchange->seen.started_ns > turn.last_ns;
        turn.num_forged += !late && !sight->exchange->genuine && is_refusal(sight);
        if (!late || !sight->exchange->genuine || !sight->is_plain || !is_refusal(sight))
            continue;
        turn.num_since++;
        turn.lost = sight->exchange;
    }
    return turn;
}

/* An event that was accepted before is accepted once more: then it is no matter of time. */
static bool is_still_accepted(struct investigation *inv, const struct exchange *kept)
{
    return kept && !kept->body_let_go && ask_request(inv, &kept->request, NULL) == ANSWER_ACCEPTED;
}

static bool claim_turn(struct investigation *inv)
{
    struct turn turn = find_turn(inv);
    if (turn.num_before < LOST_MIN || turn.num_since < LOST_MIN ||
        is_still_accepted(inv, turn.kept))
        return false;
    struct buf met = {0};
    answer_describe_untimed(&turn.lost->seen, &met);
    struct diagnosis *diagnosis =
        claim(inv, KIND_STOPS,
              mem_format(
                  "accepted %zu events and refused %zu forgeries at first, and then answered %s to "
                  "every event",
                  turn.num_before, turn.num_forged, buf_text(&met)),
              mem_format("%zu events before", turn.num_before),
              mem_format("all %zu events since: %s", turn.num_since, buf_text(&met)),
              "it did not accept events again, so what changed could not be asked");
    attribute_unstable(inv, diagnosis, turn.lost->seen.status, answer_of(&turn.lost->seen));
    inv->unstable = true;
    inv->unstable_status = turn.lost->seen.status;
    buf_clear(&met);
    return true;
}

bool lockout_measure(struct investigation *inv)
{
    const struct case_result *one = broken_case(inv);
    if (!inv->has_base && one)
        claim_lock(inv, one,
                   "it did not accept events again, so the comparison could not be repeated");
    if (!inv->has_base)
        return one || claim_turn(inv);
    if (!one || !keeps_out_again(inv, one))
        return false;
    claim_lock(inv, one, NULL);
    return !comes_round(inv);
}

void lockout_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        kinds_add(out, kinds[i]);
}
