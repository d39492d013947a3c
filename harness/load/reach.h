/* Before a load: whether it gets to where it may go. */
#ifndef LOAD_REACH_H
#define LOAD_REACH_H

#include "load/load.h"

/* Connects once, and closes. False with a sentence when that fails, which sets `out_unreached`, or
 * when it leads to a public address that the user has not named. `fd` is looked at meanwhile. */
bool reach_try(const struct load_plan *plan, struct engine *engine, int fd, bool *out_unreached,
               struct error *err);

#endif
