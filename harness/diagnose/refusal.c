/*
 * Every genuine event is refused, and nothing that was tried opens the door: what the answers to a
 * genuine event and to a forgery tell of the reason.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "diagnose/attribution.h"
#include "diagnose/investigation.h"
#include "judge/met_instead.h"

enum own_kind {
    KIND_OTHER_SECRET,
    KIND_ALIKE,
    KIND_ALWAYS_BREAKS,
    KIND_BREAKS,
    KIND_HANGS,
    KIND_HANGS_ALWAYS,
    KIND_STOPPED,
    KIND_STOPPED_GENUINE,
    KIND_FREEZES,
    KIND_CLOSES,
    KIND_CLOSES_GENUINE,
    KIND_NO_SUCCESS,
    NUM_OWN_KINDS
};

static const struct diagnosis_kind own_kinds[NUM_OWN_KINDS] = {
    [KIND_OTHER_SECRET] = {DIAGNOSIS_OTHER_SECRET,
                           "refuses every signature made with this secret: it has another secret, "
                           "computes the signature in a way that was not tried, does not see the "
                           "signature or the body, or something in front of it refuses every "
                           "request",
                           "Panora's events are refused, and Panora does not retry them",
                           "compare its secret with the one in Panora's dashboard; if they are "
                           "equal, log what the handler sees: the whole body, the "
                           "Panora-Signature header (a proxy may remove it; PHP and Rack call it "
                           "HTTP_PANORA_SIGNATURE), and the HMAC-SHA256 of JSON.stringify(data) "
                           "that it computes"},
    [KIND_ALIKE] = {"refuses-every-request",
                    "refuses every request alike, even garbage and a GET: something in front of "
                    "the handler does, or a signature check with another secret",
                    "Panora's events are refused, and Panora does not retry them",
                    "see what the answer says, and whose it is: an allow-list of addresses, a "
                    "login or a firewall must let this path through, for the signature "
                    "authenticates events; if the signature check answers, compare its secret with "
                    "the one in Panora's dashboard"},
    [KIND_ALWAYS_BREAKS] =
        {"always-breaks", "answers 5xx to every event, genuine or forged", "every event is lost",
         "look at the handler's log; often the secret is not set, or a header or an environment "
         "variable is read under the wrong name (Django: request.headers['Panora-Signature'])"},
    [KIND_BREAKS] = {"breaks-on-genuine-events",
                     "answers 5xx to every genuine event but refuses forged ones: it fails after "
                     "the signature check",
                     "every event is lost: Panora does not retry them",
                     "look at the handler's log for the exception; data arrives as a string that "
                     "you must parse, and a body can be read only once"},
    [KIND_HANGS] = {"hangs-on-genuine-events", "never answers a genuine event, but answers others",
                    "every event is lost, and each blocks one of Panora's five workers",
                    "a middleware probably consumed the body before the handler reads it: read it "
                    "once, as raw bytes, and answer on every code path"},
    [KIND_HANGS_ALWAYS] = {"hangs-on-every-event",
                           "never answers a POST with an event, genuine or forged",
                           "every event is lost, and each blocks one of Panora's five workers",
                           "a middleware (express.json) probably consumed the body before the "
                           "handler reads it, or a code path sends no response: read the body "
                           "once, as raw bytes, and answer on every code path"},
    [KIND_STOPPED] =
        {"stops-answering", "answers at first, and later never again",
         "every event after that is lost, and each blocks one of Panora's five workers",
         "look for what runs out: connections of a pool, threads, a lock that is never "
         "released, memory"},
    [KIND_STOPPED_GENUINE] =
        {"stops-answering",
         "answers genuine events at first, and later never again, but still refuses forged ones",
         "every event after that is lost, and each blocks one of Panora's five workers",
         "look for what runs out: connections of a pool, threads, a lock that is never "
         "released, memory"},
    [KIND_FREEZES] =
        {"freezes", "answers some genuine events, and at times none for many seconds",
         "events that arrive meanwhile are lost, and each blocks one of Panora's five workers",
         "look for what the handler did when the first of them hung: a regular "
         "expression or a loop that takes very long (in Node it blocks every request), "
         "a lock, or a pool that ran out"},
    [KIND_CLOSES] = {"closes-on-every-event",
                     "closes the connection on every event, genuine or forged, without an answer",
                     "every event is lost: Panora does not retry them",
                     "look at the log: an exception that nobody catches ends the process (in "
                     "Express 4 any in an async handler); or the port is not the endpoint's"},
    [KIND_CLOSES_GENUINE] =
        {"closes-on-genuine-events",
         "closes the connection on every genuine event, without an answer, but answers others",
         "every event is lost: Panora does not retry them",
         "look at the log: an exception that nobody catches ends the process, or the handler takes "
         "longer than a timeout of the server allows (Go: WriteTimeout; it closes without a word)"},
    [KIND_NO_SUCCESS] =
        {"success-without-2xx",
         "tells genuine events from forged ones, but does not answer the genuine ones with 2xx",
         "Panora records every event as failed", "answer 200 or 204 to a genuine event"},
};

static struct diagnosis *add_own(struct investigation *inv, enum own_kind kind,
                                 const struct observation *genuine,
                                 const struct observation *forged)
{
    struct buf good = {0};
    struct buf bad = {0};
    buf_add_text(&good, "a forged event: ");
    answer_describe_untimed(forged, &good);
    buf_add_text(&bad, "a genuine event: ");
    answer_describe_untimed(genuine, &bad);
    answer_add_words(genuine, &bad);
    struct diagnosis *diagnosis =
        found_pair(inv, &own_kinds[kind], HARM_LOST, buf_text(&good), buf_text(&bad), "genuine");
    buf_clear(&good);
    buf_clear(&bad);
    return diagnosis;
}

void refusal_name_met(struct investigation *inv, const struct observation *genuine)
{
    struct buf evidence = {0};
    const struct met_instead *met = met_instead_of(genuine, &evidence);
    const struct diagnosis_kind kind = {met->id, met->sentence,
                                        "no Panora event reaches the handler", met->remedy};
    struct diagnosis *diagnosis =
        found_add(inv, &kind, HARM_LOST, CONFIDENCE_LIKELY, buf_text(&evidence));
    attribute_status(inv, diagnosis, genuine->status);
    buf_clear(&evidence);
}

static void make_likely(const struct investigation *inv, struct diagnosis *diagnosis,
                        const char *because)
{
    diagnosis->confidence = CONFIDENCE_LIKELY;
    free(diagnosis->likely_because);
    diagnosis->likely_because = mem_text(inv->closed_by ? inv->closed_by : because);
}

/* Whether the run saw an answer to a POST with an event, to a genuine one or to any. */
static bool ever_answered(const struct investigation *inv, bool genuine)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool has_answered = sight->is_plain && sight->exchange->seen.outcome == OUTCOME_ANSWERED;
        if (has_answered && (sight->exchange->genuine || !genuine))
            return true;
    }
    return false;
}

