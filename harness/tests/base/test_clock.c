#include <criterion/criterion.h>
#include <inttypes.h>
#include <time.h>

#include "base/array.h"
#include "base/clock.h"

TestSuite(base_clock, .timeout = 120);

/* What new Date(ms).toISOString() says in Node. */
static const struct {
    int64_t ms;
    const char *iso;
} times[] = {
    {0, "1970-01-01T00:00:00.000Z"},
    {1, "1970-01-01T00:00:00.001Z"},
    {-1, "1969-12-31T23:59:59.999Z"},
    {-1000, "1969-12-31T23:59:59.000Z"},
    {-62135596800000, "0001-01-01T00:00:00.000Z"},
    {951782400000, "2000-02-29T00:00:00.000Z"},
    {1719835200000, "2024-07-01T12:00:00.000Z"},
    {1735689599999, "2024-12-31T23:59:59.999Z"},
    {4102444800007, "2100-01-01T00:00:00.007Z"},
    {253402300799999, "9999-12-31T23:59:59.999Z"},
};

Test(base_clock, writes_times_as_javascript_does)
{
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        char iso[CLOCK_ISO_SIZE];
        clock_iso(times[i].ms, iso);
        cr_expect_str_eq(iso, times[i].iso, "%" PRId64 ": %s", times[i].ms, iso);
    }
}

Test(base_clock, never_goes_back)
{
    int64_t last = clock_monotonic_ns();
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_monotonic_ns();
        cr_assert_geq(now, last);
        last = now;
    }
    cr_expect_gt(last, 0);
}

Test(base_clock, knows_the_time_of_day_in_milliseconds)
{
    int64_t before = (int64_t)time(NULL);
    int64_t now = clock_wall_ms();
    int64_t after = (int64_t)time(NULL);
    /* time() may lag behind by a tick */
    cr_expect_geq(now / 1000, before);
    cr_expect_leq(now / 1000, after + 1);
}

Test(base_clock, writes_times_as_http_does)
{
    /* as `date -uR` has them */
    static const struct {
        int64_t ms;
        const char *text;
    } dates[] = {
        {INT64_C(0), "Thu, 01 Jan 1970 00:00:00 GMT"},
        {INT64_C(784111777999), "Sun, 06 Nov 1994 08:49:37 GMT"},
        {INT64_C(1709164799000), "Wed, 28 Feb 2024 23:59:59 GMT"},
        {INT64_C(1709164800000), "Thu, 29 Feb 2024 00:00:00 GMT"},
        {INT64_C(4133980799000), "Fri, 31 Dec 2100 23:59:59 GMT"},
    };
    for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
        char text[CLOCK_ISO_SIZE];
        clock_http(dates[i].ms, text);
        cr_expect_str_eq(text, dates[i].text);
    }
}
