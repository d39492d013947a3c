/*
 * Why no genuine event is accepted: something about the request, which one changed header mends; or
 * another computation, which is looked for among message, key, digest, header and form, the likely
 * ones first; or what stands before the handler. Asked whatever the refusing status is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/attribution.h"
#include "diagnose/bunch.h"
#include "diagnose/dress.h"
#include "diagnose/investigation.h"
#include "judge/met_instead.h"

/* --- what is met, and not by chance --- */

#define AGAIN      3
#define SETTLED_NS (200 * NS_PER_MS)
#define SLOWER_NS  (25 * NS_PER_MS)
#define SLOWEST_NS (100 * NS_PER_MS)

/* Who ends after a refusal resets what comes next, and who fails or drops some requests whatever
 * they are does so to any: that is no answer to it. What is always met when `usual` is not may be
 * one. */
static enum answer ask_settled(struct investigation *inv, const struct specimen *specimen,
                               int usual, struct observation *seen)
{
    enum answer answer = specimen_ask(inv, specimen, seen);
    int64_t gap_ns = inv->gap_ns;
    bool dropped = false;
    for (size_t i = 0; i < AGAIN && !inv->closed; i++) {
        if ((answer != ANSWER_DIED && answer != ANSWER_ERROR) || (usual && seen->status == usual))
            break;
        dropped = dropped || answer == ANSWER_DIED;
        inv->gap_ns = answer == ANSWER_DIED ? SETTLED_NS : gap_ns;
        observation_clear(seen);
        answer = specimen_ask(inv, specimen, seen);
    }
    inv->gap_ns = gap_ns;
    if (dropped && answer != ANSWER_DIED && gap_ns < SLOWEST_NS) /* it may have been too fast */
        inv->gap_ns = gap_ns ? gap_ns * 2 : SLOWER_NS;
    return answer;
}

/* --- another computation --- */

/* Who has answered nothing within the deadline does not answer the like later than this. */
#define SILENCE_NS (3 * NS_PER_S)

/* Which of the names it was. All together opened it: where none does, one may have failed by
 * chance.
 */
static void find_header(struct investigation *inv, struct key_hole *hole)
{
    for (size_t i = 0; i < 2 * num_hypotheses && !inv->closed; i++) {
        const struct hypothesis *header = &hypotheses[i % num_hypotheses];
        struct computation by = hole->by;
        if (header->part != PART_HEADER)
            continue;
        by.parts[PART_HEADER] = header;
        const struct specimen genuine = {
            .by = &by, .other_dialect = hole->other_dialect, .spaced = true};
        if (!specimen_passes(inv, &genuine))
            continue;
        hole->by = by;
        return;
    }
}

/* Hundreds of computations are tried: who fails one request in five would fail a few of them, and
 * these once more, but hardly this often, while the forgeries in between never fail. */
#define FURTHER_ROUNDS 4

/* What genuine events meet behind the signature check, when that is no 2xx: each time the same, and
 * not what a forgery of the same form meets. */
static bool gets_further(struct investigation *inv, const struct specimen *genuine,
                         const struct observation *seen, const struct observation *refused)
{
    enum answer answer = answer_of(seen);
    struct specimen forged = *genuine;
    bool same = inv->refuses_forged && seen->status != refused->status && seen->status != 429 &&
                (answer == ANSWER_ERROR || answer == ANSWER_HUNG || answer == ANSWER_REFUSED);
    forged.forged = true;
    inv->timeout_ns = SILENCE_NS;
    size_t rounds = answer == ANSWER_HUNG ? FURTHER_ROUNDS : 2 * FURTHER_ROUNDS; /* of seconds */
    for (size_t i = 0; i < rounds && same; i++) {
        struct observation again;
        bool is_forged = i % 2;
        enum answer met = specimen_ask(inv, is_forged ? &forged : genuine, &again);
        same = is_forged ? met == ANSWER_REFUSED && again.status == refused->status
                         : met == answer && again.status == seen->status;
        observation_clear(&again);
    }
    inv->timeout_ns = 0;
    return same;
}

