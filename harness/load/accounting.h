/*
 * What became of a load's events inside the endpoint: processed, lost, doubled. The journal of a
 * receiver of ours tells it of each; a command of the user's is asked about some, drawn at random.
 */
#ifndef LOAD_ACCOUNTING_H
#define LOAD_ACCOUNTING_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"
#include "load/ledger.h"
#include "run/effect.h"

#define ACCOUNTING_ASKED_MAX 200 /* events that a command is asked about */

struct accounting {
    const char *source; /* "--journal"; NULL = nobody was asked */
    uint64_t sent;      /* distinct genuine events */
    uint64_t accepted;  /* of them */
    uint64_t asked;     /* about so many of `accepted` and `forged` together */
    uint64_t processed; /* of `accepted`, at least once */
    uint64_t lost;      /* of `accepted`, never */
    uint64_t doubled;   /* genuine, more than once */
    uint64_t forged;
    uint64_t forged_processed;
    uint64_t unknown;        /* asked, and nothing came of it */
    uint64_t left_out;       /* beyond what the ledger holds */
    char lost_id[UUID_SIZE]; /* the first of each; "" = none */
    char doubled_id[UUID_SIZE];
    char forged_id[UUID_SIZE];
    char why_unknown[160]; /* of the first */
};

struct accounting_question {
    struct ledger *ledger; /* settled by this */
    unsigned run_tag;
    int64_t wait_ns; /* how long an accepted event may still be processed */
    const volatile sig_atomic_t *interrupted; /* NULL = never */
};

/* Whether something is wrong with an endpoint of which this is true: an accepted event was lost, or
 * a forged one processed. That one is processed twice is told, not held against it. */
bool accounting_has_findings(const struct accounting *accounting);

/* Reads the lines of the journal from byte `from` on, and again while events are missing. */
bool accounting_by_journal(const struct accounting_question *question, const char *path,
                           int64_t from, struct accounting *out, struct error *err);

/* Asks about at most ACCOUNTING_ASKED_MAX events, after the time that they have. */
void accounting_by_command(const struct accounting_question *question,
                           const struct effect_oracle *oracle, struct rng *rng,
                           struct accounting *out);

#endif
