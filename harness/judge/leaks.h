/*
 * Whether an answer gives away what only Panora and the endpoint may know: the secret, or the right
 * signature of a request that did not carry it. Looked for in headers and body, as it is, reversed,
 * and however it is spelled (base/spelling.h).
 */
#ifndef JUDGE_LEAKS_H
#define JUDGE_LEAKS_H

#include "result/result.h"

/* Searches the answer of `exchange` and notes what it gives away there, once: to be called when the
 * answer has come, before any of it is let go. Takes time proportional to the answer. */
void leaks_search(struct exchange *exchange, struct bytes secret);

#endif
