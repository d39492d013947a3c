#include "base/encode.h"

#include <stdint.h>
#include <string.h>

#include "base/escape.h"

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";
static const char base64_standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void add_hex(struct bytes in, const char *digits, struct buf *out)
{
    for (size_t i = 0; i < in.len; i++) {
        unsigned char byte = (unsigned char)in.data[i];
        char pair[2] = {digits[byte >> 4], digits[byte & 15]};
        buf_add(out, pair, 2);
    }
}

void encode_hex(struct bytes in, struct buf *out)
{
    add_hex(in, hex_lower, out);
}

void encode_hex_upper(struct bytes in, struct buf *out)
{
    add_hex(in, hex_upper, out);
}

static void add_base64(struct bytes in, const char *alphabet, bool padded, struct buf *out)
{
    char text[64]; /* not every group is an addition to the buffer */
    size_t len = 0;
    for (size_t i = 0; i < in.len; i += 3) {
        size_t left = in.len - i;
        uint32_t group = (uint32_t)(unsigned char)in.data[i] << 16;
        if (left > 1)
            group |= (uint32_t)(unsigned char)in.data[i + 1] << 8;
        if (left > 2)
            group |= (unsigned char)in.data[i + 2];
        text[len++] = alphabet[group >> 18];
        text[len++] = alphabet[group >> 12 & 63];
        text[len++] = (char)(left > 1 ? alphabet[group >> 6 & 63] : '=');
        text[len++] = (char)(left > 2 ? alphabet[group & 63] : '=');
        if (left < 3 && !padded)
            len -= 3 - left;
        if (len == sizeof text || left <= 3) {
            buf_add(out, text, len);
            len = 0;
        }
    }
}

void encode_base64(struct bytes in, struct buf *out)
{
    add_base64(in, base64_standard, true, out);
}

void encode_base64url(struct bytes in, struct buf *out)
{
    add_base64(in, base64_url, false, out);
}

void encode_percent(struct bytes in, struct buf *out)
{
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < in.len; i++) {
        if (in.data[i] != '\0' && strchr(unreserved, in.data[i])) {
            buf_add_char(out, in.data[i]);
            continue;
        }
        buf_add_char(out, '%');
        encode_hex_upper((struct bytes){in.data + i, 1}, out);
    }
}

bool decode_hex(struct bytes in, struct buf *out)
{
    if (in.len % 2 != 0)
        return false;
    for (size_t i = 0; i < in.len; i++)
        if (escape_digit(in.data[i]) < 0)
            return false;
    for (size_t i = 0; i < in.len; i += 2)
        buf_add_char(out, (char)(escape_digit(in.data[i]) << 4 | escape_digit(in.data[i + 1])));
    return true;
}

static int base64_digit(char c)
{
    const char *at = c ? strchr(base64_standard, c) : NULL;
    return at ? (int)(at - base64_standard) : -1;
}

bool decode_base64(struct bytes in, struct buf *out)
{
    if (in.len % 4 != 0)
        return false;
    size_t padding = 0;
    while (padding < 2 && padding < in.len && in.data[in.len - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < in.len - padding; i++)
        if (base64_digit(in.data[i]) < 0)
            return false;
    for (size_t i = 0; i < in.len; i += 4) {
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++)
            group =
                group << 6 | (uint32_t)(in.data[i + k] == '=' ? 0 : base64_digit(in.data[i + k]));
        char three[3] = {(char)(group >> 16), (char)(group >> 8), (char)group};
        buf_add(out, three, i + 4 == in.len ? 3 - padding : 3);
    }
    return true;
}
