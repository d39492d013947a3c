/* Many copies of one event, one after another or several at once: how many fail, and which. */
#ifndef DIAGNOSE_SERIES_H
#define DIAGNOSE_SERIES_H

#include "diagnose/investigation.h"

#define SERIES_MAX 96

struct series {
    size_t count; /* that were sent */
    size_t num_failed;
    bool failed[SERIES_MAX];
    int statuses[SERIES_MAX]; /* 0 = it was not answered */
    size_t num_errors;        /* answered 5xx */
    size_t num_refused;       /* answered 4xx, but for a limit */
    size_t num_unreached;     /* nobody was there */
    bool limited;             /* a 429 or a 503 was among them */
    int status;               /* of the first failure */
    enum answer answer;
    bool was_kept_out; /* from then on, for refusals before: the rest tells nothing and is left out
                        */
};

/* Sends `count` of them, at most SERIES_MAX, with fresh ids; `gap_ns` between them. */
void series_run(struct investigation *inv, const struct specimen *specimen, size_t count,
                size_t at_once, int64_t gap_ns, bool one_connection, struct series *out);

/* Whether all that failed, and they were several, met the same. */
bool series_fails_alike(const struct series *series);

/* Appends what the first that failed met, without how long it took: "503". */
void series_add_met(const struct series *series, struct buf *out);

/* "sometimes answers 503 to the same event", or "... gives no answer to ...": `before` ends in a
 * blank or is "". Takes `after`; the caller frees what is returned. */
char *series_sentence(const struct series *series, const char *before, char *after);

#endif
