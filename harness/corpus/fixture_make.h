/*
 * The fixtures of one event type: genuine events, and what the suites' cases make of them. Verdicts
 * are not written down a second time: they follow from what the case expects, and from its level.
 */
#ifndef CORPUS_FIXTURE_MAKE_H
#define CORPUS_FIXTURE_MAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "compose/compose.h"
#include "corpus/fixture_choice.h"
#include "suite/suite.h"

struct fixture {
    char *name; /* "text-refuses-truncated-32": unique in its folder, also where case is ignored */
    const struct suite_case *one; /* NULL: a plain genuine event */
    const char *case_id;          /* borrowed */
    const char *verdict;          /* "accept", "reject" or "either" */
    enum level level;
    struct composed made;
    size_t same_body; /* the first fixture of the list whose body has the same bytes */
};

/* What a correct endpoint does with it: "refuses a truncated signature". Borrowed. */
const char *fixture_reason(const struct fixture *fixture);

struct fixtures {
    struct fixture *items;
    size_t count;
    size_t num_left_out; /* they would hold the user's own secret */
};

#define FIXTURE_GENUINE_ID "panora/delivery/accepts-an-event"

/* Makes all fixtures of `choice->types[index]`. What does not depend on the type (hard texts,
 * sizes, unknown types) is made for the first one only. Clear `out` in any case. */
bool fixtures_make(const struct fixture_choice *choice, size_t index, struct fixtures *out,
                   struct error *err);
void fixtures_clear(struct fixtures *fixtures);

#endif
