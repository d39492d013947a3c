/*
 * Which features of data are refused: all of them go out in one event; when that is refused, halves
 * of them do, until single features are left that turn an accepted event into a refused one. What
 * they have in common is a hypothesis that changes the signature of exactly these events, proved by
 * one event that only such an endpoint accepts; or a group of features; or each by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/attribution.h"
#include "diagnose/investigation.h"

/* One feature in one dialect, and what it met. */
struct trial {
    const struct feature *feature; /* NULL = the dialect itself */
    bool other_dialect;
    bool asked;
    bool refused;
    bool explained;
    struct buf body;
    struct subject subject;
    int status;
    char *described; /* of what was refused, with its answer */
};

struct trials {
    struct trial *items;
    size_t count;
};

/* --- asking --- */

static void add_trial(struct investigation *inv, struct trials *trials,
                      const struct feature *feature, bool other_dialect)
{
    trials->items = mem_resize(trials->items, trials->count + 1, sizeof *trials->items);
    struct trial *trial = &trials->items[trials->count++];
    const struct specimen specimen = {
        .features = &feature, .num_features = feature != NULL, .other_dialect = other_dialect};
    struct request request;
    *trial = (struct trial){.feature = feature, .other_dialect = other_dialect};
    if (specimen_write(inv, &specimen, &request))
        buf_add_bytes(&trial->body, buf_bytes(&request.body));
    request_clear(&request);
}

/* The bodies move no more: what is signed can be taken from them. */
static void read_subjects(struct investigation *inv, struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++)
        (void)subject_read(&trials->items[i].subject, buf_bytes(&trials->items[i].body),
                           inv->input->wall_ms);
}

static void trials_clear(struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++) {
        subject_clear(&trials->items[i].subject);
        buf_clear(&trials->items[i].body);
        free(trials->items[i].described);
    }
    free(trials->items);
}

static bool passes(struct investigation *inv, const struct trial *from, size_t count,
                   struct observation *seen, char **out_described)
{
    const struct feature **with = mem_alloc((count + 1) * sizeof(struct feature *));
    size_t num = 0;
    for (size_t i = 0; i < count; i++)
        if (from[i].feature)
            with[num++] = from[i].feature;
    const struct specimen specimen = {
        .features = with, .num_features = num, .other_dialect = from->other_dialect};
    bool accepted = specimen_ask(inv, &specimen, seen) == ANSWER_ACCEPTED;
    if (!accepted && out_described)
        *out_described = specimen_describe(inv, &specimen, seen);
    free(with);
    return accepted;
}

static void split(struct investigation *inv, struct trial *from, size_t count)
{
    struct observation seen;
    char *described = NULL;
    bool accepted = passes(inv, from, count, &seen, count == 1 ? &described : NULL);
    bool asked = answer_of(&seen) != ANSWER_NONE;
    for (size_t i = 0; asked && (accepted || count == 1) && i < count; i++) {
        from[i].asked = true;
        from[i].refused = !accepted;
        from[i].status = seen.status;
    }
    observation_clear(&seen);
    if (count == 1)
        from->described = described;
    if (accepted || !asked || count == 1)
        return;
    split(inv, from, count / 2);
    split(inv, from + count / 2, count - count / 2);
}

static void ask_dialect_of(struct investigation *inv, struct trials *trials, bool other)
{
    size_t first = trials->count;
    add_trial(inv, trials, NULL, other);
    for (size_t i = 0; i < num_features; i++)
        if (features[i].area == FEATURE_DATA)
            add_trial(inv, trials, &features[i], other);
    struct trial *base = &trials->items[first];
    split(inv, base, 1);
    if (!base->refused && base->asked)
        split(inv, base + 1, trials->count - first - 1);
}

/* --- hypotheses --- */

/* Whether the endpoint would refuse the event of this trial if it computed by `by`. */
static bool predicts(const struct investigation *inv, const struct computation *by,
                     const struct trial *trial)
{
    struct signing theirs = {0};
    struct signing ours = {0};
    bool ok = hypothesis_sign_by(by, &trial->subject, inv->input->secret, &theirs) &&
              hypothesis_sign_by(&inv->by, &trial->subject, inv->input->secret, &ours);
    bool same = ok && bytes_equal(buf_bytes(&theirs.message), buf_bytes(&ours.message));
    signing_clear(&theirs);
    signing_clear(&ours);
    return !same;
}

struct fit {
    const struct hypothesis *hypothesis;
    size_t num_explained;
    size_t rank; /* in the table */
};

/* How much of what was refused it explains; 0 when it would refuse what was accepted. */
static size_t num_explained(const struct investigation *inv, const struct computation *by,
                            const struct trials *trials)
{
    size_t count = 0;
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->items[i];
        if (!trial->asked || trial->explained || !predicts(inv, by, trial))
            continue;
        if (!trial->refused)
            return 0;
        count++;
    }
    return count;
}

