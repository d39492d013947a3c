/* The manifests of a corpus (fixtures/manifest.schema.json). */
#ifndef CORPUS_FIXTURE_MANIFEST_H
#define CORPUS_FIXTURE_MANIFEST_H

#include "base/buf.h"
#include "corpus/fixture_choice.h"
#include "corpus/fixture_make.h"

/* Appends everything up to the first entry. `schema` is the path from the manifest to its schema;
 * `type` is the folder's, or NULL for the manifest of all. */
void manifest_begin(const struct fixture_choice *choice, const char *schema, const char *type,
                    struct buf *out);

/* Appends one entry for each fixture. `folder` comes before the names of the files: "" or
 * "crm.contact.created/". `is_first`: no entry stands before. */
void manifest_add(const struct fixtures *fixtures, const char *folder, bool is_first,
                  struct buf *out);

void manifest_end(struct buf *out);

#endif
