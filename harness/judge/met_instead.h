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
    const char *thing;    /* completes "the requests hit ...": "a CSRF check, which ..." */
    const char *sentence; /* completes "The endpoint ...", and names the thing */
    const char *remedy;   /* what to do about it */
};

/* Everything that the requests can hit, for lists and tests. */
size_t met_instead_count(void);
const struct met_instead *met_instead_at(size_t index);

/* What answered in place of the handler, or NULL if `seen` does not show it (an accepted event, a
 * plain refusal, no response). Appends the status and the words that show it to `evidence` (may be
 * NULL), made visible: `403, "Just a moment..." in its body`. */
const struct met_instead *met_instead_of(const struct observation *seen, struct buf *evidence);

#endif
