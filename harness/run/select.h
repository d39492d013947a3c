/* Which cases a run has, by the user's options. */
#ifndef RUN_SELECT_H
#define RUN_SELECT_H

#include <stdbool.h>

#include "run/run.h"

/* Whether the glob names some case of these suites; a sentence with the nearest id when not. */
bool select_check_glob(struct suite *const *suites, size_t num_suites, const char *glob,
                       struct error *err);

/* Whether every glob of --only names some case of the suites. */
bool select_check(const struct run_options *options, struct error *err);

/* Whether the case belongs to the run at all: globs, level, events, dialect, --quick. */
bool select_case(const struct run_options *options, const struct suite_case *one);

/* Whether what could harm a weak endpoint is left out: the host is public, and --allow-disruptive
 * is not given. */
bool select_is_gentle(const struct run_options *options);

/* Why a selected case is reported but not sent, for a person; NULL when it is sent. */
const char *select_skip(const struct run_options *options, const struct suite_case *one);

/* The type of events whose type does not matter: one that the endpoint subscribes to. Borrowed. */
const char *select_usual_type(const struct run_options *options);

#endif
