/* Believing a rule: it is never wrong about what was seen, and explains something. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "diagnose/rule.h"
#include "result/packed.h"

#define LARGE_MIN ((size_t)64 * 1024)

static bool is_post(const struct sight *sight)
{
    return strcmp(sight->exchange->request.method, "POST") == 0;
}

/* Neither let in nor refused: an answer in the two hundreds that no client can read. */
static bool is_unreadable_acceptance(const struct sight *sight)
{
    return sight->answer == ANSWER_BROKEN && sight->exchange->seen.status / 100 == 2;
}

/* Where every genuine event breaks, a forgery that does may have been let in. */
static bool breaks_as_genuine(const struct investigation *inv, const struct sight *sight)
{
    return !inv->has_base && inv->broken_status && sight->has_event &&
           sight->exchange->seen.status == inv->broken_status;
}

/* Whether rules about that effect speak about this request at all. */
static bool is_asked(const struct investigation *inv, enum effect effect, const struct sight *sight)
{
    /* where events are refused by chance, forgeries are refused for good reason, too */
    bool is_refusal = sight->is_extra && sight->answer == ANSWER_REFUSED;
    bool by_chance = inv->kept.unstable && inv->kept.unstable_status && !is_refusal &&
                     sight->exchange->seen.status == inv->kept.unstable_status;
    if (!is_post(sight) || !sight_was_answered(sight) || sight_was_limited(sight) || by_chance)
        return false;
    if (effect == EFFECT_GETS_IN && is_unreadable_acceptance(sight))
        return false;
    if (effect == EFFECT_BREAKS && breaks_as_genuine(inv, sight))
        return false;
    return !sight->exchange->genuine || effect == EFFECT_DIES;
}

/* What went down after a case may have done so of something else: that proves no rule. */
static bool died(const struct sight *sight)
{
    if (sight->answer == ANSWER_DIED)
        return true;
    return sight->is_extra ? sight->exchange->repeated : sight->one && sight->one->canary_failed;
}

static bool shows(enum effect effect, const struct sight *sight)
{
    switch (effect) {
    case EFFECT_GETS_IN:
        return sight_got_in(sight);
    case EFFECT_BREAKS:
        return sight->answer == ANSWER_ERROR;
    case EFFECT_DIES:
        return died(sight);
    case EFFECT_HANGS:
        return sight->answer == ANSWER_HUNG;
    }
    return false;
}

struct fit {
    bool sound;
    size_t num_explained; /* troubles that it predicts */
    size_t num_new;       /* ... and that nothing explains yet */
    const struct sight *example;
    const struct sight *contrast; /* one that it rightly does not predict */
};

static bool is_explained(const struct investigation *inv, const bool *covered,
                         const struct sight *sight)
{
    return covered[sight - inv->sights];
}

#define MOST_ALIKE 3

/* What is no ordinary event says less about a signature. */
static int likeness_of(const struct sight *sight)
{
    enum { USUAL_DEPTH = 16 };
    return 2 * sight->has_event + (sight->is_plain && sight->depth <= USUAL_DEPTH);
}

/* An ordinary event with one wrong signature. */
static bool is_about_signature(const struct sight *sight)
{
    return sight->is_extra && sight->has_event && sight->num_signatures == 1 && !sight->is_right &&
           sight->is_plain;
}

/* What ordinary forgeries are refused with; 0 = none was. */
static int status_of_forged(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (is_about_signature(&inv->sights[i]) && inv->sights[i].answer == ANSWER_REFUSED)
            return inv->sights[i].exchange->seen.status;
    return 0;
}

/* Refused as some genuine events are, and as no wrong signature is: its signature may not have been
 * looked at. */
static bool is_refused_for_other(const struct investigation *inv, const struct sight *sight)
{
    int status = sight->exchange->seen.status;
    if (sight->answer != ANSWER_REFUSED || status == status_of_forged(inv))
        return false;
    for (size_t i = 0; i < inv->num_sights; i++)
        if (sight_is_lost(&inv->sights[i]) && inv->sights[i].exchange->seen.status == status)
            return true;
    return false;
}

