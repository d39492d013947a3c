/* Two loads of one endpoint compared: what broke, and what got slower beyond noise. */
#ifndef REPORT_LOAD_COMPARE_H
#define REPORT_LOAD_COMPARE_H

#include <stdbool.h>

#include "base/buf.h"
#include "report/load_record.h"

enum load_change_kind { LOAD_SAME, LOAD_BETTER, LOAD_WORSE };

#define LOAD_CHANGES_MAX 8

/* A measure of both. */
struct load_change {
    const char *name;
    char before[24];
    char after[24];
    char words[64]; /* "1.52 times, slower" */
    enum load_change_kind kind;
};

/* Fills at most LOAD_CHANGES_MAX rows and returns how many. Whether a latency or a rate differs is
 * asked of its values in all seconds (Mann-Whitney U test), of which both need at least eight. */
size_t load_changes(const struct load_record *before, const struct load_record *after,
                    struct load_change *out);

/* Whether the second is worse in what counts: it fails, and the first did not; or it has findings
 * that the first had not. */
bool load_compare_broke(const struct load_record *before, const struct load_record *after);

/* Appends "500 requests/s (open loop), up to 100 connections, 1 thread, 10 s". */
void load_add_settings(const struct load_record *record, struct buf *out);

/* What a kind of error is in words; the kind itself when a later version wrote it. */
const char *load_error_sentence(const char *kind);

/* Appends the sentence that says it all. */
void load_add_last_line(const struct load_record *before, const struct load_record *after,
                        struct buf *out);

/* For people. */
void load_compare_text(const struct load_record *before, const struct load_record *after,
                       struct buf *out);

/* One load, as short as its JSON report allows. */
void load_record_text(const struct load_record *record, struct buf *out);

#endif
