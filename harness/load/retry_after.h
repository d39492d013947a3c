/* How long a server asks to be left alone: the field Retry-After (RFC 9110 section 10.2.3). */
#ifndef LOAD_RETRY_AFTER_H
#define LOAD_RETRY_AFTER_H

#include <stdint.h>

#define RETRY_AFTER_MAX_S 3600

/* Seconds from `wall_s` (since 1970) on, 0 to RETRY_AFTER_MAX_S, for a number of seconds or a date
 * as HTTP writes it; 1 for what is neither. Pure. */
int64_t retry_after(const char *value, int64_t wall_s);

#endif
