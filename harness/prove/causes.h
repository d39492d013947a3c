/*
 * Which cause the diagnosis must name for which fault, as fixtures/causes.json declares it beside
 * the faults' own rows: what a single fault yields, which fault hides which other one, and what two
 * of them yield together. Data, so that a new fault needs no C here.
 */
#ifndef PROVE_CAUSES_H
#define PROVE_CAUSES_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/table.h"
#include "receive/fault.h"

struct causes;

/* Reads a file of that kind. The text is copied. NULL with "FILE: /PATH: SENTENCE" when it names a
 * fault, a group or a cause that there is not, or leaves a fault without a cause and a reason. */
struct causes *causes_read(const char *file, struct bytes text, struct error *err);

/* The file that is compiled in. */
struct causes *causes_load(struct error *err);

void causes_free(struct causes *causes); /* NULL is fine */

/* What `fault` yields: exactly these; none for a fault that has no cause. Borrowed. */
const struct names *causes_due(const struct causes *causes, const struct fault *fault);

/* Why those may be missing, by the nature of the fault; NULL when they must be named. */
const char *causes_unsure(const struct causes *causes, const struct fault *fault);

/* Why nobody can see `hidden` beside `by`; NULL when it can be seen. */
const char *causes_mask(const struct causes *causes, const struct fault *by,
                        const struct fault *hidden);

/* Whether `id` is the cause of both together, in place of one of theirs. */
bool causes_together(const struct causes *causes, const struct fault *a, const struct fault *b,
                     const char *id);

/* Why a run against both together cannot end in time; NULL when it can, or `causes` is. */
const char *causes_apart(const struct causes *causes, const struct fault *a, const struct fault *b);

/* Whether a pair need not run the case: it costs much, and tells nothing about other mistakes than
 * those that it must catch. */
bool causes_spare(const struct causes *causes, const char *base);

/* The case that stands for most values of `base`, in a pair whose faults either meets as well; NULL
 * when each of its values tells something. Borrowed. */
const char *causes_thin(const struct causes *causes, const char *base);

#endif
