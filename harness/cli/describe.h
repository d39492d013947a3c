/* One thing of the vocabulary, or one case, in full and in words. */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include <stddef.h>

#include "base/buf.h"
#include "compose/mutation.h"
#include "judge/expectation.h"
#include "receive/behaviour.h"
#include "receive/fault.h"
#include "suite/suite.h"

/* How a word is written on a command line: "truncate-signature[=TO]", "set-header=NAME". Caller
 * frees. */
char *describe_usage(const struct word *word);

/* Append paragraphs. */
void describe_mutation(const struct mutation *mutation, struct buf *out);
void describe_expectation(const struct expectation *expectation, struct buf *out);
void describe_fault(const struct fault *fault, struct buf *out);
void describe_behaviour(const struct behaviour *behaviour, struct buf *out);

/* `siblings` are the `count` cases of one `for` list, of which `one` is shown in full; values of
 * the others are named. */
void describe_case(const struct suite_case *one, const struct suite_case *siblings, size_t count,
                   struct buf *out);

#endif