#define ACCEPTED_MIN 5
#define TOGETHER_NS  (100 * NS_PER_MS) /* apart from each other, of requests under way at once */

/* Genuine events were accepted until one hung, and none since. */
static bool fell_silent(const struct investigation *inv)
{
    int64_t first_hung_ns = INT64_MAX;
    int64_t last_accepted_ns = 0;
    size_t num_accepted = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct exchange *exchange = inv->sights[i].exchange;
        int64_t started_ns = exchange->seen.started_ns;
        if (exchange->genuine && inv->sights[i].answer == ANSWER_HUNG && started_ns < first_hung_ns)
            first_hung_ns = started_ns;
        if (!exchange->genuine || !exchange->accepted)
            continue;
        num_accepted++;
        if (started_ns > last_accepted_ns)
            last_accepted_ns = started_ns;
    }
    return num_accepted >= ACCEPTED_MIN && first_hung_ns != INT64_MAX &&
           last_accepted_ns <= first_hung_ns + TOGETHER_NS;
}

static enum own_kind kind_of_hang(const struct investigation *inv, const struct observation *forged)
{
    enum answer answer = answer_of(forged);
    if (answer != ANSWER_HUNG && answer != ANSWER_NONE)
        return fell_silent(inv)           ? KIND_STOPPED_GENUINE
               : inv->input->any_accepted ? KIND_FREEZES
                                          : KIND_HANGS;
    if (!ever_answered(inv, false))
        return KIND_HANGS_ALWAYS;
    return answer == ANSWER_NONE && !ever_answered(inv, true) ? KIND_HANGS : KIND_STOPPED;
}

/* Two requests that both get no answer are no pair. */
static struct diagnosis *add_silence(struct investigation *inv, enum own_kind kind,
                                     const struct observation *genuine,
                                     const struct observation *forged)
{
    struct buf evidence = {0};
    bool asked = answer_of(forged) != ANSWER_NONE;
    buf_add_text(&evidence, "a genuine event: ");
    answer_describe_untimed(genuine, &evidence);
    if (asked) {
        buf_add_text(&evidence, "; a forged event: ");
        answer_describe_untimed(forged, &evidence);
    }
    struct diagnosis *diagnosis =
        found_add(inv, &own_kinds[kind], HARM_LOST, asked ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY,
                  buf_text(&evidence));
    buf_clear(&evidence);
    return diagnosis;
}

