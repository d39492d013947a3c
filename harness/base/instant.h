/* A point in time as the command line has it. */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Reads milliseconds since 1970 ("1719835200000") or what JavaScript's toISOString writes, its
 * milliseconds being optional
 * ("2024-07-01T12:00:00Z", "2024-07-01T12:00:00.000Z"), in the years 1970 to 9999. */
bool instant_read(const char *text, int64_t *out_wall_ms, struct error *err);

#endif
