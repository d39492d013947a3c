/*
 * What a request met when it was not the webhook handler: a redirect, a login wall, a CSRF check, a
 * firewall, a platform's protection, a missing route. Pure: told from one answer's status, headers
 * and body, by a table of signs, with the words that gave it away.
 */
#ifndef JUDGE_MET_INSTEAD_H
#define JUDGE_MET_INSTEAD_H

#include <stddef.h>

#include "base/buf.h"
#include "result/observation.h"

struct met_instead {
    const char *id;       /* "csrf-check" */
    const char *sentence; /* completes "The requests met ...": "a CSRF check, which ..." */
    const char *remedy;   /* what to do about it */
};

/* Every thing that can be met, for lists and tests. */
size_t met_instead_count(void);
const struct met_instead *met_instead_at(size_t index);

/* What `seen` shows to stand before the handler, or NULL when nothing in it says so (an accepted
 * answer, a plain refusal, no answer at all). Appends to `evidence` (may be NULL) the status and
 * the words that gave it away, made visible: `403, "Just a moment..." in its body`. */
const struct met_instead *met_instead_of(const struct observation *seen, struct buf *evidence);

#endif
