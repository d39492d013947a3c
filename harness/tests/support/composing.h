/* Composing single requests in a test, and the official verifier's word on them. */
#ifndef TESTS_SUPPORT_COMPOSING_H
#define TESTS_SUPPORT_COMPOSING_H

#include "compose/compose.h"

struct composing {
    struct composer composer;
    struct catalogue *catalogue;
    struct secret secret; /* "whsec_composing_0123456789" */
    uint64_t seed;
    const char *data; /* JSON text of data; NULL = realistic data */
    struct error err; /* of the last failure */
};

/* Must not move afterwards. */
void composing_init(struct composing *composing, enum dialect dialect);
void composing_clear(struct composing *composing);

/* Composes a step with the one mutation that "NAME" or "NAME=VALUE" says (NULL = none), always from
 * the same seed. The caller clears `out` in any case. */
bool compose_with(struct composing *composing, const char *mutation, bool as_twin,
                  struct composed *out);

/* As a server would: the first header of the name, its value without blanks around it. */
enum verification composed_verify(const struct composing *composing, const struct composed *made);

#endif
