/* Is the first event after a pause late, or lost, and others are not? */
#include "base/clock.h"
#include "diagnose/investigation.h"

#define PAUSED_NS      (3 * NS_PER_S)
#define PAUSED_MORE_NS (500 * NS_PER_MS)
#define PAUSED_ROUNDS  2

static int64_t time_of_one(struct investigation *inv, int64_t pause_ns, bool *out_accepted)
{
    const struct specimen genuine = {0};
    struct observation seen;
    int64_t gap_ns = inv->gap_ns;
    inv->gap_ns = pause_ns;
    *out_accepted = specimen_ask(inv, &genuine, &seen) == ANSWER_ACCEPTED;
    inv->gap_ns = gap_ns;
    int64_t total_ns = seen.total_ns;
    observation_clear(&seen);
    return total_ns;
}

bool pauses_matter(struct investigation *inv)
{
    for (size_t i = 0; i < PAUSED_ROUNDS; i++) {
        bool before;
        bool after;
        (void)time_of_one(inv, 0, &before);
        int64_t usual_ns = time_of_one(inv, 0, &before);
        int64_t paused_ns = time_of_one(inv, PAUSED_NS, &after);
        if (inv->closed || !before || (after && paused_ns <= usual_ns + PAUSED_MORE_NS))
            return false;
    }
    return true;
}

bool pauses_mattered(const struct investigation *inv, const struct case_result *one)
{
    const struct exchange *decisive =
        one->decisive < one->num_exchanges ? &one->exchanges[one->decisive] : NULL;
    return decisive && decisive->accepted && inv->usual_ns &&
           decisive->seen.total_ns > inv->usual_ns + PAUSED_MORE_NS;
}
