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

/* Returns the milliseconds. Without strftime and printf in those who ask, because generators and
 * receivers of events spend much of their time here. */
static int split(int64_t wall_ms, struct tm *utc)
{
    int64_t ms = wall_ms % 1000;
    time_t seconds = (time_t)(wall_ms / 1000);
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    (void)gmtime_r(&seconds, utc);
    return (int)ms;
}

static void put_time(char *out, const struct tm *utc)
{
    put_digits(out, utc->tm_hour, 2);
    put_digits(out + 3, utc->tm_min, 2);
    put_digits(out + 6, utc->tm_sec, 2);
}

void clock_http(int64_t wall_ms, char out[CLOCK_ISO_SIZE])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const char form[] = "Day, 00 Mon 0000 00:00:00 GMT";
    struct tm utc = {0};
    (void)split(wall_ms, &utc);
    memcpy(out, form, sizeof form);
    memcpy(out, days + 3 * (ptrdiff_t)utc.tm_wday, 3);
    put_digits(out + 5, utc.tm_mday, 2);
    memcpy(out + 8, months + 3 * (ptrdiff_t)utc.tm_mon, 3);
    put_digits(out + 12, utc.tm_year + 1900, 4);
    put_time(out + 17, &utc);
}

void clock_iso(int64_t wall_ms, char out[CLOCK_ISO_SIZE])
{
    struct tm utc = {0};
    int ms = split(wall_ms, &utc);
    static const char form[] = "0000-00-00T00:00:00.000Z";
    memcpy(out, form, sizeof form);
    put_digits(out, utc.tm_year + 1900, 4);
    put_digits(out + 5, utc.tm_mon + 1, 2);
    put_digits(out + 8, utc.tm_mday, 2);
    put_time(out + 11, &utc);
    put_digits(out + 20, ms, 3);
}
