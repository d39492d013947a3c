/* A member of a JSON object as it is, for verifiers that sign what came instead of what they
 * parsed. */
#ifndef RECEIVE_RAW_MEMBER_H
#define RECEIVE_RAW_MEMBER_H

#include <stddef.h>

#include "base/bytes.h"

/* Which of several members of one name. */
enum raw_choice { RAW_FIRST, RAW_LAST };

/* The bytes of the value, quotes and all, without the blanks around it; no bytes (data == NULL)
 * when there is none. `body` is known to be JSON; only names that are written without escapes
 * count. */
struct bytes raw_member(struct bytes body, const char *name, enum raw_choice choice);

#endif
