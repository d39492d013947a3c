/* Believing a rule: it is never wrong about what was seen, and explains something. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "diagnose/rule.h"
#include "judge/finding.h"

static bool is_post(const struct sight *sight)
{
    return strcmp(sight->exchange->request.method, "POST") == 0;
}

/* Whether the rule speaks about this request at all. */
static bool is_asked(const struct rule *rule, const struct sight *sight)
{
    if (!is_post(sight) || !sight_was_answered(sight) || sight_was_limited(sight))
        return false;
    if (rule->effect == EFFECT_DIES) /* of a genuine event as well */
        return true;
    /* a server turns such a head away by itself: that is no check of a signature */
    if (rule->effect == EFFECT_GETS_IN && has_large_head(&sight->exchange->request) &&
        !sight_got_in(sight))
        return false;
    return (rule->effect == EFFECT_LOST) == sight->exchange->genuine;
}

/* Who was cut off runs once more alone, so that only the culprits still look dead; unless the
 * endpoint never came back: then what was under way may be a bystander. */
static bool died(const struct investigation *inv, const struct sight *sight)
{
    if (*inv->input->result->stopped)
        return sight->one && sight->one->canary_failed && sight->one->recovery_ns >= 0;
    return sight->answer == ANSWER_DIED || (sight->one && sight->one->canary_failed);
}

static bool shows(const struct investigation *inv, const struct rule *rule,
                  const struct sight *sight)
{
    switch (rule->effect) {
    case EFFECT_GETS_IN:
        return sight_got_in(sight);
    case EFFECT_BREAKS:
        return sight->answer == ANSWER_ERROR;
    case EFFECT_DIES:
        return died(inv, sight);
    case EFFECT_LOST:
        return sight_is_lost(sight);
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

static struct fit fit_of(const struct investigation *inv, const struct rule *rule,
                         const bool *covered)
{
    struct fit fit = {.sound = true};
    for (size_t i = 0; i < inv->num_sights && fit.sound; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!is_asked(rule, sight))
            continue;
        bool predicted = rule->predicts(rule, inv, sight);
        bool shown = shows(inv, rule, sight);
        if (predicted && !shown)
            fit.sound = false;
        if (predicted && shown && sight->trouble) {
            fit.num_explained++;
            fit.num_new += !is_explained(inv, covered, sight);
            if (!is_explained(inv, covered, sight) && (!fit.example || !fit.example->one))
                fit.example = sight;
        }
        /* what is no event says less about a signature */
        bool likens = !fit.contrast || sight->has_event || !fit.contrast->has_event;
        if (!predicted && !shown && likens)
            fit.contrast = sight;
    }
    return fit;
}

static char *evidence_of(const struct fit *fit)
{
    struct buf out = {0};
    buf_add_format(&out, "%zu answer%s of the run %s so, and none says otherwise", fit->num_new,
                   fit->num_new == 1 ? "" : "s", fit->num_new == 1 ? "says" : "say");
    if (fit->example && fit->example->exchange->sent) {
        buf_add_format(&out, "; \"%s\" met: ", fit->example->exchange->sent);
        answer_describe(&fit->example->exchange->seen, &out);
    }
    if (fit->contrast && fit->contrast->exchange->sent) {
        buf_add_format(&out, "; \"%s\" met: ", fit->contrast->exchange->sent);
        answer_describe(&fit->contrast->exchange->seen, &out);
    }
    return buf_take(&out);
}

/* A forgery that was made to confirm it, and did. */
static bool is_confirmed(const struct investigation *inv, const struct rule *rule)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->one && !sight->exchange->genuine && is_asked(rule, sight) &&
            rule->predicts(rule, inv, sight) && shows(inv, rule, sight))
            return true;
    }
    return false;
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

/* What another cause explains already is no separate trouble. */
static void explain(struct investigation *inv, const struct rule *rule, struct diagnosis *diagnosis,
                    bool *covered)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (covered[i] || !is_asked(rule, sight) || !shows(inv, rule, sight) || !sight->trouble ||
            !(rule->predicts(rule, inv, sight) || predicts_in_odd_form(inv, rule, sight)))
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
        if (other == chosen || other->effect != chosen->effect || other->is_vague)
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

static void apply(struct investigation *inv, const struct rule *rules, size_t count,
                  enum effect effect)
{
    bool *covered = mem_alloc((inv->num_sights + 1) * sizeof *covered);
    for (size_t i = 0; i < inv->num_sights; i++)
        covered[i] = inv->sights[i].one && found_explains(inv, inv->sights[i].one);
    for (;;) {
        struct fit fit = {0};
        const struct rule *best = best_rule(inv, rules, count, effect, covered, &fit);
        if (!best)
            break;
        char *evidence = evidence_of(&fit);
        char *sentence = sentence_of(inv, rules, count, best, &fit, covered);
        bool ambiguous = strcmp(sentence, best->kind.sentence) != 0;
        struct diagnosis_kind kind = best->kind;
        kind.sentence = sentence;
        struct diagnosis *diagnosis =
            found_add(inv, &kind, best->harm_rank,
                      is_confirmed(inv, best) && !ambiguous ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY,
                      evidence);
        explain(inv, best, diagnosis, covered);
        free(evidence);
        free(sentence);
    }
    free(covered);
}

void rules_of_entry_apply(struct investigation *inv)
{
    apply(inv, rules_of_entry, num_rules_of_entry, EFFECT_GETS_IN);
    apply(inv, rules_of_breaking, num_rules_of_breaking, EFFECT_BREAKS);
    apply(inv, rules_of_breaking, num_rules_of_breaking, EFFECT_DIES);
}

void rules_of_loss_apply(struct investigation *inv)
{
    apply(inv, rules_of_loss, num_rules_of_loss, EFFECT_LOST);
}

size_t rule_kind_count(void)
{
    return num_rules_of_entry + num_rules_of_breaking + num_rules_of_loss;
}

struct diagnosis_kind rule_kind_at(size_t index)
{
    if (index < num_rules_of_entry)
        return rules_of_entry[index].kind;
    index -= num_rules_of_entry;
    return index < num_rules_of_breaking ? rules_of_breaking[index].kind
                                         : rules_of_loss[index - num_rules_of_breaking].kind;
}
