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
    {"limits-the-rate", "answers 429 once it has had a number of requests, and to every one since",
     "the events it turns away are lost: Panora does not retry them, whatever Retry-After says",
     "exempt Panora's events from the quota (the signature authenticates them), or raise it; wait "
     "until it counts anew, and run again with fewer cases (--only)"},
};
enum { KIND_LOCKS_OUT, KIND_STOPS, KIND_QUOTA };

/* --- what the run saw --- */

/* What kept a genuine event out, as far as the run has seen it. */
struct lock {
    const struct case_result *one; /* that asked for it; NULL = it was not selected */
    int status;                    /* that such an event met */
    enum answer answer;
    size_t num_forged;  /* forgeries before it */
    size_t num_allowed; /* of them, until something changed */
};

static const struct case_result *find_case(const struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < result->num_cases; i++)
        if (strcmp(result->cases[i].id, LOCKOUT_CASE) == 0)
            return &result->cases[i];
    return NULL;
}

static bool shows_it(const struct investigation *inv, const struct case_result *one)
{
    return one->decisive < one->num_exchanges && !one->canary_failed &&
           (!one->behind_first || inv->has_base) && one->exchanges[one->decisive].genuine &&
           case_is_in_trouble(one);
}

/* Whether some request met a limit; of those that were sent again it shows no more. */
static bool any_was_limited(const struct investigation *inv)
{
    bool limited = inv->met_limit || inv->input->crowded_status == 429;
    for (size_t i = 0; !limited && i < inv->num_sights; i++)
        limited = sight_was_limited(&inv->sights[i]);
    return limited;
}

/* How many forgeries met the same as the first of them, until something changed. */
static void count_forged(const struct case_result *one, struct lock *out)
{
    int status = 0;
    for (size_t i = 0; i < one->num_exchanges; i++) {
        const struct exchange *exchange = &one->exchanges[i];
        if (exchange->genuine || answer_of(&exchange->seen) == ANSWER_NONE)
            continue;
        if (out->num_forged++ == 0)
            status = exchange->seen.status;
        out->num_allowed +=
            out->num_allowed + 1 == out->num_forged && exchange->seen.status == status;
    }
}

#define FORGERIES 20 /* where the case could not tell */

/* It passed, and each forgery that was sent counted: then there is nothing to ask. */
static bool has_refused_all(const struct case_result *one)
{
    size_t num_refused = 0;
    for (size_t i = 0; i < one->num_exchanges; i++) {
        enum answer answer = answer_of(&one->exchanges[i].seen);
        if (one->exchanges[i].genuine || answer == ANSWER_NONE)
            continue;
        if (answer != ANSWER_REFUSED)
            return false;
        num_refused++;
    }
    return one->verdict == VERDICT_PASS && num_refused >= FORGERIES;
}

/* Where requests met a limit, the case may have failed to tell it for something else that is
 * wrong about them. */
