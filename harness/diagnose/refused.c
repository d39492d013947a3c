/* When all genuine events are refused: something stands before the handler, or it computes
 * something else. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/forensic.h"
#include "judge/met_instead.h"

enum own_kind {
    KIND_OTHER_SECRET,
    KIND_ALWAYS_BREAKS,
    KIND_BREAKS,
    KIND_HANGS,
    KIND_HANGS_ALWAYS,
    KIND_NO_SUCCESS,
    KIND_AGENT,
    NUM_OWN_KINDS
};

static const struct diagnosis_kind own_kinds[NUM_OWN_KINDS] = {
    [KIND_OTHER_SECRET] =
        {"other-secret",
         "refuses every signature made with this secret, by every rule that was tried: it has "
         "another "
         "secret, or something before it turns everybody away",
         "Panora's events are refused, and Panora does not send them again",
         "compare the secret that the endpoint has with the one in Panora's dashboard for this "
         "very "
         "endpoint and environment; `hookcheck verify` says of a captured request whether it fits. "
         "If "
         "they are the same, look whether the request reaches the handler at all"},
    [KIND_ALWAYS_BREAKS] = {"always-breaks",
                            "answers 5xx to everything, before it looks at the signature",
                            "every event is lost",
                            "look at the handler's log; a header or an environment variable that "
                            "is read under a wrong "
                            "name does this (Django: request.headers['Panora-Signature'] or "
                            "META['HTTP_PANORA_SIGNATURE'])"},
    [KIND_BREAKS] =
        {"breaks-on-genuine-events",
         "answers 5xx to every genuine event, while it refuses forged ones: it fails once the "
         "signature is found right",
         "every event is lost: Panora does not send them again",
         "look at the handler's log for the exception; data arrives as a string that has to be "
         "parsed, and a body can be read only once"},
    [KIND_HANGS] =
        {"hangs-on-genuine-events", "never answers a genuine event, while it answers others",
         "every event is lost, and each holds one of Panora's five workers",
         "the body was probably consumed by a middleware before the handler waits for it: read it "
         "once, as raw bytes, and answer on every path"},
    [KIND_HANGS_ALWAYS] =
        {"hangs-on-every-event", "never answers a POST with an event, whoever signed it",
         "every event is lost, and each holds one of Panora's five workers",
         "the body was probably consumed by a middleware (express.json) before the handler waits "
         "for "
         "it, or a path of the handler ends without an answer: read the body once, as raw bytes, "
         "and answer on every path"},
    [KIND_NO_SUCCESS] = {"success-without-2xx",
                         "tells genuine events from forged ones, but answers them with a "
                         "status that is no success",
                         "Panora records every event as failed",
                         "answer 200 or 204 to a genuine event"},
    [KIND_AGENT] =
        {"firewall-by-user-agent",
         "lets the same event in when it does not say that it comes from "
         "axios, as Panora's do",
         "every event of Panora is turned away before it reaches the handler",
         "let requests with the User-Agent axios/... to this path through the firewall; the "
         "signature tells who may come in"},
};

static void explain_lost(struct investigation *inv, struct diagnosis *diagnosis, int status)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight_is_lost(sight) &&
            (!status || sight->exchange->seen.status == status))
            found_explain(diagnosis, sight->one);
    }
}

/* Everything that went wrong with this answer, whoever it was meant for. */
static void explain_status(struct investigation *inv, struct diagnosis *diagnosis, int status)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && inv->sights[i].trouble &&
            inv->sights[i].exchange->seen.status == status)
            found_explain(diagnosis, inv->sights[i].one);
}

static struct diagnosis *add_own(struct investigation *inv, enum own_kind kind,
                                 enum confidence confidence, const char *evidence, int status)
{
    struct diagnosis *diagnosis = found_add(inv, &own_kinds[kind], HARM_LOST, confidence, evidence);
    explain_lost(inv, diagnosis, status);
    return diagnosis;
}

