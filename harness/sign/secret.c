#include "sign/secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"

#define FILE_MAX ((size_t)64 * 1024)

/* Shorter ones stand in too many innocent places to be replaced inside a text. */
#define REDACT_MIN 6

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
            err, "the environment variable %s, which should hold the secret, is not set", name);
    if (!*value)
        return error_set(err, "the environment variable %s, which should hold the secret, is empty",
                         name);
    secret_set(secret, bytes_of(value));
    return true;
}

/* How a form is compared: returns how many bytes of `in` are it, 0 when they are not. `in` is not
 * empty. */
typedef size_t match_fn(struct bytes form, struct bytes in);

static size_t match_exactly(struct bytes form, struct bytes in)
{
    return in.len >= form.len && memcmp(form.data, in.data, form.len) == 0 ? form.len : 0;
}

static char to_lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + 'a' - 'A');
    return c;
}

static size_t match_any_case(struct bytes form, struct bytes in)
{
    if (in.len < form.len)
        return 0;
    for (size_t i = 0; i < form.len; i++)
        if (to_lower(in.data[i]) != form.data[i])
            return 0;
    return form.len;
}

static char to_base64url(char c)
{
    if (c == '+')
        return '-';
    if (c == '/')
        return '_';
    return c;
}

/* Either alphabet, with or without padding. */
static size_t match_base64(struct bytes form, struct bytes in)
{
    if (in.len < form.len)
        return 0;
    for (size_t i = 0; i < form.len; i++)
        if (to_base64url(in.data[i]) != form.data[i])
            return 0;
    size_t len = form.len;
    while (len % 4 != 0 && len < in.len && in.data[len] == '=')
        len++;
    return len;
}

/* How many bytes of `in` stand for `byte`: itself, %XX in any case, or a plus for a blank; 0 when
 * they do not. */
static size_t match_percent_byte(char byte, struct bytes in)
{
    if (in.len >= 3 && in.data[0] == '%') {
        char encoded[2] = {to_lower(in.data[1]), to_lower(in.data[2])};
        static const char digits[] = "0123456789abcdef";
        if (encoded[0] == digits[(unsigned char)byte >> 4] &&
            encoded[1] == digits[(unsigned char)byte & 15])
            return 3;
    }
    return in.len && (in.data[0] == byte || (in.data[0] == '+' && byte == ' '));
}

/* Some encode more characters than others; any choice of them is recognised. */
static size_t match_percent(struct bytes form, struct bytes in)
{
    size_t len = 0;
    for (size_t i = 0; i < form.len; i++) {
        size_t step = match_percent_byte(form.data[i], (struct bytes){in.data + len, in.len - len});
        if (step == 0)
            return 0;
        len += step;
    }
    return len;
}

static void form_raw(struct bytes secret, struct buf *out)
{
    buf_add_bytes(out, secret);
}

/* The forms in which a secret is looked for, and how each is made from it. The first is no part of
 * the second: a secret that itself looks encoded ("%25") would be read as what it stands for. */
static const struct form {
    void (*make)(struct bytes secret, struct buf *out);
    match_fn *match;
} forms[] = {
    {form_raw, match_exactly},
    {form_raw, match_percent},
    {encode_hex, match_any_case},
    {encode_base64url, match_base64},
};

/* The length of the longest form that `in` begins with. */
static size_t match_here(const struct buf made[ARRAY_LEN(forms)], struct bytes in)
{
    size_t longest = 0;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        size_t len = forms[i].match(buf_bytes(&made[i]), in);
        if (len > longest)
            longest = len;
    }
    return longest;
}

static void redact(const struct buf made[ARRAY_LEN(forms)], struct bytes in, bool only_whole,
                   const char *replacement, struct buf *out)
{
    size_t kept = 0; /* where what has not been added yet begins */
    size_t i = 0;
    while (i < in.len) {
        size_t len = match_here(made, (struct bytes){in.data + i, in.len - i});
        if (len == 0 || (only_whole && len != in.len)) {
            i++;
            continue;
        }
        buf_add(out, in.data + kept, i - kept);
        buf_add_text(out, replacement);
        i += len;
        kept = i;
    }
    buf_add(out, in.data + kept, in.len - kept);
}

void secret_redact(const struct secret *secret, struct bytes in, const char *replacement,
                   struct buf *out)
{
    if (secret->len == 0 || in.len == 0) {
        buf_add(out, in.data, in.len);
        return;
    }
    struct buf made[ARRAY_LEN(forms)] = {{0}};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        reserve(&made[i], 2 * secret->len + 4);
        forms[i].make(secret_bytes(secret), &made[i]);
    }
    redact(made, in, secret->len < REDACT_MIN, replacement, out);
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        wipe(&made[i]);
}
