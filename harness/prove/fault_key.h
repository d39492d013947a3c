/* The ids of faults in the files of data beside them. */
#ifndef PROVE_FAULT_KEY_H
#define PROVE_FAULT_KEY_H

#include <stddef.h>

#include "base/json.h"

/* Its place among all faults; fault_count() when there is none. */
size_t fault_index(const char *id);

/* The same of an `id` that stands in a file at `at`; with a sentence when there is none. */
size_t fault_key(const struct json_at *at, const char *id, struct error *err);

#endif
