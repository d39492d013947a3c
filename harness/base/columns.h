/* How many columns of a terminal a text takes: most characters one, East Asian ones and pictures
 * two, combining marks none. */
#ifndef BASE_COLUMNS_H
#define BASE_COLUMNS_H

#include <stddef.h>

#include "base/bytes.h"

/* Bytes that are no UTF-8 count as one column each. */
size_t columns_of(struct bytes text);

/* The longest beginning of `text` that takes at most `most` columns. */
struct bytes columns_cut(struct bytes text, size_t most);

#endif
