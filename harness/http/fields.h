/* Header and trailer lines, one by one, into a list of headers. */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H

#include "http/parse.h"

/* Adds a line that is not empty. RFC 9112 section 5.2: a folded line is refused, unless
 * `join_folded`: then it is joined to the field before it by a space. */
struct flaw fields_add_line(struct headers *fields, struct bytes line, size_t num_max,
                            bool join_folded);

#endif