/* --- what stands before the handler --- */

static bool prove_agent(struct investigation *inv)
{
    static const char other[] = "curl/8.5.0";
    const struct question genuine = {.agent = other};
    const struct question forged = {.agent = other, .forged = true};
    if (ask(inv, &genuine, NULL) != ANSWER_ACCEPTED || ask(inv, &forged, NULL) == ANSWER_ACCEPTED)
        return false;
    add_own(inv, KIND_AGENT, CONFIDENCE_PROVED,
            "a genuine event with the User-Agent curl/8.5.0 was accepted, the same with Panora's "
            "User-Agent was not",
            0);
    return true;
}

static void add_met(struct investigation *inv, const struct met_instead *met, const char *evidence,
                    int status)
{
    char *sentence = mem_format("was not reached: the requests met %s", met->sentence);
    struct diagnosis_kind kind = {met->id, sentence, "no event of Panora reaches the handler",
                                  met->remedy};
    explain_status(inv, found_add(inv, &kind, HARM_LOST, CONFIDENCE_LIKELY, evidence), status);
    free(sentence);
}

/* A page for browsers with a 2xx looks like an acceptance of everything, forgeries too: when nearly
 * all genuine events met one, nothing is known of the handler. */
bool forensic_page_for_all(struct investigation *inv)
{
    enum { NEARLY_ALL = 9 /* of ten */ };
    const struct met_instead *met = NULL;
    const struct sight *example = NULL;
    struct buf evidence = {0};
    size_t num_genuine = 0;
    size_t num_met = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->exchange->genuine || !sight_was_answered(sight))
            continue;
        num_genuine++;
        const struct met_instead *here =
            sight->exchange->accepted ? met_instead_of(&sight->exchange->seen, NULL) : NULL;
        if (!met && here) {
            met = here;
            example = sight;
        }
        num_met += here && here == met;
    }
    if (!met || num_met * 10 < num_genuine * NEARLY_ALL)
        return false;
    (void)met_instead_of(&example->exchange->seen, &evidence);
    add_met(inv, met, buf_text(&evidence), example->exchange->seen.status);
    buf_clear(&evidence);
    return true;
}

/* A refusal that the handler itself may give: then what it computes is looked for as well. */
static bool may_be_the_handler(const struct observation *seen)
{
    return seen->status == 401 || seen->status == 403 || seen->status == 400;
}

/* --- no genuine event was accepted --- */

static void judge_unproved(struct investigation *inv, const struct observation *genuine,
                           const struct observation *forged)
{
    enum answer answer = answer_of(genuine);
    struct buf evidence = {0};
    buf_add_text(&evidence, "a genuine event met: ");
    answer_describe(genuine, &evidence);
    buf_add_text(&evidence, "; a forged one: ");
    answer_describe(forged, &evidence);
    bool differs = genuine->status != forged->status;
    if (answer == ANSWER_HUNG && answer_of(forged) != ANSWER_HUNG)
        add_own(inv, KIND_HANGS, CONFIDENCE_LIKELY, buf_text(&evidence), 0);
    else if (answer == ANSWER_ERROR && answer_of(forged) == ANSWER_ERROR)
        explain_status(inv,
                       add_own(inv, KIND_ALWAYS_BREAKS, CONFIDENCE_LIKELY, buf_text(&evidence), 0),
                       genuine->status);
    else if (answer == ANSWER_ERROR && answer_of(forged) == ANSWER_REFUSED)
        explain_status(inv, add_own(inv, KIND_BREAKS, CONFIDENCE_LIKELY, buf_text(&evidence), 0),
                       genuine->status);
    else if (answer == ANSWER_REFUSED && differs && answer_of(forged) == ANSWER_REFUSED)
        add_own(inv, KIND_NO_SUCCESS, CONFIDENCE_LIKELY, buf_text(&evidence), genuine->status);
    else if (answer == ANSWER_REFUSED && answer_of(forged) == ANSWER_REFUSED && !inv->closed)
        add_own(inv, KIND_OTHER_SECRET, CONFIDENCE_LIKELY,
                "genuine and forged events were refused alike, and so was every other computation "
                "that is known (`hookcheck list diagnoses`)",
                genuine->status);
    buf_clear(&evidence);
}

