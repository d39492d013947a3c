/* A load's JSON report (reports/load.schema.json) as a value: what pages and comparisons are made
 * from, whether it was saved or is of a load that has just ended. */
#ifndef REPORT_LOAD_RECORD_H
#define REPORT_LOAD_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Milliseconds. */
struct load_times {
    const char *name; /* "latency" */
    int64_t count;
    double p50, p90, p99, p999, p9999, max;
};

enum { LOAD_LATENCY, LOAD_QUEUE, LOAD_WAIT, LOAD_TRANSFER, LOAD_CONNECT, LOAD_NUM_TIMES };

/* One second. */
struct load_point {
    double second, sent, answered, errors;
    double p50, p90, p99, max; /* milliseconds */
};

/* Texts are borrowed from `document`. */
struct load_record {
    json_t *document;
    const char *target;
    bool is_open;
    int64_t rate; /* open loop */
    int64_t connections;
    int64_t threads;
    bool passed;
    bool was_interrupted;
    double seconds;
    int64_t sent, answered, failed;
    double per_second; /* complete responses */
    struct load_times times[LOAD_NUM_TIMES];
    struct load_point *points;
    size_t num_points;
};

/* Whether it is a load's report at all, and not a run's. */
bool load_record_is(const json_t *document);

/* Takes `document`, the content of `file`, over. False with "FILE: /PLACE: what is wrong" when it
 * is not such a report. Clear it in any case. */
bool load_record_read(struct load_record *out, const char *file, json_t *document,
                      struct error *err);
void load_record_clear(struct load_record *record);

#endif
