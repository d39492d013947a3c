/* Suites and cases written out in a test. */
#ifndef TESTS_SUPPORT_SUITE_TEXT_H
#define TESTS_SUPPORT_SUITE_TEXT_H

#include "run/library.h"

/* Reads a suite whose JSON is written with ' for ", as file "x.json", with the program's
 * vocabulary, which lives in `library` (initialised). The caller frees with suite_free. */
struct suite *suite_from_text(const struct library *library, const char *text, struct error *err);

/* The same for the only case of a suite "my/suite", whose members besides id ("one") and title are
 * given: "'expect':{'accepted':true}". */
struct suite *suite_from_case(const struct library *library, const char *members,
                              struct error *err);

/* The same; what cannot be read fails the test. */
struct suite *suite_must_read(const struct library *library, const char *members);

#endif
