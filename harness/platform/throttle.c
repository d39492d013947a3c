#include "platform/throttle.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define WINDOW_NS (THROTTLE_SECONDS * NS_PER_S)

/* The count of that pair; a fresh one in place of the oldest when there is none. */
static struct throttle_count *find(struct throttle *throttle, size_t route, const char *address,
                                   int64_t now_ns)
{
    struct throttle_count *oldest = &throttle->counts[0];
    for (size_t i = 0; i < throttle->num_counts; i++) {
        struct throttle_count *each = &throttle->counts[i];
        if (each->route == route && strcmp(each->address, address) == 0)
            return each;
        if (each->since_ns < oldest->since_ns)
            oldest = each;
    }
    if (throttle->num_counts < THROTTLE_COUNTED)
        oldest = &throttle->counts[throttle->num_counts++];
    *oldest = (struct throttle_count){.route = route, .since_ns = now_ns};
    (void)snprintf(oldest->address, sizeof oldest->address, "%s", address);
    return oldest;
}

bool throttle_allows(struct throttle *throttle, size_t route, const char *address, int64_t now_ns,
                     int *out_left, int *out_seconds)
{
    struct throttle_count *count = find(throttle, route, address, now_ns);
    if (now_ns - count->since_ns >= WINDOW_NS) {
        count->since_ns = now_ns;
        count->count = 0;
    }
    if (count->count <= THROTTLE_LIMIT)
        count->count++;
    *out_left = count->count < THROTTLE_LIMIT ? THROTTLE_LIMIT - count->count : 0;
    *out_seconds = (int)((count->since_ns + WINDOW_NS - now_ns + NS_PER_S - 1) / NS_PER_S);
    return count->count <= THROTTLE_LIMIT;
}