/* The signature is looked for under another name, whatever it is compared with. */
static bool opens_by_name(struct investigation *inv, const struct key_hole *hole)
{
    const struct specimen plain = {.other_dialect = hole->other_dialect, .spaced = true};
    const struct computation *by = &hole->by;
    return hole->every_header && !by->parts[PART_MESSAGE] && !by->parts[PART_KEY] &&
           !by->parts[PART_DIGEST] && !specimen_passes(inv, &plain);
}

/* Accepted, and a forgery of the same form is not. */
static bool opens(struct investigation *inv, const struct key_hole *hole,
                  const struct observation *refused)
{
    const struct specimen genuine = {.by = &hole->by,
                                     .every_header = hole->every_header,
                                     .other_dialect = hole->other_dialect,
                                     .spaced = true};
    struct specimen forged = genuine;
    struct observation seen;
    forged.forged = true;
    enum answer answer = ask_settled(inv, &genuine, refused->status, &seen);
    if (gets_further(inv, &genuine, &seen, refused)) {
        inv->further = answer;
        inv->further_status = seen.status;
    }
    if (answer == ANSWER_ACCEPTED)
        inv->base_status = seen.status;
    observation_clear(&seen);
    if (answer != ANSWER_ACCEPTED)
        return false;
    enum answer of_forged = specimen_ask(inv, &forged, NULL);
    inv->refuses_forged = inv->refuses_forged || of_forged == ANSWER_REFUSED;
    return of_forged != ANSWER_ACCEPTED || opens_by_name(inv, hole);
}

/* Which serialiser it is, only accepted events would tell. */
static bool is_sure_unaccepted(const struct key_hole *hole)
{
    const struct hypothesis *message = hole->by.parts[PART_MESSAGE];
    bool open = message && message->language && strcmp(message->language, "javascript") != 0;
    return !open && !hole->every_header && !hole->other_dialect;
}

static size_t count_met(const struct investigation *inv, int status)
{
    size_t count = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        count += sight->exchange->genuine && sight->is_plain && !sight->exchange->by_scheme &&
                 sight_was_answered(sight) && (!status || sight->exchange->seen.status == status);
    }
    return count;
}

/* Those that the first look has tried, in the same order. Where events meet this and that, what is
 * likely is tried again, for it may have failed by chance. */
static bool is_known_to_fail(const struct investigation *inv, const struct bunch *bunch, size_t i)
{
    const struct first_refusal *known = inv->input->known;
    if (!known || known->scheme || inv->num_dresses || i > known->num_tried)
        return false;
    return i >= bunch->num_likely || count_met(inv, known->genuine_status) == count_met(inv, 0);
}

static void tell_of_likely(const struct investigation *inv)
{
    if (inv->is_first_look && inv->input->tried_likely && !inv->closed && !inv->further)
        inv->input->tried_likely(inv->input->payload);
}

static bool try_computations(struct investigation *inv, const struct observation *refused)
{
    struct bunch bunch;
    bool found = false;
    bunch_init(inv, &bunch);
    for (size_t i = 1; !found && i < bunch.count && !inv->closed && !inv->further; i++) {
        struct key_hole *hole = &bunch.items[i];
        if (is_known_to_fail(inv, &bunch, i))
            continue;
        bool rare = inv->tried_likely;
        inv->tried_likely = inv->tried_likely || i + 1 >= bunch.num_likely;
        bool opened = opens(inv, hole, refused);
        if (inv->further && is_sure_unaccepted(hole)) {
            inv->by = hole->by;
            inv->door = true;
        }
        if (!opened && !inv->closed && !inv->further && !inv->num_dresses)
            inv->num_tried = i;
        if (!opened && !rare && inv->tried_likely)
            tell_of_likely(inv);
        if (!opened)
            continue;
        found = true;
        if (hole->every_header)
            find_header(inv, hole);
        inv->by = hole->by;
        if (hole->other_dialect)
            inv->dialect = inv->dialect == DIALECT_TEXT ? DIALECT_OBJECT : DIALECT_TEXT;
    }
    bunch_clear(&bunch);
    inv->has_base = inv->has_base || found;
    inv->door = inv->door || found;
    inv->behind_first = inv->behind_first || found;
    return found;
}

