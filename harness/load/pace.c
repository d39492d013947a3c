#include "load/pace.h"

#include <math.h>

#include "base/clock.h"

/* Requests of the ramp: half of what the full rate would send in that time. */
static double in_ramp(const struct pace *pace)
{
    return pace->per_second * (double)pace->ramp_ns / (double)NS_PER_S / 2;
}

int64_t pace_due_ns(const struct pace *pace, uint64_t number)
{
    double ramped = in_ramp(pace);
    double k = (double)number;
    if (k < ramped)
        return (int64_t)((double)pace->ramp_ns * sqrt(k / ramped));
    return pace->ramp_ns + (int64_t)((k - ramped) / pace->per_second * (double)NS_PER_S);
}

uint64_t pace_count(const struct pace *pace, int64_t ns)
{
    double ramped = in_ramp(pace);
    if (ns <= 0)
        return 0;
    if (ns >= pace->ramp_ns)
        return (uint64_t)ceil(ramped +
                              (double)(ns - pace->ramp_ns) / (double)NS_PER_S * pace->per_second);
    double part = (double)ns / (double)pace->ramp_ns;
    return (uint64_t)ceil(ramped * part * part);
}
