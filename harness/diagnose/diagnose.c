#include "diagnose/diagnose.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/attribution.h"
#include "diagnose/found_scheme.h"
#include "diagnose/framework.h"
#include "diagnose/series.h"

static bool is_undecided(const struct case_result *one)
{
    return one->verdict == VERDICT_INCONCLUSIVE && !one->looked_into;
}

static bool has_trouble(const struct diagnose_input *input)
{
    const struct run_result *result = input->result;
    bool any = input->crowded_status || input->drops || input->first_status;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        any = any || case_is_in_trouble(one) || (is_undecided(one) && !input->any_accepted);
    }
    return any;
}

static bool was_reached(const struct investigation *inv)
{
    if (inv->input->known && inv->input->known->scheme) /* events got in by it */
        return true;
    for (size_t i = 0; i < inv->num_sights; i++)
        if (sight_was_answered(&inv->sights[i]))
            return true;
    return false;
}

/* Why it ends after a refusal does not tell why it refused. */
static bool is_explained(const struct investigation *inv, const struct sight *sight)
{
    static const char dies[] = "dies-on-refusals";
    for (size_t i = 0; i < inv->num_found; i++) {
        const struct diagnosis *found = &inv->found[i].diagnosis;
        bool tells = strcmp(found->id, dies) != 0 || sight->answer != ANSWER_REFUSED;
        for (size_t k = 0; tells && k < found->num_cases; k++)
            if (strcmp(found->cases[k], sight->one->id) == 0)
                return true;
    }
    return false;
}

/* Some case with a genuine event that was not accepted is not yet explained. */
static bool any_is_lost(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && inv->sights[i].trouble && sight_is_lost(&inv->sights[i]) &&
            !is_explained(inv, &inv->sights[i]))
            return true;
    return false;
}

/* What is due to chance may have a reason as well. */
static bool may_hide_reasons(const struct investigation *inv)
{
    for (size_t i = 0; inv->kept.unstable && i < inv->num_sights; i++)
        if (inv->sights[i].one && inv->sights[i].trouble && sight_is_lost(&inv->sights[i]))
            return true;
    return false;
}

static bool any_got_in(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && inv->sights[i].trouble && sight_got_in(&inv->sights[i]))
            return true;
    return false;
}

/* A stranger's request was answered 5xx, or not at all, or took the endpoint down; or an event did,
 * and nothing tells why. */
static bool any_broke(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool broke = sight->answer == ANSWER_ERROR || sight->answer == ANSWER_DIED ||
                     (sight->answer == ANSWER_HUNG && !sight->exchange->genuine) ||
                     (sight->one && sight->one->canary_failed);
        bool died = sight->answer != ANSWER_ERROR && !inv->kept.unstable && sight->one &&
                    !found_explains(inv, sight->one);
        bool counts = sight->trouble || !inv->has_base; /* it had no twin to be judged by */
        if (sight->one && counts && broke && (!sight->exchange->genuine || died))
            return true;
    }
    return false;
}

static int by_harm(const void *left, const void *right)
{
    const struct diagnosis *a = &((const struct found *)left)->diagnosis;
    const struct diagnosis *b = &((const struct found *)right)->diagnosis;
    if ((a->role == DIAGNOSIS_OWN_INPUT) != (b->role == DIAGNOSIS_OWN_INPUT))
        return a->role == DIAGNOSIS_OWN_INPUT ? -1 : 1;
    if (a->harm_rank != b->harm_rank)
        return (int)a->harm_rank - (int)b->harm_rank;
    return (a->num_cases < b->num_cases) - (a->num_cases > b->num_cases);
}

#define SILENCE_MIN_NS (500 * NS_PER_MS)
#define SILENCE_FACTOR 5

/* Some event, or some request of a stranger's, was not answered by the deadline. More like it need
 * not be waited for so long: 0, or several times as long as any answer took. */
static int64_t silence_ns(const struct investigation *inv, bool of_genuine)
{
    int64_t longest_ns = 0;
    bool hung = false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->answer == ANSWER_HUNG)
            hung = hung || sight->exchange->genuine == of_genuine;
        else if (sight_was_answered(sight) && sight->exchange->seen.total_ns > longest_ns)
            longest_ns = sight->exchange->seen.total_ns;
    }
    longest_ns *= SILENCE_FACTOR;
    return !hung ? 0 : longest_ns > SILENCE_MIN_NS ? longest_ns : SILENCE_MIN_NS;
}