/* Behind one changed header, another one is wanted. */
static bool try_two_dresses(struct investigation *inv, const struct feature *first,
                            const struct observation *refused)
{
    const struct specimen genuine = {0};
    const struct feature *further;
    struct observation of_first;
    inv->dresses[inv->num_dresses++] = first;
    (void)specimen_ask(inv, &genuine, &of_first);
    bool found = dress_try(inv, &of_first, SIZE_MAX, &further);
    observation_clear(&of_first);
    inv->num_dresses = 0;
    if (!found)
        return false;
    inv->dresses[inv->num_dresses++] = inv->dresses[1]; /* the pair differs in the first one */
    inv->behind_first = false;
    dress_name(inv, first, refused);
    inv->behind_first = true;
    inv->dresses[inv->num_dresses++] = first;
    return true;
}

/* Both are wrong, the request and the computation. */
static void try_computations_dressed(struct investigation *inv, const struct feature *dress,
                                     const struct observation *refused)
{
    if (dress && try_two_dresses(inv, dress, refused))
        return;
    if (dress)
        inv->dresses[inv->num_dresses++] = dress;
    bool opened = try_computations(inv, refused);
    inv->num_dresses = 0;
    if (!opened || !dress)
        return;
    const struct specimen genuine = {0};
    if (specimen_passes(inv, &genuine))
        return;
    inv->dresses[inv->num_dresses++] = dress;
    inv->behind_first = false;
    dress_name(inv, dress, refused);
    inv->behind_first = true;
}

/* --- naming the computation, once the experiments on content have told which it is --- */

static bool is_open(const struct hypothesis *one)
{
    return one && (one->is_open_key || one->is_open_message);
}

struct diagnosis_kind kind_of_hypothesis(const struct hypothesis *one)
{
    return (struct diagnosis_kind){
        .id = one->id,
        .sentence = one->sentence,
        .harm = is_open(one) ? "anyone can sign events that the endpoint accepts as genuine, and "
                               "Panora's own events are refused"
                             : "Panora's events are refused, and Panora does not retry them",
        .remedy = one->remedy,
    };
}

static const struct diagnosis_kind other_dialect = {
    "wants-object-data",
    "accepts events only when data is an object, as Panora's documentation shows",
    "Panora sends data as a string, so all of its events are refused",
    "accept data as a string: verify JSON.stringify(data), then parse the string"};

static void add_part(struct buf *out, const char *joint, const char *text)
{
    if (!strstr(buf_text(out), text))
        buf_add_format(out, "%s%s", out->len ? joint : "", text);
}

static bool is_own_secret(const struct hypothesis *key)
{
    return key && strcmp(key->id, "key-trimmed") == 0;
}

static const struct diagnosis_kind own_secret = {
    "own-secret",
    "accepts events signed without the white space, quotes or byte order mark around the "
    "secret that hookcheck was given",
    "hookcheck and the endpoint use different secrets",
    "check $HOOKCHECK_SECRET or the file: it starts or ends with a space, a newline, a quote "
    "or a byte order mark that Panora's dashboard does not show"};

/* What is odd about the user's own secret is said first. */
static void name_own_secret(struct investigation *inv)
{
    struct diagnosis *diagnosis = found_pair(
        inv, &own_secret, HARM_LOST, "an event signed with the bare secret",
        "the same event, signed with the secret as it was given", "the secret as it was given");
    diagnosis->role = DIAGNOSIS_OWN_INPUT;
    attribute_computation(inv, diagnosis, &inv->by, 0);
}

