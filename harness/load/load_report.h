/* A load's result in words and as JSON (reports/load.schema.json). */
#ifndef LOAD_LOAD_REPORT_H
#define LOAD_LOAD_REPORT_H

#include <jansson.h>

#include "base/redact.h"
#include "load/accounting.h"
#include "load/load.h"
#include "load/slo.h"

#define LOAD_FORMAT_VERSION 1

struct load_report {
    const struct load_plan *plan;
    const struct load_result *result;
    const struct slo *slo;
    const struct accounting *accounting; /* NULL = nobody was asked */
    const struct redactor *redactor;
    bool utf8; /* the reader can see more than ASCII */
};

/* Whether all goals are reached. Without goals: every genuine event was accepted and every forged
 * one refused. A forgery accepted or processed, a genuine event refused or lost, is never all
 * right. */
bool load_report_passes(const struct load_report *report);

/* Whether nothing can be said because this machine could not make the load: it neither passes nor
 * shows what is wrong with the endpoint. */
bool load_report_is_undecided(const struct load_report *report);

/* Appends what makes the figures doubtful; nothing when nothing does. */
void load_report_cautions(const struct load_report *report, struct buf *out);

/* Appends one second's line, without its end. */
void load_text_second(const struct load_second *second, struct buf *out);

void load_text(const struct load_report *report, struct buf *out);
json_t *load_json(const struct load_report *report); /* the caller frees it */

#endif
