#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/redact.h"

TestSuite(base_redact, .timeout = 20);

#define SECRET "s3cr/t+\"x"

static const struct redaction one_secret[] = {{{SECRET, sizeof SECRET - 1}, "$S"}};

static void expect_redacted(const char *what, const char *in, const char *expected)
{
    struct buf out = {0};
    redact(one_secret, 1, bytes_of(in), &out);
    cr_expect_str_eq(buf_text(&out), expected, "%s: %s became %s, not %s", what, in, buf_text(&out),
                     expected);
    cr_expect_eq(redact_finds(one_secret, 1, bytes_of(in)), strcmp(in, expected) != 0, "%s", what);
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
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_redacted(rows[i].what, rows[i].in, rows[i].expected);
}

Test(base_redact, replaces_what_is_not_ascii_and_backslashes_that_stand_side_by_side)
{
    static const char value[] = "v\u00e4l\U0001f511\\\\\"z";
    static const struct redaction wide[] = {{{value, sizeof value - 1}, "$S"}};
    static const char *const spellings[] = {
        value,
        "v\\u00e4l\\ud83d\\udd11\\\\\\\\\\\"z",
        "v\u00e4l\U0001f511\\\\\\\\\\\"z",
        "v\\\\u00e4l\\\\ud83d\\\\udd11\\\\\\\\\\\\\\\\\\\\\\\"z",
        "v%C3%A4l%F0%9F%94%91%5c%5c%22z",
        "v\u00e4l\U0001f511\\\\&quot;z",
    };
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        struct buf out = {0};
        redact(wide, 1, bytes_of(spellings[i]), &out);
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
        struct buf out = {0};
        redact(one_secret, 1, bytes_of(encoded[i]), &out);
        cr_expect_not_null(strstr(buf_text(&out), "$S"), "%s stayed %s", encoded[i],
                           buf_text(&out));
        buf_clear(&out);
    }
}

Test(base_redact, finds_base64url)
{
    static const char value[] = "\xfb\xff\xfe\xfb\xff\xfe";
    const struct redaction redaction = {{value, sizeof value - 1}, "$S"};
    struct buf out = {0};
    redact(&redaction, 1, bytes_of("x=-__--__-&y"), &out);
    cr_expect_str_eq(buf_text(&out), "x=$S&y");
    buf_clear(&out);
}

Test(base_redact, takes_a_short_value_only_as_a_whole)
{
    static const struct redaction redaction = {{"abc", 3}, "$S"};
    struct buf out = {0};
    redact(&redaction, 1, bytes_of("abc"), &out);
    redact(&redaction, 1, bytes_of(" abcd"), &out);
    cr_expect_str_eq(buf_text(&out), "$S abcd");
    buf_clear(&out);
}

Test(base_redact, prefers_the_longest_of_several_values)
{
    static const struct redaction redactions[] = {{{"secret", 6}, "$A"},
                                                  {{"secret-two", 10}, "$B"}};
    struct buf out = {0};
    redact(redactions, 2, bytes_of("secret-two secret-to"), &out);
    cr_expect_str_eq(buf_text(&out), "$B $A-to");
    buf_clear(&out);
}

Test(base_redact, changes_nothing_the_second_time_even_when_the_replacement_holds_the_value)
{
    static const struct redaction redaction = {{"SECRET", 6}, "$HOOKCHECK_SECRET"};
    struct buf once = {0};
    struct buf twice = {0};
    redact(&redaction, 1, bytes_of("a SECRET b"), &once);
    redact(&redaction, 1, buf_bytes(&once), &twice);
    cr_expect_str_eq(buf_text(&once), "a $HOOKCHECK_SECRET b");
    cr_expect_str_eq(buf_text(&twice), buf_text(&once));
    buf_clear(&once);
    buf_clear(&twice);
}

Test(base_redact, keeps_every_other_byte)
{
    struct buf in = {0};
    struct buf out = {0};
    for (int i = 0; i < 512; i++)
        buf_add_char(&in, (char)i);
    redact(one_secret, 1, buf_bytes(&in), &out);
    cr_expect(bytes_equal(buf_bytes(&in), buf_bytes(&out)));
    buf_clear(&in);
    buf_clear(&out);
}

/* 0xfb 0xff 0xbe: letters in hex, and + and / at the beginning of base64. */
Test(base_redact, finds_every_spelling_of_the_first_bytes)
{
    static const struct redaction redaction = {{"\xfb\xff\xbe"
                                                "abc",
                                                6},
                                               "$S"};
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
        struct buf out = {0};
        (void)snprintf(text, sizeof text, "+/%s.", spellings[i]);
        redact(&redaction, 1, bytes_of(text), &out);
        cr_expect_str_eq(buf_text(&out), "+/$S.", "%s: %s", text, buf_text(&out));
        cr_expect(redact_finds(&redaction, 1, bytes_of(text)), "%s", text);
        text[strlen(text) - 3] = '~';
        cr_expect_not(redact_finds(&redaction, 1, bytes_of(text)), "%s", text);
        buf_clear(&out);
    }
}
