#include "panora/js_internal.h"

#include "base/array.h"

/* Well-formed UTF-8 (Unicode table 3-7): the lead bytes, how many bytes follow, and the range of
 * the first of these; the others are 80 to BF. */
struct lead {
    unsigned char first, last;
    unsigned char num_more;
    unsigned char low, high;
};

static const struct lead leads[] = {
    {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
    {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

static const struct lead *find_lead(unsigned char byte)
{
    for (size_t i = 0; i < ARRAY_LEN(leads); i++)
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    return NULL;
}

size_t js_utf8_length(const char *at, const char *end, bool *out_valid)
{
    const unsigned char *byte = (const unsigned char *)at;
    size_t left = (size_t)(end - at);
    *out_valid = byte[0] < 0x80;
    const struct lead *lead = *out_valid ? NULL : find_lead(byte[0]);
    if (!lead || left < 2 || byte[1] < lead->low || byte[1] > lead->high)
        return 1;
    size_t len = 2;
    while (len <= lead->num_more && len < left && byte[len] >= 0x80 && byte[len] <= 0xBF)
        len++;
    *out_valid = len == (size_t)lead->num_more + 1;
    return len;
}

size_t js_utf8_write(uint32_t code, char out[4])
{
    static const unsigned char lead_bits[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(len == 1 ? code : lead_bits[len] | code);
    return len;
}