static int by_fit(const void *left, const void *right)
{
    const struct fit *a = left;
    const struct fit *b = right;
    if (a->num_explained != b->num_explained)
        return a->num_explained > b->num_explained ? -1 : 1;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static size_t find_fits(const struct investigation *inv, const struct trials *trials,
                        struct fit *out)
{
    size_t count = 0;
    for (size_t i = 0; i < num_hypotheses; i++) {
        struct computation by = inv->by;
        if (hypotheses[i].part != PART_MESSAGE || hypotheses[i].is_open_message)
            continue;
        by.parts[PART_MESSAGE] = &hypotheses[i];
        size_t explained = num_explained(inv, &by, trials);
        if (explained)
            out[count++] = (struct fit){&hypotheses[i], explained, i};
    }
    qsort(out, count, sizeof *out, by_fit);
    return count;
}

/* Asks events with those features that it explains, signed as it says: all of them in one event,
 * then some by themselves, for something else may be wrong about one of them. */
static const struct trial *proved_by(struct investigation *inv, const struct computation *by,
                                     const struct trials *trials)
{
    enum { SINGLES_MAX = 4 };
    size_t singles = 0;
    for (size_t i = 0; i < trials->count && singles < SINGLES_MAX; i++) {
        const struct trial *trial = &trials->items[i];
        if (!trial->asked || !trial->refused || trial->explained || !predicts(inv, by, trial))
            continue;
        const struct specimen genuine = {.features = &trial->feature,
                                         .num_features = trial->feature != NULL,
                                         .other_dialect = trial->other_dialect,
                                         .by = by};
        struct specimen forged = genuine;
        forged.forged = true;
        singles++;
        if (specimen_passes(inv, &genuine) && specimen_ask(inv, &forged, NULL) != ANSWER_ACCEPTED)
            return trial;
    }
    return NULL;
}

/* What comes to the same by every trial is said as well. */
static char *sentence_of(const struct investigation *inv, const struct fit *fits, size_t count,
                         size_t chosen, const struct trials *trials)
{
    struct buf out = {0};
    buf_add_text(&out, fits[chosen].hypothesis->sentence);
    for (size_t i = 0; i < count; i++) {
        struct computation by = inv->by;
        struct computation own = inv->by;
        by.parts[PART_MESSAGE] = fits[chosen].hypothesis;
        own.parts[PART_MESSAGE] = fits[i].hypothesis;
        bool same = i != chosen && fits[i].num_explained == fits[chosen].num_explained;
        for (size_t k = 0; same && k < trials->count; k++) {
            struct signing a = {0};
            struct signing b = {0};
            same =
                hypothesis_sign_by(&by, &trials->items[k].subject, inv->input->secret, &a) ==
                    hypothesis_sign_by(&own, &trials->items[k].subject, inv->input->secret, &b) &&
                bytes_equal(buf_bytes(&a.message), buf_bytes(&b.message));
            signing_clear(&a);
            signing_clear(&b);
        }
        if (same)
            buf_add_format(&out, "; or it %s, which comes to the same",
                           fits[i].hypothesis->sentence);
    }
    return buf_take(&out);
}

static char *twin_of(struct investigation *inv, const struct trial *trial)
{
    const struct specimen twin = {.features = &trial->feature,
                                  .num_features = trial->feature != NULL,
                                  .other_dialect = trial->feature && trial->other_dialect,
                                  .plain = true};
    struct observation accepted;
    observation_init(&accepted);
    accepted.outcome = OUTCOME_ANSWERED;
    accepted.status = inv->base_status;
    char *text = specimen_describe(inv, &twin, &accepted);
    observation_clear(&accepted);
    return text;
}

static const char *difference_of(const struct trial *trial)
{
    return trial->feature ? trial->feature->with : "data as object";
}

static void take_hypothesis(struct investigation *inv, struct trials *trials,
                            const struct fit *fits, size_t num_fits, size_t chosen,
                            const struct trial *shown)
{
    const struct hypothesis *hypothesis = fits[chosen].hypothesis;
    char *sentence = sentence_of(inv, fits, num_fits, chosen, trials);
    char *twin = twin_of(inv, shown);
    struct diagnosis_kind kind = kind_of_hypothesis(hypothesis);
    bool only = strcmp(sentence, hypothesis->sentence) == 0;
    struct computation by = inv->by;
    kind.sentence = sentence;
    by.parts[PART_MESSAGE] = hypothesis;
    if (!inv->door)
        attribute_computation(
            inv, found_pair(inv, &kind, HARM_LOST, twin, shown->described, difference_of(shown)),
            &by);
    for (size_t i = 0; i < trials->count; i++)
        trials->items[i].explained =
            trials->items[i].explained || predicts(inv, &by, &trials->items[i]);
    if (only && hypothesis->language && !inv->language)
        inv->language = hypothesis->language;
    inv->by = by;
    inv->behind_first = true;
    free(sentence);
    free(twin);
}

#define FITS_TRIED 6

static bool name_hypothesis(struct investigation *inv, struct trials *trials)
{
    struct fit *fits = mem_alloc((num_hypotheses + 1) * sizeof *fits);
    size_t count = find_fits(inv, trials, fits);
    bool proved = false;
    for (size_t i = 0; !proved && i < count && i < FITS_TRIED; i++) {
        struct computation by = inv->by;
        by.parts[PART_MESSAGE] = fits[i].hypothesis;
        const struct trial *shown = proved_by(inv, &by, trials);
        proved = shown != NULL;
        if (proved)
            take_hypothesis(inv, trials, fits, count, i, shown);
    }
    free(fits);
    return proved;
}

/* --- groups and single features --- */

static struct trial *refused_trial(struct trials *trials, const char *id, bool other)
{
    for (size_t i = 0; i < trials->count; i++) {
        struct trial *trial = &trials->items[i];
        if (trial->refused && !trial->explained && trial->other_dialect == other &&
            trial->feature && strcmp(trial->feature->id, id) == 0)
            return trial;
    }
    return NULL;
}

static void name_cause(struct investigation *inv, struct trial *trial, const char *cause,
                       const char *sentence, const char *remedy)
{
    char *twin = twin_of(inv, trial);
    char *whole = trial->other_dialect && inv->dialect == DIALECT_TEXT
                      ? mem_format("%s, where data is an object", sentence)
                      : mem_text(sentence);
    const struct diagnosis_kind kind = {
        cause, whole, "such events are lost: Panora does not send them again", remedy};
    struct diagnosis *diagnosis =
        found_pair(inv, &kind, HARM_LOST, twin, trial->described, difference_of(trial));
    attribute_feature(inv, diagnosis, trial->feature, trial->status);
    free(twin);
    free(whole);
}

static void name_groups(struct investigation *inv, struct trials *trials, bool other)
{
    for (size_t i = 0; i < num_feature_groups; i++) {
        const struct feature_group *group = &feature_groups[i];
        bool all = true;
        for (size_t k = 0; all && group->features[k]; k++)
            all = refused_trial(trials, group->features[k], other) != NULL;
        if (!all)
            continue;
        for (size_t k = 0; group->features[k]; k++) {
            struct trial *trial = refused_trial(trials, group->features[k], other);
            name_cause(inv, trial, group->cause, group->sentence, group->remedy);
            trial->explained = true;
        }
    }
}

static void name_single(struct investigation *inv, struct trial *trial)
{
    static const char objects[] =
        "does not accept events whose data is an object, as Panora's documentation shows them";
    if (!trial->feature) {
        name_cause(inv, trial,
                   inv->dialect == DIALECT_TEXT ? "refuses-object-data" : "wants-object-data",
                   inv->dialect == DIALECT_TEXT
                       ? objects
                       : "takes events only when data is an object, as Panora's documentation "
                         "shows",
                   "accept both: verify JSON.stringify(data), then parse data when it is a string");
        return;
    }
    char *sentence = mem_format("does not accept events %s", trial->feature->words);
    name_cause(inv, trial, trial->feature->cause, sentence, trial->feature->remedy);
    free(sentence);
}

/* An endpoint that takes no member more says nothing about what those hold. */
static bool refuses_more(struct investigation *inv, struct trials *trials, bool other)
{
    struct trial *more = refused_trial(trials, "extra-inside", other);
    if (!more)
        return false;
    name_single(inv, more);
    for (size_t i = 0; i < trials->count; i++)
        if (trials->items[i].other_dialect == other && trials->items[i].feature)
            trials->items[i].explained = true;
    return true;
}

static void name_rest(struct investigation *inv, struct trials *trials, bool other)
{
    if (refuses_more(inv, trials, other))
        return;
    name_groups(inv, trials, other);
    for (size_t i = 0; i < trials->count; i++) {
        struct trial *trial = &trials->items[i];
        if (trial->refused && !trial->explained && trial->other_dialect == other) {
            trial->explained = true;
            name_single(inv, trial);
        }
    }
}

#define ROUNDS_MAX 3

void shrink_content(struct investigation *inv)
{
    bool proved = true;
    for (size_t round = 0; proved && round < ROUNDS_MAX && !inv->closed; round++) {
        struct trials trials = {0};
        ask_dialect_of(inv, &trials, false);
        if (!inv->input->object_only)
            ask_dialect_of(inv, &trials, true);
        read_subjects(inv, &trials);
        proved = name_hypothesis(inv, &trials);
        if (!proved) {
            name_rest(inv, &trials, false);
            name_rest(inv, &trials, true);
        }
        trials_clear(&trials);
    }
}
