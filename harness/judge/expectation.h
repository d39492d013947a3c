/*
 * The expectations: each thing that a suite can demand of the answers. One row each; pure functions
 * of what was observed.
 */
#ifndef JUDGE_EXPECTATION_H
#define JUDGE_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "judge/result.h"
#include "suite/word.h"

/* What an expectation may look at. */
struct evidence {
    const struct exchange *const *exchanges; /* those of the step, or of the whole case */
    size_t num_exchanges;
    const struct exchange *const
        *controls; /* the genuine twin of each exchange; NULL where none was sent */
    const struct run_facts *run;
};

/* What is true of the whole run. */
struct run_facts {
    int64_t deadline_ns;
    int64_t target_ns;
    bool is_tls;
    bool is_private;
    struct bytes secret; /* data NULL = none */
    const struct case_result
        *cases; /* everything observed so far; complete for "run" expectations */
    size_t num_cases;
};

enum finding_kind {
    FINDING_KEPT,
    FINDING_BROKEN,
    FINDING_TOLERATED, /* broken, but harmlessly: a warning at most */
    FINDING_UNDECIDED, /* no control, or nothing was sent */
    FINDING_SKIPPED    /* cannot be asked of this endpoint, or this client */
};

struct finding {
    enum finding_kind kind;
    size_t decisive; /* index into exchanges; num_exchanges = none */
    struct buf actual;
    struct buf reason;
};

struct expectation {
    struct word word;
    bool needs_control;   /* counts only beside an accepted genuine twin */
    const char *expected; /* "any 4xx"; "%s" stands for the first argument */
    void (*check)(const struct call *call, const struct evidence *evidence, struct finding *out);
};

extern const struct word_table expectation_words;

#endif
