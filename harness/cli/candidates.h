/*
 * What a shell can put where the cursor stands, from the rows of commands and options and from what
 * `hookcheck list` knows. Pure but for reading the suites.
 */
#ifndef CLI_CANDIDATES_H
#define CLI_CANDIDATES_H

#include <stddef.h>

#include "base/buf.h"

/* Appends one line for each candidate, "WORD" or "WORD<tab>SENTENCE", that starts with the last of
 * `words`, which is the one being written; the others come before it, without "hookcheck". Nothing
 * is appended where a file belongs. */
void candidates_add(const char *const *words, size_t num_words, struct buf *out);

#endif
