/* Diagnoses in the text report, and which cases they leave to be shown by themselves. */
#ifndef REPORT_TEXT_DIAGNOSIS_H
#define REPORT_TEXT_DIAGNOSIS_H

#include "report/text_page.h"
#include "result/result.h"

/* Adds one diagnosis with what it explains; snippets only when `with_snippet`. */
void text_diagnosis(const struct page *page, const struct diagnosis *diagnosis, bool with_snippet);

/* Whether some diagnosis explains this case. */
bool text_is_explained(const struct run_result *result, const struct case_result *one);

/* Whether the case at `index` is a further value of a list whose earlier value ended in the same
 * way and is shown. */
bool text_is_further_value(const struct run_result *result, size_t index);

/* Appends the [labels] of the further values of the case at `index`; nothing when it has none. */
void text_further_values(const struct run_result *result, size_t index, struct buf *out);

/* Whether two values of one `for` list met the same, but for how long it took. */
bool text_ended_alike(const struct case_result *a, const struct case_result *b);

#endif
