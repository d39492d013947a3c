/* How an expectation comes to its finding: what the files check_*.c share. */
#ifndef JUDGE_FINDING_H
#define JUDGE_FINDING_H

#include "judge/expectation.h"

/* Sets the finding: exchange `index` decided it; what happened there is its `actual`. */
void finding_set(struct finding *out, enum finding_kind kind, const struct evidence *evidence,
                 size_t index);

#define STATUS_TOO_MANY 429

/* Whether the answer is about how many requests came, not about this one: it decides nothing. */
bool was_rate_limited(const struct observation *seen);
void finding_rate_limited(struct buf *reason); /* appends the sentence about it */

/* Whether the head is far above what Panora sends (below 1 KiB): a server may refuse it unread, and
 * what closes with bytes unread may look like a reset. */
bool has_large_head(const struct request *request);

/* Whether the same is true of its body, which no server has to read to its end. */
bool has_large_body(const struct exchange *exchange);

/* Where no answer came, nothing can be said for it. */
bool came_to_nothing(enum answer answer);

/* A finding about no exchange at all: nothing was sent, so nothing is shown. */
void finding_of_nothing(struct finding *out, const struct evidence *evidence);

/* Goes through the exchanges and keeps the worst of what `judge_one` says of each; exchanges that
 * were never sent are undecided. */
typedef enum finding_kind judge_one(const struct call *call, const struct evidence *evidence,
                                    size_t index, struct buf *reason);
void check_each(const struct call *call, const struct evidence *evidence, judge_one *one,
                struct finding *out);

/* The same for what does not depend on the answer: it may have been a reset, or none. */
void check_each_sent(const struct call *call, const struct evidence *evidence, judge_one *one,
                     struct finding *out);

#endif
