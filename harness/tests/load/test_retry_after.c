/* When a server that answers 429 wants to be asked again. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "load/retry_after.h"

TestSuite(load_retry_after, .timeout = 120);

#define NOW INT64_C(784111770) /* 1994-11-06 08:49:30 */

Test(load_retry_after, reads_seconds_and_dates)
{
    static const struct {
        const char *value;
        int64_t seconds;
    } rows[] = {
        {"0", 0},
        {"17", 17},
        {"99999999", RETRY_AFTER_MAX_S},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 7},
        {"Sun Nov  6 08:49:37 1994", 7},
        {"Sun, 06 Nov 1994 08:49:29 GMT", 0},
        {"Sun, 06 Nov 1994 10:49:29 GMT", RETRY_AFTER_MAX_S},
        {"Sun, 06 Nob 1994 08:49:37 GMT", 1},
        {"Sun, 06 Nov 1994 08:49:37 GMT and more", 1},
        {"soon", 1},
        {"-3", 1},
        {"", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(retry_after(rows[i].value, NOW), rows[i].seconds, "%s: %lld", rows[i].value,
                     (long long)retry_after(rows[i].value, NOW));
}
