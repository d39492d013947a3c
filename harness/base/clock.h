/* Time. Below cli/ and run/ nothing asks for the time of day: it comes in as a parameter. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* Nanoseconds since some fixed point; never goes back. */
int64_t clock_monotonic_ns(void);

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);

/* Room for a time in words and its NUL. */
#define CLOCK_ISO_SIZE 32

/* Writes `wall_ms` as JavaScript's toISOString does: "2024-07-01T12:00:00.000Z". For the years 0 to
 * 9999. */
void clock_iso(int64_t wall_ms, char out[CLOCK_ISO_SIZE]);

/* Writes `wall_ms` as HTTP does (RFC 9110 section 5.6.7): "Mon, 01 Jul 2024 12:00:00 GMT". */
void clock_http(int64_t wall_ms, char out[CLOCK_ISO_SIZE]);

#endif