static bool posts_event(const struct sight *sight)
{
    return sight->has_event && sight_was_answered(sight) &&
           strcmp(sight->exchange->request.method, "POST") == 0;
}

/* Whether anything was answered that brings an event. */
static bool any_event_is_answered(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (posts_event(&inv->sights[i]) && inv->sights[i].answer != ANSWER_HUNG)
            return true;
    return false;
}

/* A run in which everything hangs may end before anything can be asked: what it saw is enough. */
static void judge_silence(struct investigation *inv)
{
    const struct exchange *hung = NULL;
    bool forged_too = false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool hangs = sight->answer == ANSWER_HUNG;
        if (!posts_event(sight))
            continue;
        if (!hangs && sight->exchange->genuine)
            return;
        if (hangs && sight->exchange->genuine)
            hung = sight->exchange;
        forged_too = forged_too || (hangs && !sight->exchange->genuine && !sight->is_right);
    }
    if (!hung || any_event_is_answered(inv) == forged_too)
        return;
    struct buf evidence = {0};
    buf_add_format(&evidence, "\"%s\" met: ", hung->sent ? hung->sent : "a genuine event");
    answer_describe(&hung->seen, &evidence);
    struct diagnosis *diagnosis = add_own(inv, forged_too ? KIND_HANGS_ALWAYS : KIND_HANGS,
                                          CONFIDENCE_LIKELY, buf_text(&evidence), 0);
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && inv->sights[i].answer == ANSWER_HUNG)
            found_explain(diagnosis, inv->sights[i].one);
    buf_clear(&evidence);
}

static void search_computation(struct investigation *inv, const struct observation *genuine,
                               const struct observation *forged)
{
    struct buf evidence = {0};
    const struct met_instead *met = met_instead_of(genuine, &evidence);
    bool same = genuine->status == forged->status;
    bool proved = false;
    if (met || genuine->status == 403 || genuine->status == 429)
        proved = prove_agent(inv);
    if (!proved && (!met || may_be_the_handler(genuine)) && answer_of(genuine) == ANSWER_REFUSED &&
        same)
        proved = forensic_prove(inv);
    if (!proved && met && same)
        add_met(inv, met, buf_text(&evidence), genuine->status);
    else if (!proved)
        judge_unproved(inv, genuine, forged);
    buf_clear(&evidence);
}

void forensic_all_refused(struct investigation *inv)
{
    struct observation genuine;
    struct observation forged;
    enum answer answer = ask(inv, &(struct question){0}, &genuine);
    enum answer of_forged = ask(inv, &(struct question){.forged = true}, &forged);
    if (answer != ANSWER_ACCEPTED && answer != ANSWER_NONE && answer != ANSWER_UNREACHED &&
        of_forged != ANSWER_ACCEPTED)
        search_computation(inv, &genuine, &forged);
    if (inv->num_found == 0)
        judge_silence(inv);
    observation_clear(&genuine);
    observation_clear(&forged);
}

/* --- for lists --- */

size_t forensic_kind_count(void)
{
    return num_hypotheses + 1 + NUM_OWN_KINDS + met_instead_count();
}

struct diagnosis_kind forensic_kind_at(size_t index)
{
    if (index < num_hypotheses)
        return kind_of_hypothesis(&hypotheses[index]);
    index -= num_hypotheses;
    if (index == 0)
        return *forensic_other_dialect();
    index--;
    if (index < NUM_OWN_KINDS)
        return own_kinds[index];
    const struct met_instead *met = met_instead_at(index - NUM_OWN_KINDS);
    return (struct diagnosis_kind){met->id, met->sentence, "no event of Panora reaches the handler",
                                   met->remedy};
}
