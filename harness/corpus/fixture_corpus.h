/* A corpus: written as a folder, or printed as one document. */
#ifndef CORPUS_FIXTURE_CORPUS_H
#define CORPUS_FIXTURE_CORPUS_H

#include <stdbool.h>

#include "base/error.h"
#include "corpus/fixture_choice.h"

/* These return an exit code. Requests that a format cannot say are left out of its documents and
 * counted on standard error. */
int fixture_corpus_write(const struct fixture_choice *choice, struct error *err);
int fixture_corpus_print(const struct fixture_choice *choice, struct error *err);

#endif