static struct fit fit_of(const struct investigation *inv, const struct rule *rule,
                         const bool *covered)
{
    struct fit fit = {.sound = true};
    for (size_t i = 0; i < inv->num_sights && fit.sound; i++) {
        const struct sight *sight = &inv->sights[i];
        bool is_unsure = rule->effect == EFFECT_DIES && sight->one; /* seen once, among others */
        if (sight->is_extra == inv->by_cases || is_unsure || !is_asked(inv, rule->effect, sight))
            continue;
        bool predicted = rule->predicts(rule, inv, sight);
        bool shown = shows(rule->effect, sight);
        if (predicted && !shown && rule->effect != EFFECT_GETS_IN && sight_got_in(sight))
            continue; /* it was let in before anything could break */
        if (predicted && !shown && rule->effect == EFFECT_GETS_IN &&
            is_refused_for_other(inv, sight))
            continue;
        if (predicted && !shown)
            fit.sound = false;
        if (predicted && shown) {
            fit.num_explained++;
            fit.num_new += !is_explained(inv, covered, sight);
            if (!is_explained(inv, covered, sight) && !fit.example)
                fit.example = sight;
        }
        /* of equals the first: it is the plainest */
        bool likens = !fit.contrast || likeness_of(sight) > likeness_of(fit.contrast);
        if (!predicted && !shown && likens)
            fit.contrast = sight;
    }
    return fit;
}

/* One extra and what it met, for a pair. */
static char *describe(const struct sight *sight)
{
    struct buf out = {0};
    if (!sight)
        return mem_text("");
    buf_add_format(&out, "%s: ", sight->exchange->sent ? sight->exchange->sent : "");
    answer_describe_untimed(&sight->exchange->seen, &out);
    return buf_take(&out);
}

/* Whether the rule would speak about it, were it an ordinary event: what comes in an odd form may
 * be refused for that, so it is no proof against a rule; but if it got in, the rule is why. */
static bool predicts_in_odd_form(const struct investigation *inv, const struct rule *rule,
                                 const struct sight *sight)
{
    struct sight ordinary = *sight;
    ordinary.has_event = js_get(sight->event, "data") != NULL;
    return rule->effect == EFFECT_GETS_IN && rule->predicts(rule, inv, &ordinary);
}

/* A large request without a signature may break for its size; what it was answered tells. */
static bool predicts_large(const struct investigation *inv, const struct rule *rule,
                           const struct sight *sight, const struct sight *example)
{
    struct sight small = *sight;
    small.has_event = true;
    return rule->effect != EFFECT_GETS_IN && !sight->has_event && sight->is_plain &&
           sight->num_signatures == 0 && exchange_body_len(sight->exchange) > LARGE_MIN &&
           (rule->effect != EFFECT_BREAKS ||
            (example && sight->exchange->seen.status == example->exchange->seen.status &&
             bytes_equal(buf_bytes(&sight->exchange->seen.body),
                         buf_bytes(&example->exchange->seen.body)))) &&
           rule->predicts(rule, inv, &small);
}

/* What another cause explains already is no separate trouble. */
static void explain(struct investigation *inv, const struct rule *rule, struct diagnosis *diagnosis,
                    const struct sight *example, bool *covered)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (covered[i] || !is_asked(inv, rule->effect, sight) || !shows(rule->effect, sight) ||
            !sight->trouble ||
            !(rule->predicts(rule, inv, sight) || predicts_in_odd_form(inv, rule, sight) ||
              predicts_large(inv, rule, sight, example)))
            continue;
        covered[i] = true;
        found_explain(diagnosis, sight->one);
    }
}

/* Rules that explain exactly the same are all said: nothing that was seen tells them apart. */
static char *sentence_of(const struct investigation *inv, const struct rule *rules, size_t count,
                         const struct rule *chosen, const struct fit *fit, const bool *covered)
{
    struct buf out = {0};
    buf_add_text(&out, chosen->kind.sentence);
    for (size_t i = 0; i < count; i++) {
        const struct rule *other = &rules[i];
        if (other == chosen || other->effect != chosen->effect || other->is_vague ||
            strcmp(other->kind.id, chosen->kind.id) == 0 ||
            strcmp(other->kind.sentence, chosen->kind.sentence) == 0)
            continue;
        struct fit of_other = fit_of(inv, other, covered);
        if (of_other.sound && of_other.num_new == fit->num_new &&
            of_other.num_explained == fit->num_explained)
            buf_add_format(&out, "; or it %s", other->kind.sentence);
    }
    return buf_take(&out);
}

