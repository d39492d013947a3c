/*
 * From what was observed to a verdict: a pure function of case and exchanges.
 */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "judge/expectation.h"
#include "result/result.h"
#include "suite/suite.h"

/* The exchanges of one case as they happened, and which step each belongs to. */
struct case_evidence {
    const struct exchange *const *exchanges;
    const struct exchange *const *controls; /* the twin of each, or NULL */
    const size_t *steps;                    /* the step's index of each */
    size_t count;
};

/* Fills verdict, expected, actual, reason, decisive of `out`, which is otherwise the caller's. The
 * worst finding speaks; a broken expectation is fail at must, warn at should, info at may. */
void judge_case(const struct suite_case *one, const struct case_evidence *evidence,
                const struct run_facts *run, struct case_result *out);

/* Whether judging this case has to wait until every other case has ended. */
bool judge_waits_for_run(const struct suite_case *one);

/* Whether some expectation of the case counts only beside an accepted genuine twin. */
bool judge_needs_control(const struct suite_case *one, size_t step);

/* Whether a machine that is busy can break what the case expects. */
bool judge_is_timed(const struct suite_case *one);

/* Whether only the user's own command can tell what the case asks. */
bool judge_needs_effect(const struct suite_case *one);

/* Whether the case is about what becomes of the connection after an answer. */
bool judge_watches_connection(const struct suite_case *one);

/* Whether the case has to be sent by the raw way. */
bool judge_needs_raw(const struct suite_case *one);

#endif
