#include "base/percentile.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

void times_sort(int64_t *ns, size_t count)
{
    if (count)
        qsort(ns, count, sizeof *ns, compare);
}

int64_t times_percentile(const int64_t *ns, size_t count, size_t percent)
{
    size_t rank = (count * percent + 99) / 100;
    return ns[rank ? rank - 1 : 0];
}
