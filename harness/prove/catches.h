/*
 * What catches what, as fixtures/catches.json declares it: for each fault of the receiver the cases
 * that must catch it, and those that may or may not, by its nature. Data, so a new case needs
 * no C.
 */
#ifndef PROVE_CATCHES_H
#define PROVE_CATCHES_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/table.h"
#include "receive/fault.h"
#include "run/library.h"

/* Full ids of cases, each for all its values or with one [value]. */
struct declared {
    struct names must;
    struct names may;
};

struct catches;

/* Reads a file of that kind. With `library`, whose suites are loaded, ids of cases that it does not
 * have are refused, and so is a fault that nothing must catch. The text is copied. NULL with
 * "FILE: /PATH: SENTENCE". */
struct catches *catches_read(const char *file, struct bytes text, const struct library *library,
                             struct error *err);

/* The file that is compiled in. */
struct catches *catches_load(const struct library *library, struct error *err);

void catches_free(struct catches *catches); /* NULL is fine */

/* What the file says of `fault`: never NULL, and borrowed. */
const struct declared *catches_of(const struct catches *catches, const struct fault *fault);

/* Whether the case of that id, without [value], must catch it, with some value at least. */
bool declared_must(const struct declared *declared, const char *base);

/* Why the case of that id, without [value], can catch no fault; NULL when it should. `catches` may
 * be NULL. */
const char *catches_excuse(const struct catches *catches, const char *base);

#endif
