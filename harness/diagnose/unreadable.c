/* When the endpoint does its work and answers in a form that Panora's HTTP client cannot read: the
 * answer is what is wrong, and neither the event nor the signature. */
#include <stdlib.h>

#include "base/mem.h"
#include "diagnose/investigation.h"

enum { KIND_UNREADABLE, KIND_UNFINISHED, NUM_KINDS };

static const struct diagnosis_kind kinds[NUM_KINDS] = {
    [KIND_UNREADABLE] =
        {"unreadable-answers", "sends responses that Panora's HTTP client (Node.js) cannot parse",
         "Panora records every event as failed although the endpoint processed it",
         "let the server or framework write the headers: one Content-Length or chunks, not both; "
         "at "
         "most 16 KiB of headers; no spaces or control characters in header names; CRLF line "
         "endings; "
         "nothing after the body; Content-Encoding only for a body that is compressed so"},
    [KIND_UNFINISHED] =
        {"unfinished-answers", "starts a response but never finishes it",
         "Panora records every event as failed; one that is left open also blocks one of Panora's "
         "five workers",
         "send exactly Content-Length bytes, or end the stream of chunks"},
};

/* Readable in part: there is a status, or nothing that is HTTP at all. */
static bool is_unreadable(const struct sight *sight)
{
    enum outcome outcome = sight->exchange->seen.outcome;
    return sight->answer == ANSWER_BROKEN &&
           (outcome == OUTCOME_MALFORMED || outcome == OUTCOME_ANSWERED);
}

static bool is_cut_short(const struct sight *sight)
{
    return sight->exchange->seen.outcome == OUTCOME_CUT_SHORT && sight->exchange->seen.status != 0;
}

static bool is_unfinished(const struct sight *sight)
{
    return is_cut_short(sight) ||
           (sight->answer == ANSWER_HUNG && sight->exchange->seen.status != 0);
}

static void explain(struct investigation *inv, struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->trouble && (is_unreadable(sight) || is_unfinished(sight)))
            found_explain(diagnosis, sight->one);
    }
}

static void found(struct investigation *inv, const struct sight *example)
{
    const struct diagnosis_kind *kind =
        &kinds[is_unfinished(example) ? KIND_UNFINISHED : KIND_UNREADABLE];
    struct buf evidence = {0};
    buf_add_format(&evidence, "\"%s\" got: ", example->exchange->sent);
    answer_describe(&example->exchange->seen, &evidence);
    explain(inv, found_add(inv, kind, HARM_LOST, CONFIDENCE_PROVED, buf_text(&evidence)));
    buf_clear(&evidence);
}

void unreadable_note(struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->exchange->genuine || !(is_unreadable(sight) || is_unfinished(sight)))
            continue;
        found(inv, sight);
        return;
    }
}

bool unreadable_apply(struct investigation *inv)
{
    enum { NEARLY_ALL = 9 /* of ten */ };
    const struct sight *example = NULL;
    size_t num_genuine = 0;
    size_t num_unreadable = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->exchange->genuine || !sight_was_answered(sight) || sight_was_limited(sight) ||
            sight->answer == ANSWER_HUNG)
            continue;
        num_genuine++;
        bool is_bad = is_unreadable(sight) || is_cut_short(sight);
        num_unreadable += is_bad;
        if (is_bad && !example)
            example = sight;
    }
    if (!example || num_unreadable * 10 < num_genuine * NEARLY_ALL)
        return false;
    found(inv, example);
    return true;
}

void unreadable_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < NUM_KINDS; i++)
        kinds_add(out, kinds[i]);
}
