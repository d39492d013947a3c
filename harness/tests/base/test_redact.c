#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/redact.h"

TestSuite(base_redact, .timeout = 120);

#define SECRET "s3cr/t+\"x"

static struct buf redacted(struct bytes value, const char *replacement, struct bytes in)
{
    struct redactor *redactor = redactor_new();
    struct buf out = {0};
    redactor_hide(redactor, value, replacement);
    redact(redactor, in, &out);
    redactor_free(redactor);
    return out;
}

static void expect_redacted(const char *what, const char *in, const char *expected)
{
    struct buf out = redacted(bytes_of(SECRET), "$S", bytes_of(in));
    cr_expect_str_eq(buf_text(&out), expected, "%s: %s became %s, not %s", what, in, buf_text(&out),
                     expected);
    buf_clear(&out);
}

Test(base_redact, replaces_the_value_however_it_is_spelled)
{
    static const struct {
        const char *what, *in, *expected;
    } rows[] = {
        {"plain", "a " SECRET " b", "a $S b"},
        {"twice", SECRET SECRET, "$S$S"},
        {"JSON", "{\"k\":\"s3cr\\/t+\\\"x\"}", "{\"k\":\"$S\"}"},
        {"JSON with code points", "s3cr/t\\u002b\\u0022x!", "$S!"},
        {"JSON in JSON", "\"{\\\"k\\\":\\\"s3cr/t+\\\\\\\"x\\\"}\"", "\"{\\\"k\\\":\\\"$S\\\"}\""},
        {"HTML", "<td>s3cr/t+&quot;x</td>", "<td>$S</td>"},
        {"HTML by numbers", "s3cr&#x2F;t&#43;&#34;x;", "$S;"},
        {"percent", "?k=s3cr%2Ft%2b%22x&l", "?k=$S&l"},
        {"hex", "<733363722f742b2278>", "<$S>"},
        {"HEX", "<733363722F742B2278>", "<$S>"},
        {"base64 alone", "czNjci90KyJ4", "$S"},
        {"nothing", "s3cr/t+x", "s3cr/t+x"},
        {"empty", "", ""},
        {"a replacement stays", "$S" SECRET, "$S$S"},
        {"a part of hex", "733363722f742b22", "733363722f742b22"},
        {"base64 in quotes", "\"czNjci90KyJ4\"", "\"$S\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_redacted(rows[i].what, rows[i].in, rows[i].expected);
}

Test(base_redact, replaces_what_is_not_ascii_and_backslashes_that_stand_side_by_side)
{
    static const char value[] = "v\u00e4l\U0001f511\\\\\"z";
    static const char *const spellings[] = {
        value,
        "v\\u00e4l\\ud83d\\udd11\\\\\\\\\\\"z",
        "v\u00e4l\U0001f511\\\\\\\\\\\"z",
        "v\\\\u00e4l\\\\ud83d\\\\udd11\\\\\\\\\\\\\\\\\\\\\\\"z",
        "v%C3%A4l%F0%9F%94%91%5c%5c%22z",
        "v\u00e4l\U0001f511\\\\&quot;z",
    };
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        struct buf out = redacted(bytes_of(value), "$S", bytes_of(spellings[i]));
        cr_expect_str_eq(buf_text(&out), "$S", "%s became %s", spellings[i], buf_text(&out));
        buf_clear(&out);
    }
}

/* base64 of ":SECRET.", "a:SECRET." and "ab:SECRET.": the value begins at each place of a group of
 * three. */
Test(base_redact, finds_base64_at_every_alignment)
{
    static const char *const encoded[] = {"OnMzY3IvdCsieC4=", "YTpzM2NyL3QrIngu",
                                          "YWI6czNjci90KyJ4Lg=="};
    for (size_t i = 0; i < ARRAY_LEN(encoded); i++) {
        struct buf out = redacted(bytes_of(SECRET), "$S", bytes_of(encoded[i]));
        cr_expect_not_null(strstr(buf_text(&out), "$S"), "%s stayed %s", encoded[i],
                           buf_text(&out));
        buf_clear(&out);
    }
}

Test(base_redact, finds_base64url)
{
    static const char value[] = "\xfb\xff\xfe\xfb\xff\xfe";
    struct buf out = redacted(bytes_of(value), "$S", bytes_of("x=-__--__-&y"));
    cr_expect_str_eq(buf_text(&out), "x=$S&y");
    buf_clear(&out);
}

Test(base_redact, takes_a_short_value_only_as_a_whole)
{
    static const struct {
        const char *in, *expected;
    } rows[] = {{"abc", "$S"},    {" abcd", " abcd"}, {"abc abc", "abc abc"},
                {"616263", "$S"}, {"YWJj", "$S"},     {"xYWJj", "xYWJj"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = redacted(bytes_of("abc"), "$S", bytes_of(rows[i].in));
        cr_expect_str_eq(buf_text(&out), rows[i].expected);
        buf_clear(&out);
    }
}

Test(base_redact, prefers_the_longest_of_several_values)
{
    struct redactor *redactor = redactor_new();
    struct buf out = {0};
    redactor_hide(redactor, bytes_of("secret"), "$A");
    redactor_hide(redactor, bytes_of("secret-two"), "$B");
    redact(redactor, bytes_of("secret-two secret-to"), &out);
    cr_expect_str_eq(buf_text(&out), "$B $A-to");
    redactor_free(redactor);
    buf_clear(&out);
}

Test(base_redact, changes_nothing_the_second_time_even_when_the_replacement_holds_the_value)
{
    static const char name[] = "$HOOKCHECK_SECRET";
    struct buf once = redacted(bytes_of("SECRET"), name, bytes_of("a SECRET b"));
    struct buf twice = redacted(bytes_of("SECRET"), name, buf_bytes(&once));
    cr_expect_str_eq(buf_text(&once), "a $HOOKCHECK_SECRET b");
    cr_expect_str_eq(buf_text(&twice), buf_text(&once));
    buf_clear(&once);
    buf_clear(&twice);
}

Test(base_redact, keeps_every_other_byte)
{
    struct buf in = {0};
    for (int i = 0; i < 512; i++)
        buf_add_char(&in, (char)i);
    struct buf out = redacted(bytes_of(SECRET), "$S", buf_bytes(&in));
    cr_expect(bytes_equal(buf_bytes(&in), buf_bytes(&out)));
    buf_clear(&in);
    buf_clear(&out);
}

/* 0xfb 0xff 0xbe: letters in hex, and + and / at the beginning of base64. */
Test(base_redact, finds_every_spelling_of_the_first_bytes)
{
    static const char value[] = "\xfb\xff\xbe"
                                "abc";
    static const char *const spellings[] = {
        "fbffbe616263",
        "FBFFBE616263",
        "fBFFbe616263",
        "FbFFbe616263",
        "+/++YWJj",
        "-_--YWJj",
        "+_++YWJj",
        "-/++YWJj",
        "%fb%FF%be%61bc",
        "\xfb%ff\xbe"
        "abc",
    };
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "+/%s.", spellings[i]);
        struct buf out = redacted(bytes_of(value), "$S", bytes_of(text));
        cr_expect_str_eq(buf_text(&out), "+/$S.", "%s: %s", text, buf_text(&out));
        buf_clear(&out);
        text[strlen(text) - 3] = '~';
        out = redacted(bytes_of(value), "$S", bytes_of(text));
        cr_expect_str_eq(buf_text(&out), text);
        buf_clear(&out);
    }
}