static void name_hang(struct investigation *inv, const struct observation *genuine,
                      const struct observation *forged)
{
    enum own_kind kind = kind_of_hang(inv, forged);
    bool is_pair = (kind == KIND_HANGS || kind == KIND_STOPPED_GENUINE || kind == KIND_FREEZES) &&
                   answer_of(forged) != ANSWER_NONE;
    struct diagnosis *hangs =
        is_pair ? add_own(inv, kind, genuine, forged) : add_silence(inv, kind, genuine, forged);
    attribute_lost(inv, hangs, 0);
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].answer == ANSWER_HUNG)
            found_explain(hangs, inv->sights[i].one);
    for (size_t i = 0; kind == KIND_STOPPED && i < inv->input->result->num_cases; i++)
        if (inv->input->result->cases[i].canary_failed) /* with it, it fell silent */
            found_explain(hangs, &inv->input->result->cases[i]);
}

/* Events that were answered as if they were refused have been processed: it has the secret. */
static bool processes_events(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct exchange *exchange = inv->sights[i].exchange;
        if (exchange->genuine && !exchange->accepted && !exchange->by_scheme &&
            exchange->processed.state == PROCESSED_TIMES && exchange->processed.times > 0)
            return true;
    }
    return false;
}

/* A genuine event is refused otherwise than a forgery, or processed although it is. */
static bool tells_apart(const struct investigation *inv, const struct observation *genuine,
                        const struct observation *forged)
{
    if (genuine->status != forged->status && answer_of(forged) == ANSWER_REFUSED)
        return true;
    return !inv->further && processes_events(inv);
}

void refusal_name(struct investigation *inv, const struct observation *genuine,
                  const struct observation *forged)
{
    enum answer answer = answer_of(genuine);
    enum answer of_forged = answer_of(forged);
    if (answer == ANSWER_BROKEN || (answer == ANSWER_HUNG && genuine->status)) {
        unreadable_note(inv);
    } else if (answer == ANSWER_HUNG) {
        name_hang(inv, genuine, forged);
    } else if (answer == ANSWER_DIED && of_forged == ANSWER_DIED && !ever_answered(inv, false)) {
        attribute_lost(inv, add_silence(inv, KIND_CLOSES, genuine, forged), 0);
    } else if (answer == ANSWER_DIED && of_forged == ANSWER_REFUSED && !ever_answered(inv, true)) {
        attribute_lost(inv, add_own(inv, KIND_CLOSES_GENUINE, genuine, forged), 0);
    } else if (answer == ANSWER_ERROR && of_forged == ANSWER_ERROR) {
        attribute_status(inv, add_own(inv, KIND_ALWAYS_BREAKS, genuine, forged), genuine->status);
    } else if (answer == ANSWER_ERROR) {
        inv->broken_status = genuine->status;
        attribute_status(inv, add_own(inv, KIND_BREAKS, genuine, forged), genuine->status);
    } else if (answer == ANSWER_REFUSED && tells_apart(inv, genuine, forged)) {
        attribute_lost(inv, add_own(inv, KIND_NO_SUCCESS, genuine, forged), genuine->status);
    } else if (answer == ANSWER_REFUSED && inv->further) { /* its signature was right */
        struct observation further;
        observation_init(&further);
        further.status = inv->further_status;
        further.outcome = inv->further == ANSWER_HUNG ? OUTCOME_TIMED_OUT : OUTCOME_ANSWERED;
        enum own_kind kind = inv->further == ANSWER_HUNG      ? KIND_HANGS
                             : inv->further == ANSWER_REFUSED ? KIND_NO_SUCCESS
                                                              : KIND_BREAKS;
        attribute_lost(inv, add_own(inv, kind, &further, forged), 0);
        observation_clear(&further);
    } else if (answer == ANSWER_REFUSED && inv->tried_likely) {
        enum own_kind kind = inv->refuses_alike ? KIND_ALIKE : KIND_OTHER_SECRET;
        struct diagnosis *other = add_own(inv, kind, genuine, forged);
        make_likely(
            inv, other,
            "another secret, another computation and a layer in front of the endpoint look the "
            "same from outside");
        attribute_lost(inv, other, genuine->status);
    }
}

/* --- for lists --- */

void refusal_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < NUM_OWN_KINDS; i++)
        kinds_add(out, own_kinds[i]);
    for (size_t i = 0; i < met_instead_count(); i++) {
        const struct met_instead *met = met_instead_at(i);
        kinds_add(out, (struct diagnosis_kind){met->id, met->sentence,
                                               "no Panora event reaches the handler", met->remedy});
    }
}
