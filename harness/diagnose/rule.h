/*
 * Mistakes that are told by the pattern of all answers: which requests got in, broke the endpoint
 * or were lost. A rule says of each request whether the mistake would show; it is believed when it
 * is never wrong about what was seen.
 */
#ifndef DIAGNOSE_RULE_H
#define DIAGNOSE_RULE_H

#include "diagnose/investigation.h"

enum effect {
    EFFECT_GETS_IN, /* forgeries that are accepted */
    EFFECT_BREAKS,  /* forgeries that are answered 5xx */
    EFFECT_DIES,    /* ... or with the end of the process */
    EFFECT_HANGS    /* ... or not at all */
};

struct rule {
    struct diagnosis_kind kind;
    enum effect effect;
    enum harm harm_rank;
    bool (*predicts)(const struct rule *rule, const struct investigation *inv,
                     const struct sight *sight);
    const char *argument;
    bool is_vague; /* what a sharper rule explains as well is not said of this one */
};

/* Nearly the same rules are in the order in which they are preferred. */
extern const struct rule rules_of_entry[];
extern const size_t num_rules_of_entry;
extern const struct rule rules_of_breaking[];
extern const size_t num_rules_of_breaking;

/* The first rule of dying that predicts the request at which the endpoint ended, and none that it
 * survived in this run; *out_survivor is a similar event that it survived. NULL = there is no such
 * rule. */
const struct rule *rules_find_mortal(const struct investigation *inv, const struct sight *last,
                                     const struct sight **out_survivor);

/* The first rule of breaking or dying with that id, for who finds the same in another way; it is
 * there. */
const struct rule *rules_find_breaking(const char *id);

typedef bool predict_rule(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight);

#endif
