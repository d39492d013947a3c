/* Single characters that are written otherwise. */
#include "base/escape.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"

TestSuite(base_escape, .timeout = 120);

static struct said say(const char *text)
{
    for (size_t i = 0; i < num_escapes; i++)
        if (escapes[i].sign == text[0])
            return escapes[i].say(bytes_of(text));
    return (struct said){0};
}

Test(base_escape, says_what_is_meant)
{
    static const struct {
        const char *text, *said;
        size_t taken;
    } rows[] = {
        {"\\/b", "/", 2},
        {"\\n", "\n", 2},
        {"\\u0041B", "A", 6},
        {"\\u00e9", "\xc3\xa9", 6},
        {"\\ud83d\\ude00", "\xf0\x9f\x98\x80", 12},
        {"\\x41", "A", 4},
        {"\\_", "_", 2},
        {"%2Fx", "/", 3},
        {"+", " ", 1},
        {"&amp;x", "&", 5},
        {"&#65;", "A", 5},
        {"&#x00041;", "A", 9},
        {"&#65x", "A", 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct said said = say(rows[i].text);
        cr_expect_eq(said.taken, rows[i].taken, "%s: %zu", rows[i].text, said.taken);
        cr_expect(said.len == strlen(rows[i].said) &&
                      memcmp(said.bytes, rows[i].said, said.len) == 0,
                  "%s", rows[i].text);
    }
}

Test(base_escape, what_is_none_says_nothing)
{
    static const char *const texts[] = {"\\",  "\\u12",  "\\xg1", "\\k",       "%2",
                                        "%zz", "&none;", "&#;",   "&#x110000;"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        cr_expect_eq(say(texts[i]).taken, 0, "%s", texts[i]);
}
