/*
 * Known failures: which cases or causes may fail for now, why, and until when. Only new failures
 * then fail a run; an entry that does not fail any more, or whose day is past, is told.
 */
#ifndef REPORT_BASELINE_H
#define REPORT_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"
#include "result/result.h"

struct baseline_entry {
    char *case_id; /* glob on full ids, as of --only; NULL when a cause is named */
    char *cause;   /* id of a diagnosis */
    char *reason;
    char
        *mistake; /* why it names no case that there is; NULL = it names one, or it was not asked */
    char until[11]; /* "2026-12-31", the last day on which it holds; "" = for ever */
};

struct baseline {
    struct baseline_entry *entries;
    size_t count;
};

/* Reads what reports/baseline.schema.json describes; the caller clears in any case. */
bool baseline_read(const char *file, struct bytes text, struct baseline *out, struct error *err);
void baseline_clear(struct baseline *baseline);

/* Holds the result against it: adds what is to be told to result->notes, and sets exit code 5 when
 * nothing but known failures keeps the endpoint from being ready. With `strict` results an entry
 * that is of no use any more is a failure. `today` is "2026-11-26"; `is_whole`: every case was
 * asked and causes were looked for, so that a cause which is not there is gone. */
void baseline_apply(const struct baseline *baseline, const char *today, bool is_whole,
                    struct run_result *result);

/* Appends a baseline that knows all that failed: causes by name, other cases by id. */
void baseline_write(const struct run_result *result, struct buf *out);

#endif
