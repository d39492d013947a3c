/* From what was seen to the result. */
#ifndef RUN_FINISH_H
#define RUN_FINISH_H

#include "run/runner.h"

void finish_judge(struct runner *runner); /* the cases whose verdict is certain */
void finish_result(struct runner *runner);
/* After the diagnosis: events that are lost whatever they hold fail the run where no case met that.
 */
void finish_note_losses(struct runner *runner);
void finish_redact(struct runner *runner);      /* what the diagnoses say */
void finish_interrupted(struct runner *runner); /* after finish_result */

#endif
