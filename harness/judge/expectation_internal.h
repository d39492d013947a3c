/* The functions behind the rows of expectation.c; nobody else's business. */
#ifndef JUDGE_EXPECTATION_INTERNAL_H
#define JUDGE_EXPECTATION_INTERNAL_H

#include "judge/expectation.h"

/* check_answer.c: each answer by itself */
check_expectation check_accepted;
check_expectation check_refused;
check_expectation check_status;
check_expectation check_retry_after;
check_expectation check_survived;
check_expectation check_not_redirected;
check_expectation check_complete;
check_expectation check_brief;
check_expectation check_plain;
check_expectation check_within;
check_expectation check_json;

/* check_together.c: answers compared, the connection, the run */
check_expectation check_alike;
check_expectation check_same_status;
check_expectation check_not_all_accepted;
check_expectation check_idle;
check_expectation check_https;

/* check_transport.c */
check_expectation check_stays_up;
check_expectation check_continues;
check_expectation check_same_by_family;
check_expectation check_accepted_as_well;
check_expectation check_survives_as_well;
check_expectation check_refused_as_well;

/* check_tls.c */
check_expectation check_tls_chain;
check_expectation check_tls_hostname;
check_expectation check_tls_expiry;
check_expectation check_tls_protocol;
check_expectation check_tls_refused;

/* check_timing.c */
check_expectation check_prompt;
check_expectation check_first_prompt;
check_expectation check_slope;

/* check_effect.c */
check_expectation check_processed;
check_expectation check_not_processed;

/* check_leaks.c */
check_expectation check_leaks;

/* check_disclosure.c */
check_expectation check_discloses_no;

/* Sets the finding: exchange `index` decided it; what happened there is its `actual`. */
void finding_set(struct finding *out, enum finding_kind kind, const struct evidence *evidence,
                 size_t index);

#define STATUS_TOO_MANY 429

/* Whether the answer is about how many requests came, not about this one: it decides nothing. */
bool was_rate_limited(const struct observation *seen);
void finding_rate_limited(struct buf *reason); /* appends the sentence about it */

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
