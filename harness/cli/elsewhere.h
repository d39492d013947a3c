/* What people type who know other programs: curl, hurl, wrk, hey, k6, gh, Stripe's. */
#ifndef CLI_ELSEWHERE_H
#define CLI_ELSEWHERE_H

#include <stdbool.h>

#include "base/bytes.h"

struct elsewhere {
    const char *theirs; /* "timeout,connect-timeout" */
    const char *ours;   /* what comes nearest here; "" = nothing does */
};

/* Rows until `ours` is NULL. A name may stand in several: commands differ in their options. */
extern const struct elsewhere elsewhere_options[];
extern const struct elsewhere elsewhere_commands[];

bool elsewhere_has(const struct elsewhere *row, struct bytes name);

#endif