Test(base_redact, takes_a_value_that_looks_encoded_as_it_is)
{
    static const char *const values[] = {"a%25bcdef",    "a&amp;bcd", "a\\u0041bcd",
                                         "616263646566", "YWJjZGVm",  "a+b c+d e"};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "<%s>", values[i]);
        struct buf out = redacted(bytes_of(values[i]), "$S", bytes_of(text));
        cr_expect_str_eq(buf_text(&out), "<$S>", "%s became %s", text, buf_text(&out));
        buf_clear(&out);
    }
}

Test(base_redact, finds_what_was_written_in_rarer_ways)
{
    static const char *const spellings[] = {
        "wh sec-1234/xyz",
        "wh+sec-1234%2Fxyz",
        "wh%20sec-1234%2fxyz",
        "wh&#32;sec-1234&#x2f;xyz",
        "wh\\u0020sec-1234\\/xyz",
        "\\x77\\x68\\x20\\x73\\x65\\x63\\x2d\\x31\\x32\\x33\\x34\\x2f\\x78\\x79\\x7a",
        "77 68 20 73 65 63 2d 31 32 33 34 2f 78 79 7a",
        "0x77, 0x68, 0x20, 0x73, 0x65, 0x63, 0x2d, 0x31, 0x32, 0x33, 0x34, 0x2f, 0x78, 0x79, 0x7a",
        "119,104,32,115,101,99,45,49,50,51,52,47,120,121,122",
        "wh sec-\r\n 1234/xyz",
        "wh sec-12 34/xyz",
        "d2ggc2VjLTEy\r\nMzQveHl6",
        "d2ggc2VjLTEyMzQveHl6",
        "d2ggc2VjLTEyMzQv\\neHl6",
        "WH SEC-1234/XYZ",
        "whsec-1234/xyz",
    };
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "<%s>", spellings[i]);
        struct buf out = redacted(bytes_of("wh sec-1234/xyz"), "$S", bytes_of(text));
        cr_expect_str_eq(buf_text(&out), "<$S>", "%s became %s", text, buf_text(&out));
        buf_clear(&out);
    }
}

