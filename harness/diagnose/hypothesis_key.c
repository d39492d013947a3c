/* Other keys than the secret's bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "diagnose/hypothesis_internal.h"

#define SECRET_PREFIX "whsec_"

bool key_with(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_bytes(&signing->key, signing->secret);
    buf_add_text(&signing->key, hypothesis->argument);
    return true;
}

bool key_cut(const struct hypothesis *hypothesis, struct signing *signing)
{
    size_t len = (size_t)strtoul(hypothesis->argument, NULL, 10);
    if (signing->secret.len <= len)
        return false;
    buf_add(&signing->key, signing->secret.data, len);
    return true;
}

/* White space, quotes and a byte order mark. */
bool key_trimmed(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct bytes secret = signing->secret;
    if (secret.len >= 3 && memcmp(secret.data, "\xEF\xBB\xBF", 3) == 0)
        secret = (struct bytes){secret.data + 3, secret.len - 3};
    while (secret.len && strchr(" \t\r\n\"'", secret.data[secret.len - 1]))
        secret.len--;
    while (secret.len && strchr(" \t\r\n\"'", secret.data[0]))
        secret = (struct bytes){secret.data + 1, secret.len - 1};
    buf_add_bytes(&signing->key, secret);
    return secret.len < signing->secret.len;
}

bool key_quoted(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_char(&signing->key, '"');
    buf_add_bytes(&signing->key, signing->secret);
    buf_add_char(&signing->key, '"');
    return true;
}

static bool strip(struct bytes *secret)
{
    size_t len = strlen(SECRET_PREFIX);
    if (secret->len <= len || memcmp(secret->data, SECRET_PREFIX, len) != 0)
        return false;
    *secret = (struct bytes){secret->data + len, secret->len - len};
    return true;
}

bool key_without_prefix(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct bytes secret = signing->secret;
    if (!strip(&secret))
        return false;
    buf_add_bytes(&signing->key, secret);
    return true;
}

/* As libraries do that leave out what they cannot read and want no padding. */
static void decode_base64_leniently(const char *digits, struct bytes text, struct buf *out)
{
    uint32_t group = 0;
    size_t num_digits = 0;
    for (size_t i = 0; i < text.len && text.data[i] != '='; i++) {
        const char *digit = text.data[i] ? strchr(digits, text.data[i]) : NULL;
        if (!digit)
            continue;
        group = group << 6 | (uint32_t)((digit - digits) % 64);
        if (num_digits++ % 4 > 0)
            buf_add_char(out, (char)(group >> (6 - 2 * ((num_digits - 1) % 4))));
    }
}

#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* Node reads both alphabets alike. */
#define EITHER_BASE64 BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static bool decode(const char *way, struct bytes secret, struct buf *out)
{
    if (strcmp(way, "hex") == 0)
        return decode_hex(secret, out) && secret.len > 0;
    decode_base64_leniently(strcmp(way, "base64") == 0 ? BASE64 : EITHER_BASE64, secret, out);
    return out->len > 0;
}

bool key_decoded(const struct hypothesis *hypothesis, struct signing *signing)
{
    return decode(hypothesis->argument, signing->secret, &signing->key);
}

bool key_decoded_without_prefix(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct bytes secret = signing->secret;
    return strip(&secret) && decode(hypothesis->argument, secret, &signing->key);
}

bool key_encoded(const struct hypothesis *hypothesis, struct signing *signing)
{
    if (strcmp(hypothesis->argument, "hex") == 0)
        encode_hex(signing->secret, &signing->key);
    else
        encode_base64(signing->secret, &signing->key);
    return true;
}

bool key_constant(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_text(&signing->key, hypothesis->argument);
    return true;
}
