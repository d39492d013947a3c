/*
 * Taking out of a text what must not be seen, also where it is spelled in another way.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"

struct redaction {
    struct bytes value;      /* what must not be seen */
    const char *replacement; /* what is shown instead: "$HOOKCHECK_SECRET" */
};

/* A shorter value stands in too many innocent words: it is replaced only as a whole text. */
#define REDACT_MIN_LEN 6

/* Appends `in` to `out` with every occurrence of every value replaced: as it is, with any of its
 * characters escaped as in JSON (\", \\, \u00e4), also in JSON within JSON, as in HTML (&quot;) or
 * percent-encoded, in hex of any case, and in base64
 * or base64url, also where the value is only a part of what was encoded ("user:SECRET"). The
 * longest occurrence wins. What is a replacement already stays as it is, so that redacting twice
 * does no harm. */
void redact(const struct redaction *redactions, size_t count, struct bytes in, struct buf *out);

/* Whether some value of at least REDACT_MIN_LEN bytes occurs in `in`, spelled in any of these ways.
 */
bool redact_finds(const struct redaction *redactions, size_t count, struct bytes in);

#endif
