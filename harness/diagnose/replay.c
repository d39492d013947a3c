#include "diagnose/replay.h"

#define REPLAYED_MAX 40

/* False when it could not be sent to its end. */
static bool replay(struct investigation *inv, const struct case_result *one, enum answer *decisive,
                   bool *died)
{
    const struct specimen genuine = {0};
    size_t deaths = inv->num_died;
    *decisive = ANSWER_NONE;
    *died = false;
    if (one->num_exchanges > REPLAYED_MAX)
        return false;
    for (size_t i = 0; i < one->num_exchanges; i++) {
        enum answer answer = ask_request(inv, &one->exchanges[i].request, NULL);
        *died = *died || answer == ANSWER_DIED;
        if (i == one->decisive)
            *decisive = answer;
    }
    (void)specimen_ask(inv, &genuine, NULL);
    *died = *died || inv->num_died > deaths;
    return !inv->closed;
}

enum replayed replay_decisive(struct investigation *inv, const struct case_result *one)
{
    enum answer decisive;
    bool died;
    if (one->decisive >= one->num_exchanges || !replay(inv, one, &decisive, &died))
        return NOT_REPLAYED;
    return decisive == answer_of(&one->exchanges[one->decisive].seen) ? REPLAYED_SAME
                                                                      : REPLAYED_OTHERWISE;
}

enum replayed replay_death(struct investigation *inv, const struct case_result *one)
{
    enum answer decisive;
    bool died = inv->has_base;
    for (size_t i = 0; i < 2 && died; i++)
        if (!replay(inv, one, &decisive, &died))
            return NOT_REPLAYED;
    return died ? REPLAYED_SAME : REPLAYED_OTHERWISE;
}