static void name_parts(struct investigation *inv)
{
    struct buf id = {0};
    struct buf sentence = {0};
    struct buf remedy = {0};
    struct diagnosis_kind kind = {0};
    bool open = false;
    for (size_t i = 0; i < NUM_PARTS; i++) {
        const struct hypothesis *one = inv->by.parts[i];
        if (!one || is_own_secret(one))
            continue;
        if (!kind.harm || is_open(one))
            kind.harm = kind_of_hypothesis(one).harm;
        open = open || is_open(one);
        add_part(&id, "+", one->id);
        add_part(&sentence, ", and it ", one->sentence);
        add_part(&remedy, "; ", one->remedy);
        if (!inv->language)
            inv->language = one->language;
    }
    if (id.len) {
        kind.id = buf_text(&id);
        kind.sentence = buf_text(&sentence);
        kind.remedy = buf_text(&remedy);
        const char *accepted = inv->has_base
                                   ? "an event signed this way, but no invented signature"
                                   : "an event signed this way gets past the signature check, but "
                                     "no invented signature does";
        attribute_computation(inv,
                              found_pair(inv, &kind, open ? HARM_FORGED : HARM_LOST, accepted,
                                         "the same event signed as Panora signs it",
                                         "signed as Panora signs it"),
                              &inv->by, 0);
    }
    buf_clear(&id);
    buf_clear(&sentence);
    buf_clear(&remedy);
}

void door_name(struct investigation *inv)
{
    bool behind = inv->behind_first;
    bool object = inv->dialect == DIALECT_OBJECT && !inv->input->object_only;
    if (!inv->door)
        return;
    inv->behind_first = false;
    if (is_own_secret(inv->by.parts[PART_KEY]))
        name_own_secret(inv);
    if (object)
        attribute_lost(inv,
                       found_pair(inv, &other_dialect, HARM_LOST,
                                  "an event whose data is an object",
                                  "the same event with data as a string", "data as a string"),
                       0);
    name_parts(inv);
    inv->behind_first = behind;
    inv->door = false;
}

/* --- in order --- */

/* What more than half of the run's genuine events met; 0 = nothing did. */
static int usual_status(const struct investigation *inv)
{
    size_t all = count_met(inv, 0);
    for (size_t i = 0; i < inv->num_sights; i++) {
        int status = inv->sights[i].exchange->seen.status;
        if (status && count_met(inv, status) * 2 > all)
            return status;
    }
    return 0;
}

/* What a genuine event meets; of one that hangs, the run has seen that already. */
static enum answer ask_genuine(struct investigation *inv, struct observation *seen)
{
    const struct specimen genuine = {0};
    for (size_t i = 0; inv->hangs && i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->exchange->genuine || sight->answer != ANSWER_HUNG)
            continue;
        observation_init(seen);
        seen->outcome = sight->exchange->seen.outcome;
        seen->status = sight->exchange->seen.status;
        memcpy(seen->detail, sight->exchange->seen.detail, sizeof seen->detail);
        return ANSWER_HUNG;
    }
    return ask_settled(inv, &genuine, usual_status(inv), seen);
}

/* Whether a forgery in the other dialect is refused as well, but otherwise. */
static bool refuses_later(struct investigation *inv, const struct observation *of_forged)
{
    const struct specimen object = {.forged = true, .other_dialect = true};
    struct observation seen;
    bool refused = !inv->input->object_only &&
                   ask_settled(inv, &object, of_forged->status, &seen) == ANSWER_REFUSED;
    bool later = refused && seen.status != of_forged->status && seen.status != 429;
    if (!inv->input->object_only)
        observation_clear(&seen);
    return later;
}

/* A limit on the rate leaves nothing to be asked: what the first look saw holds. */
static bool recall(struct investigation *inv)
{
    const struct first_refusal *known = inv->input->known;
    struct observation genuine;
    struct observation forged;
    if (!inv->stays_limited || inv->is_first_look || !known || !known->forged_status)
        return false;
    observation_init(&genuine);
    observation_init(&forged);
    genuine.outcome = forged.outcome = OUTCOME_ANSWERED;
    genuine.status = known->genuine_status;
    forged.status = known->forged_status;
    inv->refuses_forged = answer_of(&forged) == ANSWER_REFUSED;
    inv->tried_likely = known->is_likely;
    inv->closed = true;
    inv->closed_by = "the endpoint limits the request rate (429)";
    refusal_name(inv, &genuine, &forged);
    observation_clear(&genuine);
    observation_clear(&forged);
    return true;
}

