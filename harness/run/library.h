/*
 * Everything that a name on the command line can mean: the event catalogue, the vocabulary of
 * suites, and the suites, compiled in or from files.
 */
#ifndef RUN_LIBRARY_H
#define RUN_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "panora/catalogue.h"
#include "suite/suite.h"

#define LIBRARY_LISTS 3

struct library {
    struct catalogue *catalogue;
    /* "sent-types": names that appear verbatim as a body's type; "documented-types": documented
     * names that never do */
    struct value_list lists[LIBRARY_LISTS]; /* and, for no `for`, every type that there is */
    const char **values[LIBRARY_LISTS];     /* theirs */
    struct vocabulary vocabulary;
    struct suite **suites; /* in the order in which they were asked for */
    size_t num_suites;
};

/* Reads the catalogue and assembles the vocabulary; there are no suites yet. The library must not
 * move afterwards: its vocabulary points into it. */
void library_init(struct library *library);
void library_clear(struct library *library);

/* Adds the suites of these names: a built-in suite ("panora/signature"), all below a name
 * ("panora"), or a file. Without names (`count` 0): all built-in ones. A suite that is there
 * already is not added again. Refuses an unknown name with the nearest one, two suites of the same
 * name, and a file that gives itself the name of a built-in suite without being it. */
bool library_load_suites(struct library *library, const char *const *names, size_t count,
                         struct error *err);

/* Refuses the file at `path` with that text when it gives its suite the name of a built-in one
 * without being it. */
bool library_check_name(const char *path, const char *name, struct bytes text, struct error *err);

#endif
