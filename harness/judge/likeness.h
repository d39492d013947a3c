/*
 * Whether two refusals teach whoever guesses signatures anything. What differs in every answer
 * anyway (dates, times, ids of requests), and what the guesser has sent himself, is left aside.
 */
#ifndef JUDGE_LIKENESS_H
#define JUDGE_LIKENESS_H

#include "result/result.h"

/* Answers to several requests of one kind. */
struct likes {
    const struct exchange **items;
    size_t count;
};

/* Every kind is compared with every other, so only this much of each body is looked at. */
#define LIKENESS_BODY_MAX ((size_t)64 * 1024)

/* What tells answers of one kind from those of another whenever they come: what differs between two
 * answers of one kind as well (a counter, a time, a trace) is left aside. NULL when nothing does.
 */
const char *likeness_of_kinds(struct likes a, struct likes b);

/* What tells the answers apart ("their status", "their body"), or NULL when nothing does. */
const char *likeness_difference(const struct exchange *a, const struct exchange *b);

#endif
