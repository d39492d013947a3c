#include "base/bytes.h"

#include <string.h>

struct bytes bytes_of(const char *text)
{
    return (struct bytes){text, text ? strlen(text) : 0};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

const char *bytes_find(struct bytes hay, struct bytes needle)
{
    if (needle.len == 0 || hay.len < needle.len)
        return NULL;
    const char *last = hay.data + (hay.len - needle.len);
    for (const char *at = hay.data; at <= last; at++) {
        at = memchr(at, needle.data[0], (size_t)(last - at) + 1);
        if (!at)
            return NULL;
        if (memcmp(at, needle.data, needle.len) == 0)
            return at;
    }
    return NULL;
}

struct bytes bytes_after(struct bytes bytes, size_t len)
{
    return len < bytes.len ? (struct bytes){bytes.data + len, bytes.len - len}
                           : (struct bytes){bytes.data, 0};
}
