#include <criterion/criterion.h>

#include "base/array.h"
#include "report/xml.h"

TestSuite(report_xml, .timeout = 120);

Test(report_xml, escapes_what_xml_would_read_and_shows_what_it_cannot_hold)
{
    static const struct {
        const char *what;
        struct bytes in;
        const char *expected;
    } rows[] = {
        {"markup", {"<a b=\"c\">&]]>", 13}, "&lt;a b=&quot;c&quot;&gt;&amp;]]&gt;"},
        {"white space", {"\t\n\r ", 4}, "&#9;&#10;&#13; "},
        {"controls and NUL", {"\x1b\0\x01", 3}, "\\x1b\\x00\\x01"},
        {"UTF-8",
         {"\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80", 9},
         "\xc3\xab\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"not UTF-8", {"\xe9\xff\xc3", 3}, "\\xe9\\xff\\xc3"},
        {"a surrogate", {"\xed\xa0\x80", 3}, "\\xed\\xa0\\x80"},
        {"U+FFFD", {"\xef\xbf\xbd", 3}, "\xef\xbf\xbd"},
        {"U+FFFE and U+FFFF", {"\xef\xbf\xbe\xef\xbf\xbf", 6}, "\\xef\\xbf\\xbe\\xef\\xbf\\xbf"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        xml_add(rows[i].in, &out);
        cr_expect_str_eq(buf_text(&out), rows[i].expected, "%s", rows[i].what);
        buf_clear(&out);
    }
}
