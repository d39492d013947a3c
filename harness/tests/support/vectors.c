#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"

#define FILE_MAX ((size_t)64 * 1024 * 1024)

struct js *vectors_read(const char *path)
{
    if (access(path, R_OK) != 0)
        return NULL;
    struct buf text = {0};
    struct error err = {0};
    cr_assert(file_read(path, FILE_MAX, &text, &err), "%s", err.message);
    struct js *file = js_parse(buf_bytes(&text), &err);
    buf_clear(&text);
    cr_assert_not_null(file, "%s: %s", path, err.message);
    return file;
}

struct bytes vectors_text(const struct js *vector, const char *key)
{
    const struct js *value = js_get(vector, key);
    if (!value || js_kind(value) != JS_STRING)
        return (struct bytes){NULL, 0};
    return js_string(value);
}

void vectors_base64(const struct js *vector, const char *key, struct buf *out)
{
    struct bytes text = vectors_text(vector, key);
    cr_assert(text.data && decode_base64(text, out), "member %s is not base64", key);
}

struct bytes vectors_text_or_base64(const struct js *holder, const char *key,
                                    const char *base64_key, struct buf *room)
{
    if (!js_get(holder, base64_key))
        return vectors_text(holder, key);
    vectors_base64(holder, base64_key, room);
    return buf_bytes(room);
}