static const struct diagnosis_kind inverted = {
    "checks-inverted", "accepts forged signatures and refuses the right one",
    "anyone can forge events, and those of Panora are lost",
    "the check is the wrong way round: Go's subtle.ConstantTimeCompare gives 1 for equal, C's "
    "memcmp and PHP's strcmp give 0"};

/* Once more, for a check that fails by chance looks alike. */
static bool name_inverted(struct investigation *inv, const struct observation *of_genuine,
                          const struct observation *of_forged)
{
    const struct specimen genuine = {0};
    const struct specimen forged = {.forged = true};
    if (answer_of(of_genuine) != ANSWER_REFUSED || answer_of(of_forged) != ANSWER_ACCEPTED ||
        specimen_passes(inv, &genuine) || !specimen_passes(inv, &forged))
        return false;
    char *accepted = specimen_describe(inv, &forged, of_forged);
    char *refused = specimen_describe(inv, &genuine, of_genuine);
    struct diagnosis *diagnosis =
        found_pair(inv, &inverted, HARM_FORGED, accepted, refused, "forged");
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].trouble &&
            (sight_got_in(&inv->sights[i]) || sight_is_lost(&inv->sights[i])))
            found_explain(diagnosis, inv->sights[i].one);
    free(accepted);
    free(refused);
    return true;
}

void door_open(struct investigation *inv)
{
    if (recall(inv))
        return;
    const struct specimen forged = {.forged = true};
    struct observation of_genuine;
    struct observation of_forged;
    enum answer answer = ask_genuine(inv, &of_genuine);
    inv->timeout_ns = inv->hangs ? SILENCE_NS : 0;
    inv->refuses_forged = ask_settled(inv, &forged, 0, &of_forged) == ANSWER_REFUSED;
    inv->timeout_ns = 0;
    inv->objects_further = !inv->hangs && inv->refuses_forged && refuses_later(inv, &of_forged);
    inv->genuine_status = of_genuine.status;
    inv->forged_status = of_forged.status;
    bool asks = answer == ANSWER_REFUSED || answer == ANSWER_ERROR || answer == ANSWER_DIED;
    bool hangs = answer == ANSWER_HUNG && answer_of(&of_forged) == ANSWER_HUNG;
    const struct met_instead *met = met_instead_of(&of_genuine, NULL);
    bool elsewhere = met && of_genuine.status >= 300 && of_genuine.status < 400;
    if (asks && of_genuine.status == of_forged.status && !elsewhere) {
        const struct feature *further;
        if (!dress_try(inv, &of_genuine, SIZE_MAX, &further))
            try_computations_dressed(inv, further, &of_genuine);
    }
    if (hangs) {
        const struct feature *further;
        (void)dress_try(inv, &of_genuine, 1, &further);
    }
    bool by_handler = answer_of(&of_forged) == ANSWER_REFUSED &&
                      of_genuine.status != of_forged.status &&
                      (of_genuine.status == 404 || of_genuine.status == 405);
    bool named = !inv->has_base && name_inverted(inv, &of_genuine, &of_forged);
    if (!inv->has_base && met && !by_handler && !named)
        refusal_name_met(inv, &of_genuine);
    else if (!inv->has_base && !named && answer != ANSWER_ACCEPTED && answer != ANSWER_NONE)
        refusal_name(inv, &of_genuine, &of_forged);
    observation_clear(&of_genuine);
    observation_clear(&of_forged);
}

/* --- for lists --- */

void door_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        kinds_add(out, kind_of_hypothesis(&hypotheses[i]));
    kinds_add(out, other_dialect);
    kinds_add(out, own_secret);
    kinds_add(out, inverted);
}
