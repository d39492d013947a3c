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
#include "diagnose/outcome.h"
#include "diagnose/ranking.h"

/* One feature in one dialect, and what it met. */
struct trial {
    const struct feature *feature; /* NULL = the dialect itself */
    bool other_dialect;
    bool asked;
    bool refused;
    bool explained;
    bool named; /* by a cause of its own */
    struct buf body;
    struct subject subject;
    struct buf message; /* that is signed as the endpoint is known to compute */
    int status;
    char *described; /* of what was refused, with its answer */
};

struct trials {
    struct trial *items;
    size_t count;
    int forged_status; /* that a forgery is refused with; 0 = not known */
};

/* --- asking --- */

static void add_trial(struct investigation *inv, struct trials *trials,
                      const struct feature *feature, bool other_dialect, bool spaced)
{
    trials->items = mem_resize(trials->items, trials->count + 1, sizeof *trials->items);
    struct trial *trial = &trials->items[trials->count++];
    const struct specimen specimen = {.features = &feature,
                                      .num_features = feature != NULL,
                                      .other_dialect = other_dialect,
                                      .spaced = spaced};
    struct request request;
    *trial = (struct trial){.feature = feature, .other_dialect = other_dialect};
    if (specimen_write(inv, &specimen, &request))
        buf_add_bytes(&trial->body, buf_bytes(&request.body));
    request_clear(&request);
}

/* The bodies move no more: what is signed can be taken from them. */
static void read_subjects(struct investigation *inv, struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++) {
        struct trial *trial = &trials->items[i];
        (void)subject_read(&trial->subject, buf_bytes(&trial->body), inv->input->now_ms);
        (void)hypothesis_message(&inv->by, &trial->subject, inv->input->secret, &trial->message);
    }
}

static void trials_clear(struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++) {
        subject_clear(&trials->items[i].subject);
        buf_clear(&trials->items[i].body);
        buf_clear(&trials->items[i].message);
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
    if (accepted || inv->closed || count == 1)
        return; /* what cannot be signed by this computation is not asked, but the rest of it is */
    split(inv, from, count / 2);
    split(inv, from + count / 2, count - count / 2);
}

static void ask_dialect_of(struct investigation *inv, struct trials *trials, bool other)
{
    size_t first = trials->count;
    add_trial(inv, trials, NULL, other, false);
    for (size_t i = 0; i < num_features; i++)
        if (features[i].area == FEATURE_DATA)
            add_trial(inv, trials, &features[i], other, false);
    struct trial *base = &trials->items[first];
    const struct specimen forged = {.forged = true, .other_dialect = true};
    split(inv, base, 1);
    if (other && base->asked && !base->refused && specimen_passes(inv, &forged)) {
        base->asked = false; /* not verified: what is accepted tells nothing */
        return;
    }
    if (!base->refused && base->asked)
        split(inv, base + 1, trials->count - first - 1);
    add_trial(inv, trials, NULL, other, true); /* never asked: it tells hypotheses apart */
}

/* --- hypotheses --- */

/* Whether the endpoint would refuse the event of this trial if it computed by `by`. */
static bool predicts(const struct investigation *inv, const struct computation *by,
                     const struct trial *trial)
{
    struct buf theirs = {0};
    bool same = hypothesis_message(by, &trial->subject, inv->input->secret, &theirs) &&
                bytes_equal(buf_bytes(&theirs), buf_bytes(&trial->message));
    buf_clear(&theirs);
    return !same;
}

/* Refused as no wrong signature is: another mistake may hide what its signature would meet. */
static bool is_about_other(const struct trials *trials, const struct trial *trial)
{
    return trials->forged_status && trial->status != trials->forged_status;
}

/* How much of what was refused it explains; 0 when it would refuse what was accepted. */
static size_t num_explained(const struct investigation *inv, const struct computation *by,
                            const void *payload)
{
    const struct trials *trials = payload;
    size_t count = 0;
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->items[i];
        if (!trial->asked || trial->explained || !predicts(inv, by, trial))
            continue;
        if (!trial->refused)
            return 0;
        count += !is_about_other(trials, trial);
    }
    return count;
}

