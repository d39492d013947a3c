/*
 * Looking for values in a text however they are spelled there: the text is read in every way in
 * which it may be encoded, and each reading is searched. What is found is told by where it stands
 * in the text itself.
 */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include "base/needles.h"

/* Calls `on_found` for every occurrence in `in`: as it is; escaped as in JSON or in source code,
 * percent-encoded, with + for a blank, as HTML entities, and each of these within another; broken
 * over lines; in hex, also with something between the pairs; as a list of decimal bytes; in base64
 * and base64url, wherever it is in what was encoded. The same place may be told more than once.
 * False when it was told to stop. Takes time proportional to `in` and at most a few MiB. */
bool spelling_search(const struct needles *needles, struct bytes in, needle_fn *on_found,
                     void *payload);

/* How many bytes of a text one value can be spelled in, at most. */
size_t spelling_reach(const struct needles *needles);

#endif