/* The sound rule that explains most of what is left, the first of equals. */
static const struct rule *best_rule(const struct investigation *inv, const struct rule *rules,
                                    size_t count, enum effect effect, const bool *covered,
                                    struct fit *out)
{
    const struct rule *best = NULL;
    for (size_t i = 0; i < count; i++) {
        if (rules[i].effect != effect)
            continue;
        struct fit fit = fit_of(inv, &rules[i], covered);
        if (fit.sound && fit.num_new > 0 && (!best || fit.num_new > out->num_new)) {
            best = &rules[i];
            *out = fit;
        }
    }
    return best;
}

/* The sentence with the number that was measured, where it has a place for one. */
static char *with_measure(const struct investigation *inv, const char *sentence)
{
    const char *place = strstr(sentence, " N ");
    size_t number = inv->first_digits ? inv->first_digits : inv->last_digits;
    if (!place)
        return mem_text(sentence);
    return mem_format("%.*s %zu %s", (int)(place - sentence), sentence, number, place + 3);
}

/* What is odd itself is not what anybody would compare with. */
static char *describe_contrast(const struct investigation *inv, const struct sight *contrast)
{
    if ((contrast && likeness_of(contrast) == MOST_ALIKE) || !inv->has_base)
        return describe(contrast);
    return mem_format("%s, genuine: %d", inv->type, inv->base_status);
}

static void add_found(struct investigation *inv, const struct rule *rules, size_t count,
                      const struct rule *best, const struct fit *fit, bool *covered)
{
    char *sentence = sentence_of(inv, rules, count, best, fit, covered);
    char *whole = with_measure(inv, sentence);
    char *example = describe(fit->example);
    struct diagnosis_kind kind = best->kind;
    bool entry = best->effect == EFFECT_GETS_IN;
    char *contrast = entry ? describe(fit->contrast) : describe_contrast(inv, fit->contrast);
    const struct sight *wrong =
        entry ? fit->contrast : fit->example; /* what is refused, or breaks */
    kind.sentence = whole;
    struct diagnosis *diagnosis =
        found_pair(inv, &kind, best->harm_rank, entry ? example : contrast,
                   entry ? contrast : example, wrong ? wrong->exchange->sent : "");
    explain(inv, best, diagnosis, fit->example, covered);
    bool is_hidden = inv->behind_first || inv->hides_twins;
    if (best->effect != EFFECT_GETS_IN && diagnosis->num_cases == 0 && !is_hidden)
        found_drop(inv, diagnosis); /* no case had to do with it */
    free(sentence);
    free(whole);
    free(example);
    free(contrast);
}

/* Extras that the rule explains are not explained twice. */
static void cover(const struct investigation *inv, const struct rule *rule, bool *covered)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        covered[i] = covered[i] || (inv->sights[i].is_extra != inv->by_cases &&
                                    is_asked(inv, rule->effect, &inv->sights[i]) &&
                                    rule->predicts(rule, inv, &inv->sights[i]) &&
                                    shows(rule->effect, &inv->sights[i]));
}

/* Wrong signatures that broke the endpoint, and that no rule explains. */
static size_t num_left_over(const struct investigation *inv, const struct rule *rules, size_t count,
                            enum effect effect, const bool *covered)
{
    struct fit fit = {0};
    const struct rule *best;
    size_t left = 0;
    bool *tried = mem_alloc((inv->num_sights + 1) * sizeof *tried);
    memcpy(tried, covered, inv->num_sights * sizeof *tried);
    while ((best = best_rule(inv, rules, count, effect, tried, &fit)))
        cover(inv, best, tried);
    for (size_t i = 0; i < inv->num_sights; i++)
        left += !tried[i] && is_about_signature(&inv->sights[i]) &&
                is_asked(inv, effect, &inv->sights[i]) && shows(effect, &inv->sights[i]);
    free(tried);
    return left;
}

