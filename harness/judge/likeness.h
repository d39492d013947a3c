/*
 * Whether two refusals teach whoever guesses signatures anything. What differs in every answer
 * anyway (dates, times, ids of requests), and what the guesser has sent himself, is left aside.
 */
#ifndef JUDGE_LIKENESS_H
#define JUDGE_LIKENESS_H

#include "result/result.h"

/* What tells the answers apart ("their status", "their body"), or NULL when nothing does. */
const char *likeness_difference(const struct exchange *a, const struct exchange *b);

#endif
