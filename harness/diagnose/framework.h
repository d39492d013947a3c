/* Which framework or language an endpoint shows itself to be written in, and code that does right
 * there. */
#ifndef DIAGNOSE_FRAMEWORK_H
#define DIAGNOSE_FRAMEWORK_H

#include "base/bytes.h"
#include "diagnose/investigation.h"

struct framework {
    const char *id;       /* "express" */
    const char *name;     /* "Express" */
    const char *language; /* as in serialisers: "javascript" */
    const char *file;     /* of the snippet: "fixtures/snippets/express.mjs" */
    const char *module;   /* which it calls, and which lies beside it; NULL = none */
};

/* The plain one of each language comes after those built on it. */
extern const struct framework frameworks[];
extern const size_t num_frameworks;

const struct framework *framework_find(const char *id);

/* What this answer shows, or NULL. */
const struct framework *framework_of_answer(const struct observation *seen);

/* The one that stands for a language, or NULL. */
const struct framework *framework_of_language(const char *language);

/* "express.mjs" of a `file` or `module`; "" for NULL. Borrowed. */
const char *framework_file_name(const char *file);

/* A whole handler that does right. Borrowed; no bytes when there is none. */
struct bytes framework_snippet(const struct framework *framework);

/* Adds framework and snippet to what was found. */
void framework_advise(struct investigation *inv);

#endif
