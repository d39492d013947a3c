/*
 * The one redactor: taking out of everything that leaves the program what must not be seen, in
 * whatever way it is spelled (base/spelling.h).
 *
 * A program has one redactor, which knows every value that must not be seen: the secret, what
 * is in headers of --header, and the credentials in URLs. Texts that hold anything from outside
 * go through `redact`; base/sink.h puts whole outputs through `redact_document` once more.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"

/* A shorter value is in too many innocent words ("admin", "1234"): it is replaced only where it
 * is a whole field. From here on chance does not spell it: 6 bytes are met once in 2^48 places. */
#define REDACT_MIN_LEN 6

/* "whsec_" and six characters more. */
#define REDACT_BEGINNING 12

struct redactor;

struct redactor *redactor_new(void);
void redactor_free(struct redactor *redactor); /* wipes the values; NULL is fine */

/* Hides `value` (copied; an empty one is ignored) from now on; `replacement` (copied) is shown
 * instead: "$HOOKCHECK_SECRET". The first of equal values counts. */
void redactor_hide(struct redactor *redactor, struct bytes value, const char *replacement);

/* The same, and its first REDACT_BEGINNING bytes are hidden as well, with as many more as agree:
 * what was cut before it came here. Not for values that may begin as others do
 * ("application/json"). */
void redactor_hide_secret(struct redactor *redactor, struct bytes value, const char *replacement);

/* How many bytes it has looked through so far: what a report costs, whatever else the machine does.
 */
size_t redactor_searched(const struct redactor *redactor);

/* Appends `in`, one field, to `out` with every occurrence of every value replaced. Occurrences that
 * overlap become one; the longest gives its replacement. What is a replacement already stays as it
 * is, so redacting twice does no harm. A NULL redactor hides nothing. */
void redact(const struct redactor *redactor, struct bytes in, struct buf *out);

/* The same for the first `max` bytes of `in`; what begins there and ends behind is seen as well. */
void redact_beginning(const struct redactor *redactor, struct bytes in, size_t max,
                      struct buf *out);

/* The same for `count` pieces that stand side by side, so a value which begins in one and ends
 * in another is seen: each piece is appended to its own buffer. */
void redact_pieces(const struct redactor *redactor, const struct bytes *pieces, size_t count,
                   struct buf *outs);

/* The same for a whole document of ours, whose fields were redacted where they came from: a value
 * that could be a word or a number of the document itself is left, because keys and verdicts must
 * stay what they are; and no escape of JSON is cut apart. */
void redact_document(const struct redactor *redactor, struct bytes in, struct buf *out);

/* A redacted copy of a text; NULL gives NULL. The caller frees. */
char *redacted_text(const struct redactor *redactor, const char *text);

#endif
