/*
 * The answers of a run as they are kept: the same one once, a long one cut, and all of them within
 * a budget of memory, whatever an endpoint sends.
 */
#ifndef RESULT_KEPT_H
#define RESULT_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "result/observation.h"

/* Of one answer, while there is room; and of one that comes when the budget is spent. */
#define KEPT_ANSWER_MAX  ((size_t)64 * 1024)
#define KEPT_HEADERS_MAX ((size_t)32 * 1024)
#define KEPT_LATER_MAX   ((size_t)2 * 1024)

/* Of all answers, in bytes. */
#define KEPT_BUDGET ((size_t)12 * 1024 * 1024)

struct kept;

struct kept *kept_new(void);
void kept_free(struct kept *kept); /* bodies that were shared go with it; NULL is fine */

/* Whether the same body came before. */
bool kept_knows(struct kept *kept, const struct observation *seen);

/* Cuts what `seen` holds to what is kept of it. A body that came before becomes the same memory:
 * then `seen` borrows it. */
void kept_take(struct kept *kept, struct observation *seen);

#endif