/* It can be asked, and the endpoint refuses it by what the hypothesis says. */
static bool is_claimed(const struct investigation *inv, const struct computation *by,
                       const struct trials *trials, const struct trial *trial)
{
    struct buf message = {0};
    bool signs = hypothesis_message(by, &trial->subject, inv->input->secret, &message);
    bool differs = !bytes_equal(buf_bytes(&message), buf_bytes(&trial->message));
    buf_clear(&message);
    return trial->asked && trial->refused && !trial->explained && signs && differs &&
           !is_about_other(trials, trial);
}

/* Accepted when signed as it says, and a forgery is not. */
static bool is_accepted_by(struct investigation *inv, const struct specimen *genuine)
{
    struct specimen forged = *genuine;
    forged.forged = true;
    return specimen_passes(inv, genuine) && specimen_ask(inv, &forged, NULL) != ANSWER_ACCEPTED;
}

/* ... and each time that it is asked in turn with what is signed as before. */
static bool stays_accepted(struct investigation *inv, const struct specimen *genuine,
                           const struct trial *shown)
{
    const struct specimen before = {.features = &shown->feature,
                                    .num_features = shown->feature != NULL,
                                    .other_dialect = shown->other_dialect};
    return holds_in_turn(inv, genuine, &before) || inv->closed;
}

/* One event with all the features that it explains: only who computes so accepts it. */
static const struct trial *proved_at_once(struct investigation *inv, const struct computation *by,
                                          const struct trials *trials)
{
    const struct feature **with = mem_alloc((trials->count + 1) * sizeof(struct feature *));
    const struct trial *shown = NULL;
    size_t num = 0;
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->items[i];
        if (!is_claimed(inv, by, trials, trial) ||
            (shown && trial->other_dialect != shown->other_dialect))
            continue;
        if (!shown)
            shown = trial;
        if (trial->feature)
            with[num++] = trial->feature;
    }
    const struct specimen genuine = {.features = with,
                                     .num_features = num,
                                     .other_dialect = shown && shown->other_dialect,
                                     .spaced = shown && !shown->feature,
                                     .by = by};
    bool proved = shown && is_accepted_by(inv, &genuine) && stays_accepted(inv, &genuine, shown);
    free(with);
    return proved ? shown : NULL;
}

/* Something else may be wrong about one of them: then most of them by themselves. */
static const struct trial *proved_one_by_one(struct investigation *inv,
                                             const struct computation *by,
                                             const struct trials *trials)
{
    enum { SINGLES_MAX = 6 };
    const struct trial *shown = NULL;
    size_t asked = 0;
    size_t accepted = 0;
    for (size_t i = trials->count; i > 0 && asked < SINGLES_MAX; i--) {
        const struct trial *trial = &trials->items[i - 1];
        if (!is_claimed(inv, by, trials, trial))
            continue;
        const struct specimen genuine = {.features = &trial->feature,
                                         .num_features = trial->feature != NULL,
                                         .other_dialect = trial->other_dialect,
                                         .by = by};
        asked++;
        if (!is_accepted_by(inv, &genuine) || (!shown && !stays_accepted(inv, &genuine, trial)))
            continue;
        accepted++;
        shown = trial;
    }
    return accepted * 2 > asked ? shown : NULL;
}

/* Whether events of its dialect tell anything: not where any signature is accepted with them. */
static bool is_telling(const struct trials *trials, const struct trial *trial)
{
    for (size_t i = 0; i < trials->count; i++)
        if (trials->items[i].other_dialect == trial->other_dialect && trials->items[i].asked)
            return true;
    return false;
}

/* What comes to the same by every trial is said as well. */
static char *sentence_of(const struct investigation *inv, const struct ranked *fits, size_t count,
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
            struct buf a = {0};
            struct buf b = {0};
            const struct subject *subject = &trials->items[k].subject;
            if (!is_telling(trials, &trials->items[k]))
                continue;
            same = hypothesis_message(&by, subject, inv->input->secret, &a) ==
                       hypothesis_message(&own, subject, inv->input->secret, &b) &&
                   bytes_equal(buf_bytes(&a), buf_bytes(&b));
            buf_clear(&a);
            buf_clear(&b);
        }
        if (same)
            buf_add_format(&out, "; or it %s, which is the same here",
                           fits[i].hypothesis->sentence);
    }
    return buf_take(&out);
}