/* What is asked with genuine events. */
static void ask_genuine(struct investigation *inv)
{
    bool lost = any_is_lost(inv) || inv->door || inv->behind_first || !inv->has_base;
    bool crowded = inv->input->crowded_status || inv->input->drops || inv->input->first_status ||
                   repeat_saw_limit(inv);
    if (inv->has_base && !inv->kept.too_unstable && (lost || crowded))
        repeat_measure(inv);
    bool more = any_is_lost(inv) || inv->door || may_hide_reasons(inv) || inv->behind_first;
    inv->timeout_ns = inv->has_base ? silence_ns(inv, true) : 0;
    if (inv->has_base && !inv->kept.too_unstable && more)
        shrink_content(inv);
    if (inv->has_base && inv->dialect == DIALECT_OBJECT && !inv->input->object_only)
        inv->behind_first = true; /* Panora's own form is refused */
    door_name(inv);
    for (int rest = 0; rest < 2; rest++)
        if (inv->has_base && !inv->kept.too_unstable &&
            (any_is_lost(inv) || inv->behind_first || (may_hide_reasons(inv) && !rest)))
            shrink_shapes(inv, rest != 0);
    if (inv->has_base && !inv->kept.too_unstable && any_is_lost(inv) && !inv->door)
        shrink_fields(inv);
    inv->timeout_ns = 0;
}

static void ask_entry(struct investigation *inv)
{
    bool dies = found_find(inv, "dies-on-refusals") != NULL; /* each copy would end it */
    if (inv->kept.num_extras > 0 && inv->input->look == LOOK_AT_REST)
        rules_of_entry_apply(inv); /* to what came since they were sent */
    if (inv->kept.num_extras > 0 || (!dies && repeat_forged(inv, any_is_lost(inv))) ||
        inv->kept.too_unstable)
        return;
    extras_forge(inv);
    extent_measure(inv);
    sights_add_extras(inv);
    rules_of_entry_apply(inv);
}

/* It is about forgeries, and was not decided, for their genuine twin was refused. */
static bool lacks_twin(const struct case_result *one)
{
    for (size_t k = 0; one->verdict == VERDICT_INCONCLUSIVE && k < one->num_exchanges; k++)
        if (!one->exchanges[k].genuine && one->exchanges[k].seen.outcome == OUTCOME_ANSWERED)
            return true;
    return false;
}

static bool hides_twins(const struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < result->num_cases; i++)
        if (lacks_twin(&result->cases[i]))
            return true;
    return false;
}

#define FORGERIES 30 /* so many show a failure by chance of one in five nearly always */

/* Where no genuine event is accepted, only forgeries can show that requests fail by chance. If they
 * do, a single 5xx means nothing. */
static bool fail_by_chance(struct investigation *inv)
{
    const struct specimen forged = {.forged = true};
    struct series series;
    if (inv->has_base)
        return false;
    series_run(inv, &forged, FORGERIES, 1, inv->gap_ns, false, &series);
    return series.num_errors > 0;
}

static void ask_breaking(struct investigation *inv)
{
    if (fail_by_chance(inv))
        return;
    inv->timeout_ns = silence_ns(inv, false);
    if (inv->kept.num_extras == 0)
        extras_forge(inv);
    extras_break(inv);
    inv->timeout_ns = 0;
    sights_add_extras(inv);
    if (inv->closed && inv->input->look == LOOK_AT_REST)
        return; /* half of the requests tell nothing apart */
    rules_of_breaking_apply(inv);
}

static bool may_forge(const struct investigation *inv)
{
    return !inv->input->is_unsigned && inv->has_base && !inv->kept.too_unstable &&
           !inv->by.parts[PART_DIGEST];
}

/* What breaks is told from what is refused: it takes no event that is accepted. */
static bool may_break(const struct investigation *inv)
{
    return may_forge(inv) || (!inv->input->is_unsigned && inv->refuses_forged);
}

/* It went down, or a stranger's request was the last that it answered. */
static bool any_died(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->trouble &&
            (sight->one->canary_failed || sight->answer == ANSWER_DIED))
            return true;
    }
    return false;
}

/* Where genuine events are refused as well, no case can compare refusals. */
static bool may_tell(const struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < result->num_cases; i++)
        if (strcmp(result->cases[i].id, "panora/signature/refusals-look-alike") == 0)
            return result->cases[i].verdict != VERDICT_PASS && !result->cases[i].looked_into;
    return inv->behind_first;
}

/* Who closes on genuine events alone, or answers them so that nobody can read it, seems to be gone.
 */
static bool is_away(struct investigation *inv)
{
    const struct specimen forged = {.forged = true};
    return !inv->hangs && (specimen_ask(inv, &forged, NULL) == ANSWER_UNREACHED || inv->closed);
}

/* What was proved before it was gone holds. Forgeries that got in cannot be tried again, so what
 * lets them in is only likely. */
