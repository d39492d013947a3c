/* When some genuine events are refused: a library writes some texts in another way. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/forensic.h"
#include "panora/event.h"

static bool is_smaller(const struct sight *a, const struct sight *b)
{
    size_t len = a->exchange->request.body.len;
    size_t other = b->exchange->request.body.len;
    return len < other || (len == other && a < b);
}

/* The smallest of the genuine events that no cause explains yet and that were plainly refused;
 * after `last`, when that is not NULL. */
static const struct sight *unexplained(const struct investigation *inv, const struct sight *last)
{
    const struct sight *best = NULL;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool fits = sight->one && sight->trouble && sight_is_lost(sight) && sight->has_event &&
                    sight->answer == ANSWER_REFUSED && !found_explains(inv, sight->one);
        if (fits && (!last || is_smaller(last, sight)) && (!best || is_smaller(sight, best)))
            best = sight;
    }
    return best;
}

/* The refused request once more, with the signature by the hypothesis. */
static enum answer ask_again(struct investigation *inv, const struct sight *sight,
                             const char *value)
{
    struct request request;
    request_copy(&request, &sight->exchange->request);
    headers_set(&request.headers, PANORA_SIGNATURE_HEADER, value);
    enum answer answer = ask_request(inv, &request, NULL);
    request_clear(&request);
    return answer;
}

static bool is_of_message(const struct hypothesis *hypothesis)
{
    return hypothesis->part == PART_MESSAGE && !hypothesis->is_open_message;
}

/* Whether it would have signed this event in the same way, and no other speaks against it. */
static bool comes_to(const struct investigation *inv, const struct hypothesis *hypothesis,
                     const struct sight *refused, struct bytes value)
{
    struct buf own = {0};
    if (is_of_message(hypothesis))
        (void)forensic_signs_rightly(inv, hypothesis, refused, &own);
    bool same = bytes_equal(buf_bytes(&own), value) && forensic_is_consistent(inv, hypothesis);
    buf_clear(&own);
    return same;
}

/* Of all that come to the same here, the first that explains most. */
static const struct hypothesis *best_of(const struct investigation *inv,
                                        const struct sight *refused, struct bytes value)
{
    const struct hypothesis *best = NULL;
    for (size_t i = 0; i < num_hypotheses; i++)
        if (comes_to(inv, &hypotheses[i], refused, value) &&
            (!best ||
             forensic_num_explained(inv, &hypotheses[i]) > forensic_num_explained(inv, best)))
            best = &hypotheses[i];
    return best;
}

/* Those that explain as much are said as well. */
static char *sentence_of_partial(const struct investigation *inv,
                                 const struct hypothesis *hypothesis, const struct sight *refused,
                                 struct bytes value)
{
    struct buf out = {0};
    size_t most = forensic_num_explained(inv, hypothesis);
    buf_add_text(&out, hypothesis->sentence);
    for (size_t i = 0; i < num_hypotheses; i++)
        if (&hypotheses[i] != hypothesis && comes_to(inv, &hypotheses[i], refused, value) &&
            forensic_num_explained(inv, &hypotheses[i]) == most)
            buf_add_format(&out, "; or it %s, which comes to the same", hypotheses[i].sentence);
    return buf_take(&out);
}

static void found_partial(struct investigation *inv, const struct hypothesis *hypothesis,
                          const struct sight *refused, struct bytes value)
{
    char *evidence = mem_format(
        "\"%s\" was refused as Panora signs it and accepted when signed like this; every genuine "
        "event that was accepted is the same by both rules",
        refused->exchange->sent);
    char *sentence = sentence_of_partial(inv, hypothesis, refused, value);
    bool only = strcmp(sentence, hypothesis->sentence) == 0;
    struct diagnosis_kind kind = kind_of_hypothesis(hypothesis);
    kind.sentence = sentence;
    struct diagnosis *diagnosis = found_add(inv, &kind, HARM_LOST, CONFIDENCE_PROVED, evidence);
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight_is_lost(sight) && sight->has_event &&
            forensic_fails(inv, hypothesis, sight))
            found_explain(diagnosis, sight->one);
    }
    if (only && hypothesis->language && !inv->language)
        inv->language = hypothesis->language;
    free(sentence);
    free(evidence);
}

/* The signature that the rule makes for what was refused, or an empty text. */
static bool try_partial(struct investigation *inv, const struct hypothesis *hypothesis,
                        const struct sight *refused)
{
    struct buf value = {0};
    (void)forensic_signs_rightly(inv, hypothesis, refused, &value);
    bool proved = value.len && ask_again(inv, refused, buf_text(&value)) == ANSWER_ACCEPTED &&
                  ask_again(inv, refused,
                            "0123456789abcdef0123456789abcdef"
                            "0123456789abcdef0123456789abcdef") == ANSWER_REFUSED;
    if (proved)
        found_partial(inv, best_of(inv, refused, buf_bytes(&value)), refused, buf_bytes(&value));
    buf_clear(&value);
    return proved;
}

/* Some of them may be beyond the libraries themselves, so that one failure says little. */
#define PARTIAL_MAX 4

/* First an event in which all libraries differ; then, for what that leaves unexplained, the very
 * events that were refused. */
void forensic_some_refused(struct investigation *inv)
{
    if (unexplained(inv, NULL) && ask(inv, &(struct question){0}, NULL) == ANSWER_REFUSED &&
        ask(inv, &(struct question){.forged = true}, NULL) == ANSWER_REFUSED)
        (void)forensic_prove(inv);
    const struct sight *refused = NULL;
    for (int rounds = 0; rounds < PARTIAL_MAX; rounds++) {
        refused = unexplained(inv, refused);
        bool proved = false;
        for (size_t i = 0; refused && !proved && i < num_hypotheses; i++)
            proved = is_of_message(&hypotheses[i]) &&
                     !forensic_signs_rightly(inv, &hypotheses[i], refused, NULL) &&
                     forensic_is_consistent(inv, &hypotheses[i]) &&
                     try_partial(inv, &hypotheses[i], refused);
        if (!refused)
            return;
    }
}