/* Whether it stays refused beside the usual event of its dialect; or beside the same without the
 * feature, for a limit on the size refuses a long text as well as many short ones. What could not
 * be asked to the end is likely. */
static bool stays_refused(struct investigation *inv, const struct trial *trial, bool beside_twin)
{
    const struct specimen odd = {.features = &trial->feature,
                                 .num_features = trial->feature != NULL,
                                 .other_dialect = trial->other_dialect};
    struct specimen twin = {.other_dialect = trial->feature && trial->other_dialect};
    if (trial->feature && beside_twin) {
        twin = odd;
        twin.plain = true;
    }
    return inv->closed || holds_in_turn(inv, &twin, &odd) || inv->closed;
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
    return trial->feature ? trial->feature->with : "data as an object";
}

/* Panora writes only the one dialect: what no case missed of the other is no loss. */
static void drop_unmissed(struct investigation *inv, struct diagnosis *diagnosis,
                          const struct trial *trial, bool is_new)
{
    if (is_new && trial->other_dialect && diagnosis->num_cases == 0)
        found_drop(inv, diagnosis);
}

static void take_hypothesis(struct investigation *inv, struct trials *trials,
                            const struct ranked *fits, size_t num_fits, size_t chosen,
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
    if (!inv->door) {
        bool is_new = !found_find(inv, kind.id);
        struct diagnosis *diagnosis =
            found_pair(inv, &kind, HARM_LOST, twin, shown->described, difference_of(shown));
        attribute_computation(inv, diagnosis, &by, shown->status);
        if (!inv->num_dresses) /* behind a changed header no case has asked for objects */
            drop_unmissed(inv, diagnosis, shown, is_new);
    }
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

#define FITS_TRIED       6
#define EQUAL_FITS_TRIED 14 /* ... that explain as much as the best */

/* Who takes only one dialect refuses the other however it is signed: what would explain that must
 * open it. */
static bool opens_dialect(struct investigation *inv, const struct computation *by,
                          const struct trials *trials)
{
    const struct specimen genuine = {.other_dialect = true, .by = by};
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->items[i];
        if (!trial->feature && trial->other_dialect && is_claimed(inv, by, trials, trial))
            return is_accepted_by(inv, &genuine);
    }
    return true;
}

static const struct trial *proved_by(struct investigation *inv, const struct computation *by,
                                     const struct trials *trials, bool at_once)
{
    if (!opens_dialect(inv, by, trials))
        return NULL;
    return at_once ? proved_at_once(inv, by, trials) : proved_one_by_one(inv, by, trials);
}

static bool any_refused(const struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++)
        if (trials->items[i].refused && !trials->items[i].explained)
            return true;
    return false;
}

/* What a hypothesis explains that there was no time to try is not named after its single features.
 */
static void leave_open(const struct investigation *inv, struct trials *trials,
                       const struct ranked *fits, size_t num_fits)
{
    for (size_t i = 0; i < num_fits; i++) {
        struct computation by = inv->by;
        by.parts[PART_MESSAGE] = fits[i].hypothesis;
        for (size_t k = 0; k < trials->count; k++)
            trials->items[k].explained =
                trials->items[k].explained || predicts(inv, &by, &trials->items[k]);
    }
}