static void tell_from_cases(struct investigation *inv)
{
    const struct first_refusal *known = inv->input->known;
    inv->closed = true;
    inv->closed_by = "the endpoint was gone, so it could not be asked again";
    if (known && known->cause) {
        struct diagnosis *cause = found_find(inv, known->cause->id);
        attribute_lost(inv, cause ? cause : found_recall(inv, known->cause), known->genuine_status);
        return;
    }
    if (inv->input->is_unsigned || !inv->input->any_accepted || !any_got_in(inv))
        return;
    inv->by_cases = true;
    rules_of_entry_apply(inv);
    inv->by_cases = false;
}

/* Whoever is slow leaves no time for this question after all others. */
static void ask_slowness(struct investigation *inv)
{
    static const char start[] = "panora/timing/acknowledges-";
    const struct run_result *result = inv->input->result;
    bool any = false;
    for (size_t i = 0; i < result->num_cases; i++)
        any = any || (text_starts_with(result->cases[i].id, start) &&
                      case_is_in_trouble(&result->cases[i]));
    if (any && inv->has_base && !inv->kept.too_unstable && lab_is_slow(inv))
        (void)slowness_measure(inv);
}

/* The most harmful question first: what may be asked can end at any time. But who ends after each
 * refusal is asked for that before anything, for each forgery costs the events behind it. */
static void search(struct investigation *inv)
{
    enum diagnose_look look = inv->input->look;
    inv->elsewhere = unreadable_apply(inv);
    if (inv->elsewhere)
        return;
    lab_find_base(inv);
    if (inv->input->is_gone && !inv->has_base && is_away(inv)) {
        tell_from_cases(inv);
        return;
    }
    if (lockout_measure(inv))
        return;
    inv->elsewhere = !inv->hangs && before_handler(inv);
    if (inv->elsewhere)
        return;
    bool dies = !inv->has_base && any_died(inv) && deaths_measure(inv);
    if (!inv->has_base && !inv->input->is_unsigned) {
        door_open(inv);
        if (inv->has_base && lockout_measure(inv)) /* now it can be asked */
            return;
    }
    bool in_haste = inv->input->drops || (repeat_saw_limit(inv) && any_is_lost(inv));
    if (inv->has_base && in_haste) /* what it drops for its pace died of nothing else */
        repeat_measure(inv);
    dies = dies || (may_forge(inv) && !inv->kept.unstable && any_died(inv) && deaths_measure(inv));
    if (may_forge(inv) && any_got_in(inv))
        ask_entry(inv);
    ask_slowness(inv);
    ask_genuine(inv);
    inv->hides_twins = hides_twins(inv);
    if (may_forge(inv) && (inv->behind_first || inv->hides_twins))
        ask_entry(inv);
    bool may_hide = any_broke(inv) || inv->behind_first || inv->hides_twins;
    if (may_break(inv) && !dies && look != LOOK_AT_FIRST && may_hide)
        ask_breaking(inv);
    if (may_forge(inv) && may_tell(inv))
        telling_measure(inv);
    if (look != LOOK_AT_FIRST) /* what became of events is not known yet */
        processing_apply(inv);
    if (inv->has_base && inv->gap_ns && !found_find(inv, "locks-out"))
        (void)lockout_measure(inv); /* again, slowly enough; it takes so long that it comes last */
}

void first_refusal_clear(struct first_refusal *refusal)
{
    free(refusal->sentence);
    free(refusal->scheme);
    if (refusal->cause)
        diagnosis_clear(refusal->cause);
    free(refusal->cause);
    *refusal = (struct first_refusal){0};
}

/* One type of each vertical: the endpoint may refuse the usual one alone. What is taken with any
 * signature tells nothing of how others are checked. */
static bool other_type_gets_in(struct investigation *inv)
{
    const struct catalogue *catalogue = inv->input->catalogue;
    const char *vertical = inv->type;
    for (size_t i = 0; i < catalogue->num_types && !inv->closed; i++) {
        const struct event_type *type = &catalogue->types[i];
        size_t len = strcspn(type->name, ".") + 1;
        const struct specimen genuine = {.type = type->name};
        const struct specimen forged = {.type = type->name, .forged = true};
        bool arrives = type->sent && type->wire_type && strcmp(type->wire_type, type->name) == 0;
        if (!arrives || strncmp(type->name, vertical, len) == 0)
            continue;
        vertical = type->name;
        if (specimen_passes(inv, &genuine) && !specimen_passes(inv, &forged))
            return true;
    }
    return false;
}

