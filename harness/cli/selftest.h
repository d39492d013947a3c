/*
 * The proof of the suites: every one against the right receiver, its legitimate variations and its
 * faults, each in a process of its own; what catches what; and what of it was not to be expected.
 *
 * For the files selftest_*.c and cmd_selftest.c alone.
 */
#ifndef CLI_SELFTEST_H
#define CLI_SELFTEST_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/library.h"
#include "judge/result.h"
#include "receive/fault.h"
#include "receive/variation.h"
#include "run/effect.h"

/* What came of a testcase. */
struct case_outcome {
    char *id;
    char *base; /* without [value] */
    enum level level;
    enum verdict verdict;
};

struct case_outcomes {
    struct case_outcome *items;
    size_t count;
    char *failure; /* why there are none: the run itself went wrong; NULL = it did not */
};

/* A receiver that the suites run against: with `fault`, with `variation`, or, without either, the
 * right one. */
struct subject {
    char *name; /* "the right receiver", "variation status-200", "A01" */
    const struct fault *fault;
    const struct variation *variation;
    bool tls;
    bool twice; /* run again with the same seed, to compare */
    struct case_outcomes first;
    struct case_outcomes second;
    int64_t duration_ns;
};

struct selftest {
    struct library library;
    const char **only; /* globs on full case ids */
    size_t num_only;
    uint64_t seed;
    size_t num_jobs;  /* runs at a time */
    int64_t limit_ns; /* a run that takes longer is a failure */
    const volatile sig_atomic_t *interrupted;
    struct subject *subjects;
    size_t num_subjects;
    bool whole;      /* nothing was narrowed: every case can be asked what it catches */
    char **problems; /* sentences */
    size_t num_problems;
};

/* --- selftest_job.c --- */

/* In a process of its own: serves as `subject`, runs the suites against that, writes what came of
 * it to `fd` line by line, and ends the process. */
_Noreturn void selftest_job(const struct selftest *selftest, const struct subject *subject, int fd);

/* Reads what selftest_job has written. */
void selftest_read_outcomes(struct bytes text, struct case_outcomes *out);

/* --- selftest_effect.c --- */

/* An empty file for the receiver's journal; its path is the caller's to free, the file to remove.
 * NULL with a sentence. */
char *selftest_journal_new(struct error *err);

/* Says by that journal what became of an event; at once, for the receiver works before it answers.
 * `journal` is borrowed. */
struct effect_oracle selftest_oracle(char *journal);

/* --- selftest_pool.c --- */

/* Runs every job, num_jobs at a time. False when it was interrupted; nothing is left running. */
bool selftest_run_all(struct selftest *selftest);

/* --- selftest_check.c --- */

/* Whether a verdict means that a mistake was caught. */
bool selftest_is_catch(enum verdict verdict);

/* Whether `base` caught the subject's mistake with any of its values. */
bool selftest_catches(const struct subject *subject, const char *base);

/* Whether a case catches this fault in one run and not in another, by its nature. */
bool selftest_is_optional(const struct fault *fault, const char *base);

/* Whether the fault declares `base`, or a value of it, as what must catch it. */
bool selftest_is_declared(const struct fault *fault, const char *base);

/* The cases by their base ids, each once, in the order in which they ran. The array is the
 * caller's to free, the texts are borrowed. */
const struct case_outcome **selftest_cases(const struct selftest *selftest, size_t *out_count);

/* Fills in the problems. */
void selftest_check(struct selftest *selftest);

/* Why a case can catch no fault here, or NULL when it should. */
const char *selftest_excuse(const char *base);

/* --- selftest_text.c, selftest_data.c --- */

void selftest_add_text(const struct selftest *selftest, struct buf *out);
void selftest_add_json(const struct selftest *selftest, struct buf *out);
void selftest_add_markdown(const struct selftest *selftest, struct buf *out);

#endif
