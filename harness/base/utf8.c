#include "base/utf8.h"

size_t utf8_len(struct bytes in)
{
    const unsigned char *at = (const unsigned char *)in.data;
    if (in.len == 0 || at[0] < 0x80)
        return in.len ? 1 : 0;
    size_t len = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || in.len < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool too_low = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool too_high = (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f);
    return too_low || too_high ? 0 : len;
}

uint32_t utf8_point(const char *at, size_t len)
{
    const unsigned char *byte = (const unsigned char *)at;
    uint32_t point = len == 1 ? byte[0] : byte[0] & (0xffU >> (len + 1));
    for (size_t i = 1; i < len; i++)
        point = point << 6 | (byte[i] & 0x3f);
    return point;
}

size_t utf8_write(uint32_t point, char out[UTF8_MAX])
{
    static const unsigned char lead_bits[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(len == 1 ? point : lead_bits[len] | point);
    return len;
}
