#include "base/utf8.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"

TestSuite(base_utf8, .timeout = 120);

/* Against a second way to decide it: a sequence is well-formed when its code point, written again,
 * gives the same bytes and is no surrogate. */
static size_t len_by_writing(struct bytes in)
{
    for (size_t len = 1; len <= in.len; len++) {
        char again[UTF8_MAX];
        uint32_t point = utf8_point(in.data, len);
        bool is_character = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
        if (is_character && utf8_write(point, again) == len && memcmp(again, in.data, len) == 0)
            return len;
    }
    return 0;
}

Test(base_utf8, the_length_of_any_two_bytes_with_every_kind_behind)
{
    static const char behind[][2] = {"\x80\x80", "\x80\x41", "\x8f\xbf", "\xbf\xbf", "\xc2\x80"};
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t i = 0; i < ARRAY_LEN(behind); i++)
                for (size_t len = 0; len <= 4; len++) {
                    char text[] = {(char)first, (char)second, behind[i][0], behind[i][1]};
                    struct bytes in = {text, len};
                    cr_assert_eq(utf8_len(in), len_by_writing(in), "%02x %02x %02x %02x, %zu",
                                 first, second, (unsigned char)text[2], (unsigned char)text[3],
                                 len);
                }
}

Test(base_utf8, characters_of_every_length)
{
    static const struct {
        uint32_t point;
        const char *text;
    } rows[] = {
        {0, ""},
        {0x7f, "\x7f"},
        {0x80, "\xc2\x80"},
        {0x7ff, "\xdf\xbf"},
        {0x800, "\xe0\xa0\x80"},
        {0xd800, "\xed\xa0\x80"},
        {0xffff, "\xef\xbf\xbf"},
        {0x10000, "\xf0\x90\x80\x80"},
        {0x10ffff, "\xf4\x8f\xbf\xbf"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[UTF8_MAX + 1] = {0};
        size_t len = utf8_write(rows[i].point, text);
        cr_expect_str_eq(text, rows[i].text);
        cr_expect_eq(len, i == 0 ? 1 : strlen(rows[i].text));
        cr_expect_eq(utf8_point(text, len), rows[i].point);
    }
}