/* What is proved, or else what is likely. */
static void say_cause(const struct investigation *inv, struct first_refusal *out)
{
    const struct diagnosis *cause = NULL;
    for (size_t i = 0; i < inv->num_found; i++) {
        const struct diagnosis *one = &inv->found[i].diagnosis;
        bool is_better = !cause || (cause->confidence != CONFIDENCE_PROVED &&
                                    one->confidence == CONFIDENCE_PROVED);
        if (is_better)
            cause = one;
    }
    if (!cause)
        return;
    out->sentence = mem_text(cause->sentence);
    out->is_likely = cause->confidence != CONFIDENCE_PROVED;
}

/* The first that was proved goes with the result, the others end here. */
static void keep_proved(struct investigation *inv, struct first_refusal *out)
{
    for (size_t i = 0; i < inv->num_found; i++) {
        struct diagnosis *one = &inv->found[i].diagnosis;
        if (out->cause || one->confidence != CONFIDENCE_PROVED) {
            diagnosis_clear(one);
            continue;
        }
        out->cause = mem_alloc(sizeof *out->cause);
        *out->cause = *one;
    }
}

void diagnose_first_refusal(const struct diagnose_input *input, const struct exchange *refused,
                            struct first_refusal *out)
{
    struct investigation inv = {
        .input = input, .rng = rng_for(input->seed, "first refusal"), .is_first_look = true};
    *out = (struct first_refusal){0};
    lab_find_base(&inv);
    if (!inv.has_base && !inv.hangs && !other_type_gets_in(&inv))
        door_open(&inv);
    if (inv.has_base && !inv.behind_first && refused->genuine)
        which_serialiser_find(&inv, &refused->request);
    which_serialiser_settle(&inv);
    if (!which_serialiser_is_open(&inv))
        door_name(&inv);
    out->is_limited = inv.stays_limited;
    say_cause(&inv, out);
    keep_proved(&inv, out);
    out->genuine_status = inv.genuine_status;
    out->forged_status = inv.forged_status;
    out->scheme = inv.behind_first ? scheme_found(&inv) : NULL;
    out->dialect = inv.dialect;
    out->type = inv.type;
    out->num_tried = inv.num_tried;
    free(inv.found);
    document_clear(&inv.document);
}

/* Takes over what was found earlier in the run. */
static void take_found(struct investigation *inv, struct diagnosis *before, size_t count)
{
    inv->found = mem_alloc((count + 1) * sizeof *inv->found);
    for (; inv->num_found < count; inv->num_found++)
        inv->found[inv->num_found].diagnosis = before[inv->num_found];
    free(before);
}

void diagnose(const struct diagnose_input *input, struct diagnosis **inout, size_t *inout_count)
{
    struct investigation inv = {.input = input,
                                .rng = rng_for(input->seed, "diagnosis"),
                                .limited_status = input->crowded_status,
                                .stays_limited = input->known && input->known->is_limited};
    take_found(&inv, *inout, *inout_count);
    *inout_count = 0;
    if (input->memory)
        inv.kept = *input->memory;
    sights_gather(&inv);
    sights_add_extras(&inv);
    if (was_reached(&inv)) {
        if (has_trouble(input) || !input->any_accepted || input->look == LOOK_AT_REST)
            search(&inv);
        if (!inv.elsewhere)
            symptoms_apply(&inv);
        attribute_large(&inv);
    } else {
        tls_apply(&inv);
    }
    if (inv.num_found)
        qsort(inv.found, inv.num_found, sizeof *inv.found, by_harm);
    framework_advise(&inv);
    *inout = mem_alloc((inv.num_found + 1) * sizeof **inout);
    for (size_t i = 0; i < inv.num_found; i++)
        (*inout)[(*inout_count)++] = inv.found[i].diagnosis;
    free(inv.found);
    document_clear(&inv.document);
    sights_clear(&inv);
    if (input->memory)
        *input->memory = inv.kept;
    else
        diagnose_memory_clear(&inv.kept);
}

/* --- everything that can be diagnosed --- */

struct diagnosis_kinds diagnosis_kinds(void)
{
    static void (*const sources[])(struct diagnosis_kinds * out) = {
        rule_kinds,    door_kinds,  refusal_kinds,    lockout_kinds,   repeat_kinds,
        shrink_kinds,  shape_kinds, type_kinds,       field_kinds,     tls_kinds,
        symptom_kinds, death_kinds, processing_kinds, unreadable_kinds};
    struct diagnosis_kinds out = {0};
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        sources[i](&out);
    return out;
}

bool diagnosis_kind_find(const char *id, struct diagnosis_kind *out)
{
    struct diagnosis_kinds all = diagnosis_kinds();
    bool found = false;
    for (size_t i = 0; i < all.count && !found; i++) {
        *out = all.items[i];
        found = strcmp(out->id, id) == 0;
    }
    free(all.items);
    return found;
}
