/* A borrowed run of bytes, which may hold NUL; valid as long as what it points into. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
    const char *data;
    size_t len;
};

/* The bytes of a text, without its NUL; NULL gives no bytes. */
struct bytes bytes_of(const char *text);

bool bytes_equal(struct bytes a, struct bytes b);

/* Where `needle` begins in `hay`, or NULL. An empty needle is found nowhere. */
const char *bytes_find(struct bytes hay, struct bytes needle);

/* The bytes after the first `len`; none when there are not that many. */
struct bytes bytes_after(struct bytes bytes, size_t len);

#endif
