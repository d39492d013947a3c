/*
 * The expectations: each thing that a suite can demand of the answers. One row each; pure functions
 * of what was observed. To add one: write its function and its row in the file check_*.c where it
 * belongs, and a test of it.
 */
#ifndef JUDGE_EXPECTATION_H
#define JUDGE_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "result/result.h"
#include "suite/word.h"

/* What is true of the whole run. */
struct run_facts {
    int64_t deadline_ns;
    int64_t target_ns;
    bool is_tls;
    bool is_private;     /* the endpoint's host is loopback or private */
    int64_t wall_ms;     /* now */
    struct bytes secret; /* len 0 = none */
    bool died;           /* the endpoint was gone at some time, and with it what it had put aside */
    int64_t effect_wait_ns; /* how long after its answer an event was given to be processed */
    /* Every exchange of the run so far, for expectations about all answers; complete when the last
     * cases are judged. */
    const struct exchange *const *all;
    size_t num_all;
};

/* What an expectation may look at. */
struct evidence {
    const struct exchange *const *exchanges; /* those of the step, or of the whole case, in order */
    const struct exchange *const *controls; /* the genuine twin of each; NULL where there is none */
    size_t count;
    const struct run_facts *run;
};

enum finding_kind {
    FINDING_KEPT,
    FINDING_BROKEN,
    FINDING_TOLERATED, /* broken, but harmlessly: a warning at most */
    FINDING_UNDECIDED, /* no accepted control, or nothing was sent */
    FINDING_SKIPPED    /* cannot be asked of this endpoint, or of this client */
};

struct finding {
    enum finding_kind kind;
    size_t decisive; /* index of the exchange that decided; count = none */
    struct buf actual;
    struct buf reason;
    struct case_result *measured; /* where numbers go, by case_result_add_measure */
};

typedef void check_expectation(const struct call *call, const struct evidence *evidence,
                               struct finding *out);

struct expectation {
    struct word word;
    const char *expected; /* "any 4xx"; %s stands for the first argument */
    bool needs_control;   /* counts only beside an accepted genuine twin */
    bool needs_raw;       /* only the raw way sees what it asks for */
    bool over_run;        /* judged when everything else has ended */
    bool needs_effect;    /* only the user's own command (--effect-command) can tell */
    bool is_timed;        /* a busy machine can break it: asked again before that counts */
    check_expectation *check;
};

/* Every row is a struct expectation. */
extern const struct table expectation_words;

/* Its rows, which are next to their functions in check_*.c. */
extern const struct table_part expectations_of_answer;
extern const struct table_part expectations_of_together;
extern const struct table_part expectations_of_transport;
extern const struct table_part expectations_of_tls;
extern const struct table_part expectations_of_timing;
extern const struct table_part expectations_of_leaks;
extern const struct table_part expectations_of_disclosure;
extern const struct table_part expectations_of_effect;

/* The row that a call of an expectation means. */
const struct expectation *expectation_of(const struct call *call);

/* Appends what is expected, with its argument. */
void expectation_add_expected(const struct call *call, struct buf *out);

/* --- what an answer was --- */

enum answer {
    ANSWER_ACCEPTED,  /* 2xx, complete and well-formed, in time, no redirect, no error of PHP */
    ANSWER_REFUSED,   /* a complete 4xx */
    ANSWER_ERROR,     /* a complete 5xx, or a 2xx in which PHP shows that the handler died */
    ANSWER_REDIRECT,  /* 3xx */
    ANSWER_OTHER,     /* another complete status */
    ANSWER_BROKEN,    /* malformed or cut short, or with bytes that should not be there */
    ANSWER_DIED,      /* connection reset or closed without an answer */
    ANSWER_HUNG,      /* no complete answer by the deadline */
    ANSWER_UNREACHED, /* no connection or TLS session */
    ANSWER_LEFT,      /* none was waited for: this client ended the attempt on purpose */
    ANSWER_NONE       /* never sent */
};

enum answer answer_of(const struct observation *seen);

/* Appends what happened, for people: "204 after 1.3 ms", "connection reset after 12 ms". */
void answer_describe(const struct observation *seen, struct buf *out);

/* The same without how long it took, so what had the same outcome reads the same: "401". */
void answer_describe_untimed(const struct observation *seen, struct buf *out);

/* Appends what a refusal says for itself, where its body is a short text and no page: `, saying
 * "IP not allowed"`. At most 60 bytes of it; not redacted. */
void answer_add_words(const struct observation *seen, struct buf *out);

/* Appends what the user's command said: "not processed", "processed twice"; or why it said nothing,
 * or nothing when it was not asked. */
void processed_describe(const struct processed *processed, struct buf *out);

/* How Panora would record it: NULL when never sent, else "delivered" or "failed: ..."; caller
 * frees. */
char *answer_as_panora(const struct observation *seen);

#endif