Test(base_redact, finds_utf16_of_either_order)
{
    static const char little[] = "s\0003\000c\000r\000/\000t\000+\000\"\000x";
    static const char big[] = "\000s\0003\000c\000r\000/\000t\000+\000\"\000x";
    struct buf out = redacted(bytes_of(SECRET), "$S", (struct bytes){little, sizeof little});
    cr_expect_str_eq(buf_text(&out), "$S");
    buf_clear(&out);
    out = redacted(bytes_of(SECRET), "$S", (struct bytes){big, sizeof big - 1});
    cr_expect_str_eq(buf_text(&out), "$S");
    buf_clear(&out);
}

Test(base_redact, hides_the_beginning_of_a_secret_that_was_cut)
{
    struct redactor *redactor = redactor_new();
    struct buf out = {0};
    redactor_hide_secret(redactor, bytes_of("whsec_0123456789abcdef"), "$S");
    redact(redactor, bytes_of("\"whsec_0123456789\"... whsec_01234 whsec_0123456789abcdef"), &out);
    cr_expect_str_eq(buf_text(&out), "\"$S\"... whsec_01234 $S");
    buf_clear(&out);
    redactor_free(redactor);
}

Test(base_redact, sees_a_value_that_goes_from_one_piece_into_the_next)
{
    static const struct bytes pieces[] = {{"x-whse", 6}, {"", 0}, {"c_abc;d", 7}};
    struct redactor *redactor = redactor_new();
    struct buf outs[3] = {{0}};
    redactor_hide(redactor, bytes_of("whsec_abc"), "$S");
    redact_pieces(redactor, pieces, ARRAY_LEN(pieces), outs);
    cr_expect_str_eq(buf_text(&outs[0]), "x-$S");
    cr_expect_str_eq(buf_text(&outs[1]), "");
    cr_expect_str_eq(buf_text(&outs[2]), "$S;d");
    for (size_t i = 0; i < ARRAY_LEN(outs); i++)
        buf_clear(&outs[i]);
    redactor_free(redactor);
}

Test(base_redact, leaves_the_words_and_escapes_of_a_document)
{
    struct redactor *redactor = redactor_new();
    struct buf out = {0};
    redactor_hide(redactor, bytes_of("verdict"), "$A");
    redactor_hide(redactor, bytes_of("123456"), "$B");
    redactor_hide(redactor, bytes_of("not-4-you"), "$C");
    redactor_hide(redactor, bytes_of("90210774411883"), "$D");
    redact_document(
        redactor, bytes_of("{\"verdict\":123456,\"a\":\"x\\not-4-you\",\"b\":\"90210774411883\"}"),
        &out);
    cr_expect_str_eq(buf_text(&out), "{\"verdict\":123456,\"a\":\"x$C\",\"b\":\"$D\"}");
    buf_clear(&out);
    redactor_free(redactor);
}

