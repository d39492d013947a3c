#include "panora/js_internal.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

#ifdef __SSE2__
/* The first of sixteen bytes that is not plain; 16 = all are. Bytes above 0x7f are negative. */
static size_t plain_of_16(__m128i bytes)
{
    __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i others = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    int mask = _mm_movemask_epi8(_mm_or_si128(others, _mm_or_si128(quotes, backslashes)));
    return (size_t)__builtin_ctz((unsigned)mask | 1U << 16);
}
#endif

size_t js_copy_plain(const char *at, const char *end, char *to)
{
    const char *from = at;
#ifdef __SSE2__
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const void *)at);
        size_t len = plain_of_16(bytes);
        _mm_storeu_si128((void *)to, bytes);
        at += len;
        to += len;
        if (len < 16)
            return (size_t)(at - from);
    }
#endif
    while (at < end && (unsigned char)(*at - 0x20) < 0x60 && *at != '"' && *at != '\\')
        *to++ = *at++;
    return (size_t)(at - from);
}

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
