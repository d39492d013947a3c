#include "base/clock.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

int64_t clock_monotonic_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS;
}

static void put_digits(char *out, int value, size_t width)
{
    while (width-- > 0) {
        out[width] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* Without strftime and printf, because a generator of events spends much of its time here. */
void clock_iso(int64_t wall_ms, char out[CLOCK_ISO_SIZE])
{
    int64_t ms = wall_ms % 1000;
    time_t seconds = (time_t)(wall_ms / 1000);
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    struct tm utc = {0};
    (void)gmtime_r(&seconds, &utc);
    static const char form[] = "0000-00-00T00:00:00.000Z";
    memcpy(out, form, sizeof form);
    put_digits(out, utc.tm_year + 1900, 4);
    put_digits(out + 5, utc.tm_mon + 1, 2);
    put_digits(out + 8, utc.tm_mday, 2);
    put_digits(out + 11, utc.tm_hour, 2);
    put_digits(out + 14, utc.tm_min, 2);
    put_digits(out + 17, utc.tm_sec, 2);
    put_digits(out + 20, (int)ms, 3);
}
