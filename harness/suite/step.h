/* The life of a step outside suite files. */
#ifndef SUITE_STEP_H
#define SUITE_STEP_H

#include "suite/suite.h"

/* One genuine event of the usual type, POSTed once. */
void step_init(struct step *step);
void step_clear(struct step *step);

#endif
