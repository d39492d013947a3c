/* Shared by the files of the serialisers. */
#ifndef PANORA_SERIALISER_INTERNAL_H
#define PANORA_SERIALISER_INTERNAL_H

#include "panora/serialiser.h"

/* Appends decoded `text` (UTF-8 or WTF-8) as the library quotes it; false where it would throw or
 * put something else in its place: most do so with lone surrogates. */
bool serialiser_quote(const struct serialiser *how, struct bytes text, struct buf *out);

/* Appends a number, given as it stood; false where the library would throw. */
bool serialiser_write_number(const struct serialiser *how, struct bytes word, struct buf *out);

#endif
