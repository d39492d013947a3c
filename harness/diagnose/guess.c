/*
 * Where there is no time to shrink events to single features: which hypothesis says right of every
 * event of the run whether it was accepted. That is a guess. One event with all the features that
 * it explains proves it: signed as the hypothesis says it is accepted, signed as Panora does it is
 * not.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/attribution.h"
#include "diagnose/ranking.h"

#define BODY_MAX    ((size_t)16 * 1024)
#define GUESSES_MAX 4 /* that are tried */

/* Whether who computes by `by` signs another message for this body. */
static bool differs(const struct investigation *inv, const struct computation *by,
                    struct bytes body)
{
    struct subject subject;
    struct buf own = {0};
    struct buf theirs = {0};
    bool differs = subject_read(&subject, body, inv->input->now_ms) &&
                   hypothesis_message(&inv->by, &subject, inv->input->secret, &own) &&
                   !(hypothesis_message(by, &subject, inv->input->secret, &theirs) &&
                     bytes_equal(buf_bytes(&own), buf_bytes(&theirs)));
    buf_clear(&own);
    buf_clear(&theirs);
    subject_clear(&subject);
    return differs;
}

static bool tells(const struct sight *sight)
{
    const struct exchange *exchange = sight->exchange;
    return exchange->genuine && !sight->is_extra && sight->is_plain && sight->has_event &&
           exchange->body_let_go == 0 && exchange->request.body.len <= BODY_MAX &&
           (exchange->accepted || sight->answer == ANSWER_REFUSED);
}

/* How many refused events of the run it explains; 0 when it would refuse one that was accepted. */
static size_t num_explained(const struct investigation *inv, const struct computation *by,
                            const void *payload)
{
    size_t count = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!tells(sight) || !differs(inv, by, buf_bytes(&sight->exchange->request.body)))
            continue;
        if (sight->exchange->accepted)
            return 0;
        count++;
    }
    return count;
}

/* The features of data for which the hypothesis signs otherwise. */
static size_t find_features(struct investigation *inv, const struct computation *by,
                            const struct feature **out)
{
    size_t count = 0;
    for (size_t i = 0; i < num_features; i++) {
        const struct feature *feature = &features[i];
        const struct specimen one = {.features = &feature, .num_features = 1, .by = by};
        struct request request;
        if (feature->area != FEATURE_DATA)
            continue;
        if (specimen_write(inv, &one, &request) && differs(inv, by, buf_bytes(&request.body)))
            out[count++] = feature;
        request_clear(&request);
    }
    return count;
}

/* What comes to the same for the event that proved it is said as well. */
static char *sentence_of(struct investigation *inv, const struct ranked *guesses, size_t count,
                         const struct ranked *chosen, const struct specimen *proof)
{
    struct buf out = {0};
    struct request request;
    struct subject subject;
    struct buf message = {0};
    buf_add_text(&out, chosen->hypothesis->sentence);
    (void)specimen_write(inv, proof, &request);
    (void)subject_read(&subject, buf_bytes(&request.body), inv->input->now_ms);
    (void)hypothesis_message(proof->by, &subject, inv->input->secret, &message);
    for (size_t i = 0; i < count; i++) {
        struct computation by = ranking_computation(inv, &guesses[i]);
        struct buf theirs = {0};
        if (&guesses[i] != chosen &&
            hypothesis_message(&by, &subject, inv->input->secret, &theirs) &&
            bytes_equal(buf_bytes(&message), buf_bytes(&theirs)))
            buf_add_format(&out, "; or it %s", guesses[i].hypothesis->sentence);
        buf_clear(&theirs);
    }
    buf_clear(&message);
    subject_clear(&subject);
    request_clear(&request);
    return buf_take(&out);
}

static void name(struct investigation *inv, const struct ranked *guess, const char *sentence,
                 const struct feature *feature, const char *refused)
{
    const struct specimen twin = {.features = &feature, .num_features = 1, .plain = true};
    struct diagnosis_kind kind = kind_of_hypothesis(guess->hypothesis);
    const struct computation by = ranking_computation(inv, guess);
    char *described = specimen_describe(inv, &twin, NULL);
    char *accepted = mem_format("%s: %d", described, inv->base_status);
    kind.sentence = sentence;
    attribute_computation(inv, found_pair(inv, &kind, HARM_LOST, accepted, refused, feature->with),
                          &by, 0);
    inv->by = by;
    inv->behind_first = true;
    free(described);
    free(accepted);
}

static bool prove(struct investigation *inv, const struct ranked *guesses, size_t count,
                  const struct ranked *guess)
{
    const struct computation by = ranking_computation(inv, guess);
    const struct feature **found = mem_alloc((num_features + 1) * sizeof(struct feature *));
    const struct specimen genuine = {
        .features = found, .num_features = find_features(inv, &by, found), .by = &by};
    const struct specimen usual = {.features = found, .num_features = 1};
    struct specimen forged = genuine;
    forged.forged = true;
    bool proved = genuine.num_features && specimen_passes(inv, &genuine) &&
                  specimen_ask(inv, &forged, NULL) == ANSWER_REFUSED;
    if (proved) {
        struct observation seen;
        proved = specimen_ask(inv, &usual, &seen) == ANSWER_REFUSED;
        char *refused = specimen_describe(inv, &usual, &seen);
        char *sentence = sentence_of(inv, guesses, count, guess, &genuine);
        if (proved)
            name(inv, guess, sentence, found[0], refused);
        observation_clear(&seen);
        free(refused);
        free(sentence);
    }
    free(found);
    return proved;
}

void guess_content(struct investigation *inv)
{
    struct ranked *guesses = mem_alloc((num_hypotheses + 1) * sizeof *guesses);
    size_t count = ranking_find(inv, num_explained, NULL, guesses);
    bool proved = false;
    for (size_t i = 0; !proved && i < count && i < GUESSES_MAX && !inv->closed; i++)
        proved = prove(inv, guesses, count, &guesses[i]);
    free(guesses);
}
