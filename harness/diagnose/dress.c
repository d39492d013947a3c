/* What one changed header makes of a refusal: another User-Agent, another content type, another
 * Host. */
#include "diagnose/dress.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/attribution.h"

#define ROUNDS 3

/* In the order in which they are tried. */
static const char *const dresses[] = {
    "browser",         "panora-agent", "no-agent",    "localhost", "charset", "lower-name",
    "upper-name",      "form",         "form-fields", "text",      "close",   "no-encodings",
    "accept-anything", "accept-json"};

void dress_name(struct investigation *inv, const struct feature *feature,
                const struct observation *refused)
{
    const struct specimen plain = {0};
    const struct specimen dressed = {.features = &feature, .num_features = 1};
    struct observation accepted;
    observation_init(&accepted);
    accepted.outcome = OUTCOME_ANSWERED;
    accepted.status = inv->base_status;
    char *good = specimen_describe(inv, &dressed, &accepted);
    char *bad = specimen_describe(inv, &plain, refused);
    const struct diagnosis_kind kind = {feature->door_cause ? feature->door_cause : feature->cause,
                                        feature->door_sentence ? feature->door_sentence
                                                               : feature->sentence,
                                        "every Panora event is turned away", feature->remedy};
    attribute_lost(inv, found_pair(inv, &kind, HARM_LOST, good, bad, feature->without),
                   refused->status);
    observation_clear(&accepted);
    free(good);
    free(bad);
}

/* Refused for its signature, which it was not before: what stands in front of the handler lets it
 * through. */
static bool comes_further(const struct observation *seen, const struct observation *refused)
{
    return seen->status == 401 && refused->status != 401;
}

/* Where the signature comes under another name, or the body as something else, the handler may not
 * check it: to be accepted proves nothing unless a forgery is not. */
static bool may_go_round(const struct feature *feature)
{
    static const char *const ids[] = {"lower-name",  "upper-name", "form",
                                      "form-fields", "text",       "charset"};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        if (strcmp(feature->id, ids[i]) == 0)
            return true;
    return false;
}

/* Whether the text "hello" without a signature is accepted with this change, too. Then the request
 * came to some other page, not to the handler. */
static bool leads_elsewhere(struct investigation *inv, const struct feature *feature)
{
    struct request junk = {.method = mem_text("POST")};
    buf_add_text(&junk.body, "hello");
    event_add_headers(&junk.headers, "", junk.body.len);
    (void)headers_remove(&junk.headers, PANORA_SIGNATURE_HEADER);
    feature->dress(&junk);
    bool accepted = ask_request(inv, &junk, NULL) == ANSWER_ACCEPTED;
    request_clear(&junk);
    return accepted;
}

/* Once may be chance: one of several instances, or one event in a few. */
static bool passes_ever(struct investigation *inv, const struct specimen *specimen)
{
    for (size_t i = 0; i < ROUNDS; i++)
        if (specimen_passes(inv, specimen))
            return true;
    return false;
}

bool dress_try(struct investigation *inv, const struct observation *refused, size_t count,
               const struct feature **out_further)
{
    const struct specimen plain = {0};
    *out_further = NULL;
    for (size_t i = 0; i < ARRAY_LEN(dresses) && i < count && !inv->closed; i++) {
        const struct feature *feature = feature_find(dresses[i]);
        const struct specimen genuine = {.features = &feature, .num_features = 1};
        struct specimen forged = genuine;
        struct observation seen;
        forged.forged = true;
        bool passed = specimen_ask(inv, &genuine, &seen) == ANSWER_ACCEPTED;
        if (passed)
            inv->base_status = seen.status;
        if (!*out_further && comes_further(&seen, refused))
            *out_further = feature;
        observation_clear(&seen);
        if (!passed || passes_ever(inv, &plain) ||
            (specimen_passes(inv, &forged) &&
             (may_go_round(feature) || leads_elsewhere(inv, feature))))
            continue;
        dress_name(inv, feature, refused);
        inv->dresses[inv->num_dresses++] = feature;
        inv->has_base = true;
        inv->behind_first = true;
        return true;
    }
    return false;
}
