/*
 * Is it slow by itself? What a case measured once may be the fault of a busy machine. Genuine
 * events and forgeries go out again, one by one and some at once, and the best of several rounds
 * counts: a busy machine is fast now and then, a handler that does its work first never is.
 */
#include "base/clock.h"
#include "diagnose/investigation.h"

#define ALONE     3
#define AT_ONCE   5 /* Panora's workers */
#define ROUNDS    3
#define LARGE_LEN ((size_t)1024 * 1024)

/* The worst time of so many at once; 0 when one of them was not answered. */
static int64_t worst_of(struct investigation *inv, const struct specimen *specimen, size_t count)
{
    struct request requests[AT_ONCE] = {{0}};
    struct observation seen[AT_ONCE];
    int64_t worst_ns = 0;
    bool all = true;
    for (size_t i = 0; i < count; i++)
        (void)specimen_write(inv, specimen, &requests[i]);
    const struct diagnose_batch batch = {
        .requests = requests, .count = count, .at_once = count, .gap_ns = inv->gap_ns};
    lab_send(inv, &batch, seen);
    for (size_t i = 0; i < count; i++) {
        all = all && seen[i].outcome == OUTCOME_ANSWERED;
        worst_ns = seen[i].total_ns > worst_ns ? seen[i].total_ns : worst_ns;
        observation_clear(&seen[i]);
        request_clear(&requests[i]);
    }
    return all ? worst_ns : 0;
}

/* The best round of several; 0 when none was answered. */
static int64_t best_of(struct investigation *inv, const struct specimen *specimen, size_t count)
{
    int64_t best_ns = 0;
    for (size_t i = 0; i < ROUNDS && !inv->closed; i++) {
        int64_t worst_ns = worst_of(inv, specimen, count);
        if (worst_ns && (!best_ns || worst_ns < best_ns))
            best_ns = worst_ns;
    }
    return best_ns;
}

/* The last of them took about as long as all of them do one after another. */
static bool wait_in_turn(int64_t alone_ns, int64_t at_once_ns)
{
    return alone_ns > 0 && at_once_ns > alone_ns * (AT_ONCE - 1) &&
           at_once_ns < alone_ns * (AT_ONCE + 2);
}

static enum slowness measure(struct investigation *inv)
{
    static const struct {
        size_t count;
        size_t padding;
    } ways[] = {{1, 0}, {AT_ONCE, 0}, {1, LARGE_LEN}};
    int64_t alone_ns = 0;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !inv->closed; i++) {
        const struct specimen genuine = {.padding = ways[i].padding};
        const struct specimen forged = {.padding = ways[i].padding, .forged = true};
        int64_t slow_ns = best_of(inv, &genuine, ways[i].count);
        if (i == 0)
            alone_ns = slow_ns;
        if (slow_ns < inv->input->target_ns || !slow_ns)
            continue;
        int64_t other_ns = best_of(inv, &forged, ways[i].count);
        if (inv->closed)
            break;
        if (other_ns >= slow_ns / 2)
            return SLOW_ALWAYS;
        return ways[i].count == AT_ONCE && wait_in_turn(alone_ns, slow_ns) ? SLOW_IN_TURN
                                                                           : SLOW_BY_WORK;
    }
    return inv->closed ? SLOW_PERHAPS : SLOW_NOT;
}

enum slowness slowness_measure(struct investigation *inv)
{
    if (inv->slowness == SLOW_UNASKED)
        inv->slowness = measure(inv);
    return inv->slowness;
}