/* What broke on more wrong signatures than a rule explains broke on these, too, for a reason that
 * no rule knows. */
static bool is_a_part(const struct fit *fit, size_t left_over)
{
    return fit->example && is_about_signature(fit->example) && fit->num_new <= left_over;
}

/* Who answers 2xx to what it refuses shows no other way in: each looks like one. */
static bool hides_others(const struct rule *rule)
{
    return strcmp(rule->kind.id, "answers-success-to-refusals") == 0;
}

static void apply(struct investigation *inv, const struct rule *rules, size_t count,
                  enum effect effect)
{
    bool *covered = mem_alloc((inv->num_sights + 1) * sizeof *covered);
    struct fit fit = {0};
    const struct rule *best;
    for (size_t i = 0; i < inv->num_sights; i++)
        covered[i] = inv->sights[i].one && found_explains(inv, inv->sights[i].one);
    size_t left_over =
        effect == EFFECT_GETS_IN ? 0 : num_left_over(inv, rules, count, effect, covered);
    while ((best = best_rule(inv, rules, count, effect, covered, &fit))) {
        if (!is_a_part(&fit, left_over))
            add_found(inv, rules, count, best, &fit, covered);
        cover(inv, best, covered);
        if (hides_others(best) || inv->by_cases)
            break;
    }
    free(covered);
}

void rules_of_entry_apply(struct investigation *inv)
{
    apply(inv, rules_of_entry, num_rules_of_entry, EFFECT_GETS_IN);
}

void rules_of_breaking_apply(struct investigation *inv)
{
    apply(inv, rules_of_breaking, num_rules_of_breaking, EFFECT_BREAKS);
    apply(inv, rules_of_breaking, num_rules_of_breaking, EFFECT_DIES);
    apply(inv, rules_of_breaking, num_rules_of_breaking, EFFECT_HANGS);
}

/* --- it ended, and stays away --- */

/* How well the answer to an ordinary event shows that the endpoint survived what is like `last`; 0
 * = not at all. */
static int worth_of(const struct sight *sight, const struct sight *last)
{
    bool genuine = last->exchange->genuine;
    bool is_alike = sight->has_event && sight->exchange->genuine == genuine;
    if (!is_alike || (sight->answer != ANSWER_ACCEPTED && sight->answer != ANSWER_REFUSED))
        return 0;
    bool as_it_should = (sight->answer == ANSWER_ACCEPTED) == genuine;
    return 1 + likeness_of(sight) + (as_it_should ? MOST_ALIKE : 0);
}

/* An ordinary event that it survived, and which the rule does not predict. NULL when there is none,
 * or when one survived that the rule does predict. */
static const struct sight *survivor_of(const struct investigation *inv, const struct rule *rule,
                                       const struct sight *last)
{
    const struct sight *found = NULL;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->one || sight->one->canary_failed || !is_asked(inv, rule->effect, sight))
            continue;
        if (rule->predicts(rule, inv, sight))
            return NULL;
        if (worth_of(sight, last) > (found ? worth_of(found, last) : 0))
            found = sight;
    }
    return found;
}

const struct rule *rules_find_mortal(const struct investigation *inv, const struct sight *last,
                                     const struct sight **out_survivor)
{
    for (size_t i = 0; i < num_rules_of_breaking; i++) {
        const struct rule *rule = &rules_of_breaking[i];
        if (rule->effect != EFFECT_DIES || !rule->predicts(rule, inv, last))
            continue;
        *out_survivor = survivor_of(inv, rule, last);
        if (*out_survivor)
            return rule;
    }
    return NULL;
}

const struct rule *rules_find_breaking(const char *id)
{
    const struct rule *rule = rules_of_breaking;
    while (strcmp(rule->kind.id, id) != 0)
        rule++;
    return rule;
}

void rule_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < num_rules_of_entry; i++)
        kinds_add(out, rules_of_entry[i].kind);
    for (size_t i = 0; i < num_rules_of_breaking; i++)
        kinds_add(out, rules_of_breaking[i].kind);
}
