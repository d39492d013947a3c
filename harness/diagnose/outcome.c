#include "diagnose/outcome.h"

#include "base/clock.h"

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

#define TURNS 3

/* What is cut off may have come too soon after the others, until some request was cut off after a
 * rest. */
static enum answer ask_rested(struct investigation *inv, const struct specimen *specimen)
{
    enum answer answer = specimen_ask(inv, specimen, NULL);
    int64_t gap_ns = inv->gap_ns;
    if (answer != ANSWER_DIED || inv->cuts_off_rested)
        return answer;
    inv->gap_ns = gap_ns > REST_NS ? gap_ns : REST_NS;
    answer = specimen_ask(inv, specimen, NULL);
    inv->gap_ns = gap_ns;
    inv->cuts_off_rested = answer == ANSWER_DIED;
    return answer;
}

bool holds_in_turn(struct investigation *inv, const struct specimen *accepted,
                   const struct specimen *refused)
{
    for (size_t i = 0; i < TURNS; i++) {
        if (!specimen_passes(inv, accepted) || inv->closed)
            return false;
        enum answer answer = ask_rested(inv, refused);
        if (answer == ANSWER_ACCEPTED || inv->closed)
            return false;
        if (answer == ANSWER_HUNG) /* each more would take the whole deadline */
            return true;
    }
    return true;
}
