/* A hundred calls a minute for each route and address, as Panora's throttler counts them. */
#ifndef PLATFORM_THROTTLE_H
#define PLATFORM_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THROTTLE_LIMIT   100
#define THROTTLE_SECONDS 60
#define THROTTLE_COUNTED 256 /* pairs of route and address; the oldest goes first */

struct throttle_count {
    size_t route;
    char address[48];
    int64_t since_ns;
    int count;
};

struct throttle {
    struct throttle_count counts[THROTTLE_COUNTED];
    size_t num_counts;
};

/* Counts a call. False = it is one too many. `out_left` calls are left for `out_seconds`. */
bool throttle_allows(struct throttle *throttle, size_t route, const char *address, int64_t now_ns,
                     int *out_left, int *out_seconds);

#endif
