/* When the oracle of effect.h is asked, and about which events. */
#ifndef RUN_EFFECT_ASKING_H
#define RUN_EFFECT_ASKING_H

#include "run/runner.h"

/* Notes which events are asked about, when the plan is made. */
void effect_note_ids(struct plan *plan);

/* Asks, once, and hands the answers to the exchanges. */
void effect_ask(struct runner *runner);

/* Asks before anything is sent that may take the endpoint down, for whoever goes down may lose what
 * it had processed. False while events are still under way. */
bool effect_asked_before_harm(struct runner *runner);

#endif
