/* Asks what is behind the failures. */
#ifndef RUN_PROBING_H
#define RUN_PROBING_H

#include "run/runner.h"

/* Fills in the result's diagnoses. Last of all: every case is judged. */
void probing_diagnose(struct runner *runner);

#endif
