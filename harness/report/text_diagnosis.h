/* Diagnoses in the text report, and which cases they leave to be shown by themselves. */
#ifndef REPORT_TEXT_DIAGNOSIS_H
#define REPORT_TEXT_DIAGNOSIS_H

#include "report/text_page.h"
#include "result/result.h"

enum cause_size {
    CAUSE_BRIEF, /* two lines: what, and how to fix it */
    CAUSE_SHORT, /* at most ten lines */
    CAUSE_WHOLE  /* uncut, with the ids of its cases */
};

/* Adds one diagnosis; `number` comes before it, 0 = a mark for what is unexplained. */
void text_diagnosis(const struct page *page, const struct run_result *result,
                    const struct diagnosis *diagnosis, size_t number, enum cause_size size);

/* Whether some diagnosis explains this case, or shows it as unexplained. */
bool text_is_explained(const struct run_result *result, const struct case_result *one);

/* Whether the case at `index` is a further value of a list whose earlier value ended in the same
 * way and is shown. */
bool text_is_further_value(const struct run_result *result, size_t index);

/* Appends the [labels] of the further values of the case at `index`; returns how many there are. */
size_t text_further_values(const struct run_result *result, size_t index, struct buf *out);

/* Whether two values of one `for` list had the same outcome, but for how long it took. */
bool text_ended_alike(const struct case_result *a, const struct case_result *b);

#endif
