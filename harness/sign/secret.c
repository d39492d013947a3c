#include "sign/secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#define FILE_MAX ((size_t)64 * 1024)

void secret_set(struct secret *secret, struct bytes bytes)
{
    char *copy = mem_copy(bytes.data, bytes.len); /* first: `bytes` may be the old one */
    secret_clear(secret);
    *secret = (struct secret){copy, bytes.len};
}

void secret_clear(struct secret *secret)
{
    if (secret->data)
        OPENSSL_cleanse(secret->data, secret->len);
    free(secret->data);
    *secret = (struct secret){0};
}

struct bytes secret_bytes(const struct secret *secret)
{
    return (struct bytes){secret->data, secret->len};
}

/* All the room at once: growing would leave copies of what is secret behind in freed memory. */
static void reserve(struct buf *buf, size_t len)
{
    buf_add_repeated(buf, '\0', len);
    buf_reset(buf);
}

static void wipe(struct buf *buf)
{
    if (buf->data)
        OPENSSL_cleanse(buf->data, buf->capacity);
    buf_clear(buf);
}

static struct bytes without_newline(struct bytes text)
{
    if (text.len && text.data[text.len - 1] == '\n') {
        text.len--;
        if (text.len && text.data[text.len - 1] == '\r')
            text.len--;
    }
    return text;
}

bool secret_from_file(struct secret *secret, const char *path, bool *out_dropped, struct error *err)
{
    struct buf content = {0};
    reserve(&content, FILE_MAX);
    bool ok = file_read(path, FILE_MAX, &content, err);
    if (ok) {
        struct bytes text = without_newline(buf_bytes(&content));
        *out_dropped = text.len != content.len;
        if (text.len)
            secret_set(secret, text);
        else
            ok = error_set(err, "the secret in %s is empty", path);
    }
    wipe(&content);
    return ok;
}

bool secret_from_env(struct secret *secret, const char *name, struct error *err)
{
    const char *value = getenv(name);
    if (!value)
        return error_set(
            err, "the environment variable %s, which should contain the secret, is not set", name);
    if (!*value)
        return error_set(
            err, "the environment variable %s, which should contain the secret, is empty", name);
    secret_set(secret, bytes_of(value));
    return true;
}
