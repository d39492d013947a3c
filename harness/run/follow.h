/* What Panora would make of redirects, found out where that is harmless. */
#ifndef RUN_FOLLOW_H
#define RUN_FOLLOW_H

#include "run/runner.h"

/* Fills in `as_panora` of the result's exchanges. */
void follow_redirects(struct runner *runner);

#endif
