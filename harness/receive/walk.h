/* Goes through a JSON value and all its parts, without recursion: whoever sends an event chooses
 * how deep it is. */
#ifndef RECEIVE_WALK_H
#define RECEIVE_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "panora/js.h"

/* Of the value itself and every part of it; `depth` is 1 for the value itself. */
typedef bool walk_test(const struct js *part, size_t depth, const void *payload);

/* Whether the test holds for any of them. */
bool walk_any(const struct js *value, walk_test *test, const void *payload);

#endif
