/* Header and trailer lines, one by one, into a list of headers. */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H

#include "http/parse.h"

/* Adds a line that is not empty. A folded line is refused (RFC 9112 section 5.2), in answers too,
 * as Node's client does. */
struct flaw fields_add_line(struct headers *fields, struct bytes line, size_t num_max);

#endif
