/*
 * The proof of the suites: every one against the right receiver, its legitimate variations and its
 * faults, each in a process of its own; what catches what; and what of it was not to be expected.
 *
 * For the files selftest_*.c and cmd_selftest.c alone.
 */
#ifndef PROVE_SELFTEST_H
#define PROVE_SELFTEST_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "prove/catches.h"
#include "prove/causes.h"
#include "receive/fault.h"
#include "receive/variation.h"
#include "result/result.h"
#include "run/effect.h"
#include "run/library.h"
#include "run/run.h"
#include "sign/secret.h"

/* What came of a testcase. */
struct case_outcome {
    char *id;
    char *base; /* without [value] */
    enum level level;
    enum verdict verdict;
};

/* A cause that the diagnosis named. */
struct named_cause {
    char *id;
    bool proved;
};

struct case_outcomes {
    struct case_outcome *items;
    size_t count;
    struct named_cause *causes;
    size_t num_causes;
    char *failure; /* why there are none: the run itself went wrong; NULL = it did not */
};

/* A receiver that the suites run against: with `fault`, or with `fault` and `also`, with
 * `variation`, or, without any, the right one. */
struct candidate {
    char *name; /* "the right receiver", "variation status-200", "A01" */
    const struct fault *fault;
    const struct fault *also;        /* the second one of a pair; NULL = it is none */
    const struct declared *declared; /* what catches `fault`; NULL for a pair */
    const struct variation *variation;
    bool tls;
    bool twice; /* run again with the same seed, to compare */
    struct case_outcomes first;
    struct case_outcomes second;
    int64_t duration_ns;
    bool odd; /* a problem is about it */
};

/* Causes, over all faults that were tried: each single one, and both of each pair. */
struct figures {
    size_t named;
    size_t masked; /* not named, and rightly so: the other fault of the pair hides it */
    size_t missed;
    size_t wrong; /* named, and not so */
};

struct sentences {
    char **items;
    size_t count;
};

/* Everything that is sent to receivers which are reached the same way and judged at the same level.
 * Composing it costs more than most runs take, so it is done once, and each job's process begins
 * with its own copy of it. */
struct prepared_run {
    struct target target;
    struct engine_options engine;
    struct headers no_headers;
    struct secret secret;
    struct effect_oracle effect; /* the receiver's journal, which is not known yet */
    struct run_options options;  /* points to the above */
    struct plan *plan;
};

struct selftest {
    struct library library;
    struct catches *catches; /* NULL: nothing is excused */
    struct causes *causes;   /* NULL: no cause is looked for */
    const char **only;       /* globs on full case ids */
    size_t num_only;
    uint64_t seed;
    size_t num_jobs;  /* runs at a time */
    int64_t limit_ns; /* a run that takes longer is a failure */
    const volatile sig_atomic_t *interrupted;
    struct candidate *candidates; /* single ones first, then pairs */
    size_t num_candidates;
    size_t num_single;
    struct figures figures;
    bool whole; /* nothing was narrowed: every case can be asked what it catches */
    struct prepared_run *prepared[2][2]; /* [over TLS][what informs, too]; NULL = not needed */
    char *folder; /* where the runs keep what they need on disk: their TMPDIR */
    struct sentences problems;
    struct sentences doubts; /* problems that a second run, with nothing beside it, has not shown */
};

/* --- selftest_candidates.c --- */

/* Adds the receivers that are tried: those whose fault or variation a glob names, or all where
 * there is none, and so many pairs of the faults, drawn by the seed. `twice`: each is run twice. */
void selftest_choose(struct selftest *selftest, const struct names *faults,
                     const struct names *variations, size_t num_pairs, bool twice);

/* Adds so many pairs of the faults of the single candidates; fewer when there are no more. */
void selftest_add_pairs(struct selftest *selftest, size_t wanted);

/* --- selftest_folder.c --- */

/* Makes it in the user's own TMPDIR. False with a sentence. */
bool selftest_make_folder(struct selftest *selftest, struct error *err);

/* Removes it and all that is in it; harmless when there is none. */
void selftest_remove_folder(struct selftest *selftest);

/* An empty file for the receiver's journal; its path is the caller's to free, the file to remove.
 * NULL with a sentence. */
char *selftest_journal_new(struct error *err);

/* Says by that journal what became of an event; at once, for the receiver works before it answers.
 * `journal` is borrowed. */
struct effect_oracle selftest_oracle(char *journal);

/* --- selftest_prepare.c --- */

/* Composes what the candidates need. False with a sentence when no case was selected. */
bool selftest_prepare(struct selftest *selftest, struct error *err);
void selftest_forget_prepared(struct selftest *selftest);

/* What is sent to `candidate`: of the process that asks, which may change it. */
struct prepared_run *selftest_prepared(const struct selftest *selftest,
                                       const struct candidate *candidate);

/* --- selftest_job.c --- */

/* Slow by nature: it mostly waits, so more can be under way. */
bool selftest_is_slow(const struct candidate *candidate);

/* In a process of its own: serves as `candidate`, runs the suites against that, writes what came of
 * it to `fd` line by line, and ends the process. */
_Noreturn void selftest_job(const struct selftest *selftest, const struct candidate *candidate,
                            int fd);

/* Reads what selftest_job has written. */
void selftest_read_outcomes(struct bytes text, struct case_outcomes *out);

/* --- selftest_pool.c --- */

/* Runs every job, num_jobs at a time. False when it was interrupted; nothing is left running. */
bool selftest_run_all(struct selftest *selftest);

/* Forgets what came of the odd candidates and runs them again, with nothing beside each. */
bool selftest_run_odd(struct selftest *selftest);

/* --- selftest_check.c --- */

/* Whether `base` caught the candidate's mistake with any of its values. */
bool selftest_catches(const struct candidate *candidate, const char *base);

/* Whether a case catches the candidate's fault in one run and not in another, by its nature. */
bool selftest_is_optional(const struct candidate *candidate, const char *base);

/* Whether `base`, or a value of it, is declared to catch the candidate's fault. */
bool selftest_is_declared(const struct candidate *candidate, const char *base);

/* The cases by their base ids, each once, in the order in which they ran. The array is the
 * caller's to free, the texts are borrowed. */
const struct case_outcome **selftest_cases(const struct selftest *selftest, size_t *out_count);

/* Fills in the problems, the figures, and which candidates are odd. */
void selftest_check(struct selftest *selftest);

/* The same for the causes that were named of one candidate. */
void selftest_check_causes(struct selftest *selftest, const struct candidate *candidate);

/* Whether the problems are few enough to come from a busy machine, where what is timed comes out
 * wrong: then the odd candidates are worth another run. */
bool selftest_is_doubtful(const struct selftest *selftest);

/* Turns the problems into doubts: selftest_check, called after selftest_run_odd, tells which of
 * them stand. */
void selftest_doubt(struct selftest *selftest);

/* After that: drops the doubts that are problems. */
void selftest_settle(struct selftest *selftest);

void selftest_clear_sentences(struct sentences *sentences);
void selftest_clear_outcomes(struct case_outcomes *outcomes);

/* Frees what it holds, and removes its folder. */
void selftest_clear(struct selftest *selftest);

/* --- selftest_text.c --- */

void selftest_add_text(const struct selftest *selftest, struct buf *out);
void selftest_add_json(const struct selftest *selftest, struct buf *out);
void selftest_add_markdown(const struct selftest *selftest, struct buf *out);

#endif
