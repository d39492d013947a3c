#include "diagnose/outcome.h"

char *describe_good(const struct investigation *inv, const struct specimen *specimen)
{
    struct observation accepted;
    observation_init(&accepted);
    accepted.outcome = OUTCOME_ANSWERED;
    accepted.status = inv->base_status;
    char *text = specimen_describe(inv, specimen, &accepted);
    observation_clear(&accepted);
    return text;
}

struct outcome_of ask_for(struct investigation *inv, const struct specimen *specimen)
{
    struct observation seen;
    struct outcome_of out = {.answer = specimen_ask(inv, specimen, &seen)};
    bool says_yes = out.answer == ANSWER_BROKEN && seen.status / 100 == 2; /* but not well */
    out.passed = out.answer == ANSWER_ACCEPTED || out.answer == ANSWER_NONE || says_yes;
    out.status = seen.status;
    if (!out.passed)
        out.described = specimen_describe(inv, specimen, &seen);
    observation_clear(&seen);
    return out;
}
