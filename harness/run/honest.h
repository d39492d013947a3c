/* The honest run: whether genuine events reached the handler at all. */
#ifndef RUN_HONEST_H
#define RUN_HONEST_H

#include "run/runner.h"

/* That they did not, and what they met; "" when they did. The caller frees. */
char *honest_sentence(const struct runner *runner);

#endif