/* Ten times as much may take ten times as long, with room for a loaded machine; a search that is
 * not linear takes a hundred times as long. Also where every place begins something. */
Test(base_redact, takes_time_in_proportion, .timeout = 120)
{
    static const char *const parts[] = {"whsec_", "\\u0025", "6162", "%25", "&amp;", "a ", "1,"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        double took[2];
        for (size_t k = 0; k < 2; k++) {
            struct buf in = {0};
            while (in.len < (k ? 2000000 : 200000))
                buf_add_text(&in, parts[i]);
            clock_t begun = clock();
            struct buf out = redacted(bytes_of("whsec_0123456789"), "$S", buf_bytes(&in));
            took[k] = (double)(clock() - begun) / CLOCKS_PER_SEC;
            cr_expect(bytes_equal(buf_bytes(&in), buf_bytes(&out)));
            buf_clear(&in);
            buf_clear(&out);
        }
        cr_expect_lt(took[1], 30 * took[0] + 0.05, "%s: %f and %f s", parts[i], took[0], took[1]);
    }
}

Test(base_redact, knows_what_each_value_looks_like)
{
    static const struct {
        const char *value, *in, *expected;
    } rows[] = {
        {"secret!", "c2VjcmV0IQ.", "$S."},
        {"secret!", "c2VjcmV0IQ===", "$S="},
        {"secret!!", "c2VjcmV0ISE=", "$S"},
        {"two words", "two+words two%20words", "$S $S"},
        {"%25abcd", "%25abcd %2525abcd", "$S $S"},
        {"caf\xC3\xA9-caf\xC3\xA9", "<caf%c3%A9-caf\xC3\xA9>", "<$S>"},
        {"aaaaaa", "aaaaaaaz", "$Sz"},
        {"secret", "secre", "secre"},
        {"secret", "<SECRET>", "<$S>"},
        {"", "anything", "anything"},
        {"abcde", "abcde ", "abcde "},
        {"abcdef", "abcdef ", "$S "},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = redacted(bytes_of(rows[i].value), "$S", bytes_of(rows[i].in));
        cr_expect_str_eq(buf_text(&out), rows[i].expected, "%s in %s became %s", rows[i].value,
                         rows[i].in, buf_text(&out));
        buf_clear(&out);
    }
}

Test(base_redact, is_nothing_without_a_redactor)
{
    struct buf out = {0};
    redact(NULL, bytes_of("as it is"), &out);
    cr_expect_str_eq(buf_text(&out), "as it is");
    buf_clear(&out);
    cr_expect_null(redacted_text(NULL, NULL));
}

Test(base_redact, letters_of_other_alphabets_are_found_in_either_case)
{
    static const char *const rows[][2] = {
        {"gehäim-Schlüssel", "GEHÄIM-SCHLÜSSEL"}, {"ÅNGSTRÖM-øre", "ångström-øre"},
        {"heslo-žluťoučký", "HESLO-ŽLUŤOUČKÝ"},   {"σεκρετ-ομεγα", "ΣΕΚΡΕΤ-ΟΜΕΓΑ"},
        {"пароль-Ёжик", "ПАРОЛЬ-ЁЖИК"},           {"große-straße-7", "GROSSE-STRASSE-7"},
        {"GROẞE-STRAẞE-7", "große-straße-7"},     {"mật-khẩu-bí-ẩn", "MẬT-KHẨU-BÍ-ẨN"},
        {"μυστικό-έτος", "ΜΥΣΤΙΚΌ-ΈΤΟΣ"},         {"ﬁnale-oﬃce-ÿ", "FINALE-OFFICE-Ÿ"},
        {"գաղտնիք-1234", "ԳԱՂՏՆԻՔ-1234"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct redactor *redactor = redactor_new();
        struct buf out = {0};
        redactor_hide_secret(redactor, bytes_of(rows[i][0]), "$S");
        redact(redactor, bytes_of(rows[i][1]), &out);
        cr_expect_str_eq(buf_text(&out), "$S", "%s", rows[i][1]);
        buf_clear(&out);
        redactor_free(redactor);
    }
}