static bool find_lock(const struct investigation *inv, struct lock *out)
{
    const struct case_result *one = find_case(inv);
    *out = (struct lock){.one = one};
    if (one && shows_it(inv, one)) {
        out->status = one->exchanges[one->decisive].seen.status;
        out->answer = answer_of(&one->exchanges[one->decisive].seen);
        count_forged(one, out);
        return true;
    }
    out->num_forged = out->num_allowed = FORGERIES;
    out->status = 429;
    out->answer = ANSWER_REFUSED;
    return inv->has_base && !(one && has_refused_all(one)) && any_was_limited(inv);
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

static void claim_lock(struct investigation *inv, const struct lock *lock, const char *because)
{
    size_t all = lock->num_forged;
    struct buf met = {0};
    const struct series lost = {.status = lock->status, .answer = lock->answer};
    series_add_met(&lost, &met);
    struct diagnosis *diagnosis = claim(
        inv, KIND_LOCKS_OUT,
        series_sentence(&lost, "",
                        mem_format("to genuine events after %s%zu refused forgeries",
                                   lock->num_allowed < all ? "" : "at most ", lock->num_allowed)),
        mem_format("%zu genuine events, and the next one", all),
        mem_format("%zu forgeries, and a genuine event after them: %s", all, buf_text(&met)),
        because);
    if (lock->one)
        found_explain(diagnosis, lock->one);
    attribute_unstable(inv, diagnosis, lock->status, lock->answer);
    inv->kept.unstable = true;
    inv->kept.unstable_status = lock->status;
    inv->limited_status = lock->status;
    buf_clear(&met);
}

/* --- once more --- */

#define AFTERWARDS   4
#define RETURN_TRIES 24
#define RETURN_NS    (250 * NS_PER_MS)

#define MORE_FORGERIES 10 /* than it took the first time */

/* What came of many, sent one after another. */
struct sent {
    size_t count;
    size_t num_accepted;
    size_t num_kept_out; /* that met what is met by those who are kept out */
};

static struct sent send_many(struct investigation *inv, const struct specimen *specimen,
                             size_t many, int status)
{
    struct sent sent = {0};
    while (many > 0 && !inv->closed) {
        struct series series;
        size_t count = many < SERIES_MAX ? many : SERIES_MAX;
        series_run(inv, specimen, count, 1, inv->gap_ns, false, &series);
        sent.count += series.count;
        sent.num_accepted += series.count - series.num_failed;
        for (size_t i = 0; i < series.count; i++)
            sent.num_kept_out += series.statuses[i] == status;
        many -= count;
    }
    return sent;
}

bool lockout_await_end(struct investigation *inv)
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

/* True: of so many genuine events in a row none is kept out, but all are after as many forgeries.
 * Some may fail for another reason, before and after, and count like forgeries: so those before are
 * sent once more where they are kept out themselves. */
static bool keeps_out_again(struct investigation *inv, const struct lock *lock)
{
    const struct specimen genuine = {0};
    const struct specimen forged = {.forged = true};
    int status = lock->status;
    size_t many = lock->num_allowed + MORE_FORGERIES;
    many = many < lock->num_forged ? many : lock->num_forged;
    many = many < FORGERIES ? FORGERIES : many; /* those before may have counted as well */
    struct sent before = send_many(inv, &genuine, many + 1, status);
    if (before.num_kept_out && lockout_await_end(inv))
        before = send_many(inv, &genuine, many + 1, status);
    if (before.num_kept_out || before.count <= many || before.num_accepted * 2 <= before.count)
        return false;
    (void)send_many(inv, &forged, many, status);
    struct sent after = send_many(inv, &genuine, AFTERWARDS, status);
    return after.num_accepted == 0 && after.num_kept_out * 2 >= AFTERWARDS;
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
        claim(inv, turn.lost->seen.status == 429 ? KIND_QUOTA : KIND_STOPS,
              mem_format(
                  "accepted %zu events and refused %zu forgeries at first, and then answered %s to "
                  "every event",
                  turn.num_before, turn.num_forged, buf_text(&met)),
              mem_format("%zu events before", turn.num_before),
              mem_format("all %zu events since: %s", turn.num_since, buf_text(&met)),
              "it did not accept events again, so what changed could not be asked");
    attribute_unstable(inv, diagnosis, turn.lost->seen.status, answer_of(&turn.lost->seen));
    inv->kept.unstable = true;
    inv->kept.unstable_status = turn.lost->seen.status;
    buf_clear(&met);
    return true;
}

bool lockout_measure(struct investigation *inv)
{
    struct lock lock;
    bool found = find_lock(inv, &lock);
    if (!inv->has_base && found)
        claim_lock(inv, &lock,
                   "it did not accept events again, so the comparison could not be repeated");
    if (!inv->has_base)
        return found || claim_turn(inv);
    if (!found || !keeps_out_again(inv, &lock))
        return false;
    claim_lock(inv, &lock, NULL);
    bool ends = lockout_await_end(inv);
    inv->locked_status = lock.status;
    return !ends;
}

void lockout_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        kinds_add(out, kinds[i]);
}
