#include "diagnose/chance.h"

#include <math.h>

double share_of(const struct series *series)
{
    return series->count ? (double)series->num_failed / (double)series->count : 0;
}

double chance_of_at_most(size_t count, size_t tries, double share)
{
    double sum = 0;
    double term = pow(1 - share, (double)tries);
    for (size_t i = 0; i <= count && i <= tries; i++) {
        sum += term;
        if (share < 1)
            term *= (double)(tries - i) / (double)(i + 1) * share / (1 - share);
    }
    return sum;
}

void chance_interval(size_t failed, size_t count, int *out_low, int *out_high)
{
    const double z = 1.96;
    double n = (double)count;
    double p = (double)failed / n;
    double middle = p + z * z / (2 * n);
    double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    double low = (middle - half) / (1 + z * z / n);
    double high = (middle + half) / (1 + z * z / n);
    *out_low = (int)floor(100 * (low > 0 ? low : 0));
    *out_high = (int)ceil(100 * (high < 1 ? high : 1));
}
