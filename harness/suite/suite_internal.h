/* Shared by the files that read suites; nobody else's business. */
#ifndef SUITE_SUITE_INTERNAL_H
#define SUITE_SUITE_INTERNAL_H

#include "base/json.h"
#include "suite/suite.h"

/* Reads the event, sign, wire, deliver and expect members of `at` (a case or an entry of its
 * `steps`) into `step`. `index` is its 0-based place, which `again` must come after. On failure
 * `step` is to be cleared by step_clear all the same. */
bool step_read(struct step *step, const struct json_at *at, size_t index,
               const struct vocabulary *vocabulary, struct error *err);

/* Reads {"word": argument, ...} into `calls`; each word must stand at `place` ("step" or "case").
 */
bool expectations_read(struct calls *calls, const struct json_at *at, const char *place,
                       const struct vocabulary *vocabulary, struct error *err);

/* The value of an optional member, left as it was when there is none. */
bool read_optional_text(const struct json_at *at, const char *key, char **out, struct error *err);
bool read_optional_flag(const struct json_at *at, const char *key, bool *out, struct error *err);

void calls_clear(struct calls *calls);

#endif