static bool name_hypothesis(struct investigation *inv, struct trials *trials)
{
    if (!any_refused(trials))
        return false;
    struct ranked *fits = mem_alloc((num_hypotheses + 1) * sizeof *fits);
    size_t count = ranking_find(inv, num_explained, trials, fits);
    size_t most = count < FITS_TRIED ? count : FITS_TRIED;
    while (most < count && most < EQUAL_FITS_TRIED &&
           fits[most].num_explained == fits[0].num_explained)
        most++;
    bool proved = false;
    for (size_t i = 0; !proved && i < 2 * most && !inv->closed; i++) {
        struct computation by = inv->by;
        by.parts[PART_MESSAGE] = fits[i % most].hypothesis;
        const struct trial *shown = proved_by(inv, &by, trials, i < most);
        proved = shown != NULL;
        if (proved)
            take_hypothesis(inv, trials, fits, count, i % most, shown);
    }
    if (!proved && inv->closed)
        leave_open(inv, trials, fits, count);
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
    char *whole = trial->feature && trial->other_dialect && inv->dialect == DIALECT_TEXT
                      ? mem_format("%s, when data is an object", sentence)
                      : mem_text(sentence);
    const struct diagnosis_kind kind = {cause, whole,
                                        "such events are lost: Panora does not retry them", remedy};
    bool is_new = !found_find(inv, cause);
    struct diagnosis *diagnosis =
        found_pair(inv, &kind, HARM_LOST, twin, trial->described, difference_of(trial));
    attribute_feature(inv, diagnosis, trial->feature, trial->status);
    drop_unmissed(inv, diagnosis, trial, is_new);
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
        if (!all || !stays_refused(inv, refused_trial(trials, group->features[0], other), false))
            continue;
        for (size_t k = 0; group->features[k]; k++) {
            struct trial *trial = refused_trial(trials, group->features[k], other);
            name_cause(inv, trial, group->cause, group->sentence, group->remedy);
            trial->explained = true;
        }
        for (size_t k = 0; group->parts[k]; k++) {
            struct trial *trial = refused_trial(trials, group->parts[k], other);
            if (!trial)
                continue;
            name_cause(inv, trial, group->cause, group->sentence, group->remedy);
            trial->explained = true;
        }
    }
}

static void name_single(struct investigation *inv, struct trial *trial)
{
    static const char objects[] =
        "rejects events whose data is an object, as Panora's documentation shows";
    if (!trial->feature) {
        name_cause(
            inv, trial, inv->dialect == DIALECT_TEXT ? "refuses-object-data" : "wants-object-data",
            inv->dialect == DIALECT_TEXT
                ? objects
                : "accepts events only when data is an object, as Panora's documentation shows",
            "accept both: verify JSON.stringify(data), then parse data if it is a string");
        return;
    }
    name_cause(inv, trial, trial->feature->cause, trial->feature->sentence, trial->feature->remedy);
}

/* An endpoint that takes no member more says nothing about what those hold. */
static bool refuses_more(struct investigation *inv, struct trials *trials, bool other)
{
    struct trial *more = refused_trial(trials, "extra-inside", other);
    if (!more || !stays_refused(inv, more, false))
        return false;
    name_single(inv, more);
    for (size_t i = 0; i < trials->count; i++)
        if (trials->items[i].other_dialect == other && trials->items[i].feature)
            trials->items[i].explained = true;
    return true;
}

/* A character that is refused is refused in whatever holds it as well. */
static bool holds_one_of(const struct trials *named, size_t count, const struct trial *trial)
{
    for (size_t i = 0; i < count; i++) {
        const struct trial *one = &named->items[i];
        const char *needle = one->feature ? one->feature->needle : NULL;
        if (needle && one->named && one->other_dialect == trial->other_dialect && trial->feature &&
            strstr(trial->feature->odd, needle))
            return true;
    }
    return false;
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
            trial->named = !holds_one_of(trials, i, trial) && stays_refused(inv, trial, true);
            if (trial->named)
                name_single(inv, trial);
        }
    }
}

/* The fields of a form hold no objects. */
static bool takes_fields(const struct investigation *inv)
{
    return inv->num_dresses && inv->dresses[0] == feature_find("form-fields");
}

static bool asks_other_dialect(const struct investigation *inv)
{
    bool is_wanted = inv->dialect == DIALECT_OBJECT || !inv->input->text_only;
    return is_wanted && !inv->input->object_only && !takes_fields(inv);
}

/* Where it is always the same. */
static int status_of_forged(struct investigation *inv)
{
    const struct specimen forged = {.forged = true};
    struct observation seen;
    bool refused = specimen_ask(inv, &forged, &seen) == ANSWER_REFUSED;
    int status = refused && !inv->kept.unstable ? seen.status : 0;
    observation_clear(&seen);
    return status;
}

#define ROUNDS_MAX 3

void shrink_content(struct investigation *inv)
{
    bool proved = true;
    if (proved && lab_is_slow(inv) && !inv->door)
        guess_content(inv);
    for (size_t round = 0; proved && round < ROUNDS_MAX && !inv->closed; round++) {
        struct trials trials = {.forged_status = status_of_forged(inv)};
        ask_dialect_of(inv, &trials, false);
        if (asks_other_dialect(inv))
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
