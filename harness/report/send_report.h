/*
 * What `send` says: one attempt in full, or many in one line each and then their sum; for people or
 * for programs.
 */
#ifndef REPORT_SEND_REPORT_H
#define REPORT_SEND_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/redact.h"
#include "result/observation.h"

#define SEND_STATUSES 600

/* One attempt as it was sent; borrowed texts. */
struct send_attempt {
    size_t number; /* from 1 */
    const char *sent;
    const char *type;
    const char *id;
    size_t body_len;
};

struct send_report {
    bool as_json;
    size_t total;                    /* attempts that there will be */
    const char *target;              /* shown form; borrowed */
    const struct redactor *redactor; /* borrowed */
    /* what has ended so far */
    size_t num_done;
    size_t num_accepted;
    size_t num_without_session;
    size_t statuses[SEND_STATUSES]; /* complete answers by status */
    size_t outcomes[OUTCOME_COUNT]; /* all others by how they ended */
    int64_t *totals_ns;             /* of complete answers */
    size_t num_totals;
};

/* Counts an attempt and prints it to standard output. */
void send_report_add(struct send_report *report, const struct send_attempt *attempt,
                     const struct observation *seen);

/* Prints the sum when there was more than one attempt. */
void send_report_end(struct send_report *report);

/* 0: all were answered 2xx; 3: none had a connection or TLS session; 1: anything else. */
int send_report_exit(const struct send_report *report);

void send_report_clear(struct send_report *report);

#endif
