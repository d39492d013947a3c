#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

TestSuite(base_text, .timeout = 120);

static const char *const words[] = {"run", "send", "sign", "verify", "receive", "selftest"};

Test(base_text, finds_the_nearest_word)
{
    static const struct {
        const char *word;
        const char *nearest; /* NULL: none is near */
    } rows[] = {
        {"run", "run"},      {"rnu", "run"},         {"sgin", "sign"},
        {"verfy", "verify"}, {"recieve", "receive"}, {"self-test", "selftest"},
        {"SEND", NULL},      {"xyzzy", NULL},        {"", NULL},
        {"complete", NULL},  {"verifyy", "verify"},  {"sends", "send"},
        {"--lint", NULL},    {"resend", "send"},     {"rn", "run"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *nearest = text_nearest(rows[i].word, words, ARRAY_LEN(words));
        cr_expect_eq(nearest == NULL, rows[i].nearest == NULL, "%s: %s", rows[i].word,
                     nearest ? nearest : "none");
        cr_expect(!nearest || !rows[i].nearest || strcmp(nearest, rows[i].nearest) == 0, "%s: %s",
                  rows[i].word, nearest);
    }
    cr_expect_null(text_nearest("run", words, 0), "among no words");
}

Test(base_text, compares_no_words_of_monstrous_length)
{
    char monster[300];
    memset(monster, 'r', sizeof monster - 1);
    monster[sizeof monster - 1] = '\0';
    const char *const names[] = {monster, "run"};
    cr_expect_null(text_nearest(monster, words, ARRAY_LEN(words)));
    cr_expect_str_eq(text_nearest("ran", names, ARRAY_LEN(names)), "run");
}

Test(base_text, says_which_words_there_are)
{
    struct error err = {0};
    cr_expect_not(text_unknown(&err, "command", "sing", words, ARRAY_LEN(words)));
    cr_expect_str_eq(err.message, "no command \"sing\"; did you mean \"sign\"?");
    err = (struct error){0};
    cr_expect_not(text_unknown(&err, "command", "frobnicate", words, ARRAY_LEN(words)));
    cr_expect_str_eq(err.message,
                     "no command \"frobnicate\"; choose one of: run, send, sign, verify, "
                     "receive, selftest");
}

Test(base_text, cuts_a_long_list_of_words)
{
    const char *many[200];
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = "something";
    struct error err = {0};
    (void)text_unknown(&err, "thing", "x", many, ARRAY_LEN(many));
    cr_expect_lt(strlen(err.message), 700);
    cr_expect_not_null(strstr(err.message, " and "), "%s", err.message);
    cr_expect(text_ends_with(err.message, " more"), "%s", err.message);
}

Test(base_text, matches_globs)
{
    static const struct {
        const char *pattern;
        const char *text;
        bool matches;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"a", "b", false},
        {"a", "ab", false},
        {"ab", "a", false},
        {"*", "", true},
        {"*", "panora/signature/x", true},
        {"panora/*", "panora/signature/x", true},
        {"panora/*", "panora", false},
        {"*/refuses-*", "panora/signature/refuses-zeros", true},
        {"*/refuses-*", "panora/delivery/accepts-an-event", false},
        {"*abc", "ababc", true},
        {"*a*b*c*", "xaxbxcx", true},
        {"*a*b*c*", "xcxbxax", false},
        {"a**b", "ab", true},
        {"a**b", "axxb", true},
        {"?", "", false},
        {"?", "a", true},
        {"?", "ab", false},
        {"a?c", "abc", true},
        {"*?", "", false},
        {"*?", "abc", true},
        {"x[first]", "x[first]", true},
        {"*", "*", true},
        {"a*", "A", false},
        {"*.json", "x.json.json", true},
        {"*aab", "aaaab", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(text_glob(rows[i].pattern, rows[i].text), rows[i].matches, "%s on %s",
                     rows[i].pattern, rows[i].text);
}

Test(base_text, reads_durations)
{
    static const struct {
        const char *text;
        int64_t ns; /* -1: refused */
    } rows[] = {
        {"0", 0},
        {"0s", 0},
        {"0.0", 0},
        {"1us", 1000},
        {"250ms", 250000000},
        {"10s", 10000000000},
        {"2m", 120000000000},
        {"1h", 3600000000000},
        {"1.5s", 1500000000},
        {"0.57s", 570000000},
        {"4.35s", 4350000000},
        {"0.5ms", 500000},
        {"9000000ms", 9000000000000},
        {"1000000h", 3600000000000000000},
        {"10", -1},
        {"", -1},
        {"s", -1},
        {"-1s", -1},
        {"+1s", -1},
        {" 1s", -1},
        {"1s ", -1},
        {"1 s", -1},
        {"1S", -1},
        {"1.s", -1},
        {".5s", -1},
        {"1,5s", -1},
        {"0x10", -1},
        {"0x10s", -1},
        {"1e5s", -1},
        {"infs", -1},
        {"nans", -1},
        {"1sec", -1},
        {"1.2.3s", -1},
        {"1000001h", -1},
        {"99999999999999999999999999999999999h", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t ns = -1;
        struct error err = {0};
        bool ok = text_duration(rows[i].text, &ns, &err);
        cr_expect_eq(ok, rows[i].ns >= 0, "%s", rows[i].text);
        cr_expect_eq(ns, rows[i].ns, "%s: %" PRId64, rows[i].text, ns);
        cr_expect_eq(error_is_set(&err), !ok, "%s", rows[i].text);
    }
}

Test(base_text, reads_sizes)
{
    static const struct {
        const char *text;
        int64_t len; /* -1: refused */
    } rows[] = {
        {"0", 0},
        {"512", 512},
        {"512B", 512},
        {"64KiB", 65536},
        {"1MiB", 1048576},
        {"1.5KiB", 1536},
        {"2GiB", 2147483648},
        {"1000000000000", 1000000000000},
        {"0.5", -1},
        {"0.1KiB", -1},
        {"1000000000001", -1},
        {"1e3", -1},
        {"0x10", -1},
        {"-1", -1},
        {"", -1},
        {"KiB", -1},
        {"1kib", -1},
        {"1KB", -1},
        {"1 MiB", -1},
        {"999999999999999999999999999999", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t len = 77;
        struct error err = {0};
        bool ok = text_size(rows[i].text, &len, &err);
        cr_expect_eq(ok, rows[i].len >= 0, "%s", rows[i].text);
        cr_expect_eq(len, ok ? (size_t)rows[i].len : 77, "%s: %zu", rows[i].text, len);
        cr_expect_eq(error_is_set(&err), !ok, "%s", rows[i].text);
    }
}

Test(base_text, reads_whole_numbers_within_limits)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t number;
    } rows[] = {
        {"0", true, 0},    {"7", true, 7},    {"-3", true, -3},
        {"10", true, 10},  {"007", true, 7},  {"11", false, 0},
        {"-4", false, 0},  {"", false, 0},    {"x", false, 0},
        {"5x", false, 0},  {" 5", false, 0},  {"5 ", false, 0},
        {"+5", false, 0},  {"-", false, 0},   {"1.0", false, 0},
        {"0x5", false, 0}, {"\t5", false, 0}, {"99999999999999999999", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t number = 0;
        struct error err = {0};
        cr_expect_eq(text_integer(rows[i].text, -3, 10, &number, &err), rows[i].ok, "\"%s\"",
                     rows[i].text);
        cr_expect_eq(number, rows[i].number, "\"%s\"", rows[i].text);
    }
    struct error err = {0};
    int64_t number = 0;
    (void)text_integer("11", -3, 10, &number, &err);
    cr_expect_str_eq(err.message, "\"11\" is not a whole number from -3 to 10");
    cr_expect(text_integer("-9223372036854775808", INT64_MIN, INT64_MAX, &number, &err));
    cr_expect_eq(number, INT64_MIN);
}

Test(base_text, writes_durations_for_people)
{
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {0, "0 ms"},
        {999, "0 ms"},
        {312000, "0.31 ms"},
        {999999, "1 ms"},
        {1000000, "1.0 ms"},
        {4712345, "4.7 ms"},
        {100000000, "100 ms"},
        {999999999, "999 ms"},
        {1250000000, "1.25 s"},
        {90000000000, "90.00 s"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        text_add_duration(&out, rows[i].ns);
        cr_expect_str_eq(buf_text(&out), rows[i].text);
        buf_clear(&out);
    }
}

Test(base_text, knows_well_formed_utf_8)
{
    static const struct {
        const char *what;
        struct bytes in;
        bool ok;
    } rows[] = {
        {"nothing", {"", 0}, true},
        {"ASCII", {"az\n\x7f", 4}, true},
        {"a NUL", {"a\0b", 3}, true},
        {"two bytes, first and last", {"\xc2\x80\xdf\xbf", 4}, true},
        {"three bytes, first and last", {"\xe0\xa0\x80\xef\xbf\xbf", 6}, true},
        {"four bytes, first and last", {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8}, true},
        {"around the surrogates", {"\xed\x9f\xbf\xee\x80\x80", 6}, true},
        {"a surrogate", {"\xed\xa0\x80", 3}, false},
        {"beyond U+10FFFF", {"\xf4\x90\x80\x80", 4}, false},
        {"F5", {"\xf5\x80\x80\x80", 4}, false},
        {"overlong in two", {"\xc0\xaf", 2}, false},
        {"overlong in two, C1", {"\xc1\xbf", 2}, false},
        {"overlong in three", {"\xe0\x9f\xbf", 3}, false},
        {"overlong in four", {"\xf0\x8f\xbf\xbf", 4}, false},
        {"a continuation alone", {"a\x80", 2}, false},
        {"cut after one of two", {"a\xc3", 2}, false},
        {"cut after two of three", {"\xe2\x82", 2}, false},
        {"cut after three of four", {"\xf0\x9f\x98", 3}, false},
        {"a letter for a continuation", {"\xe2\x82z", 3}, false},
        {"Latin-1", {"caf\xe9", 4}, false},
        {"FF", {"\xff", 1}, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(text_is_utf8(rows[i].in), rows[i].ok, "%s", rows[i].what);
}

Test(base_text, shows_what_a_terminal_should_not_get)
{
    static const struct {
        const char *what;
        struct bytes in;
        size_t max_len;
        const char *shown;
    } rows[] = {
        {"plain", {"plain", 5}, 100, "plain"},
        {"UTF-8", {"caf\xc3\xa9 \xf0\x9f\x98\x80", 10}, 100, "caf\xc3\xa9 \xf0\x9f\x98\x80"},
        {"an escape sequence", {"\x1b[31m", 5}, 100, "\\x1b[31m"},
        {"line ends and NUL", {"a\r\n\0b", 5}, 100, "a\\x0d\\x0a\\x00b"},
        {"DEL", {"\x7f", 1}, 100, "\\x7f"},
        {"a C1 control", {"\xc2\x9b", 2}, 100, "\\xc2\\x9b"},
        {"text that runs backwards", {"a\xe2\x80\xaeh", 5}, 100, "a\\xe2\\x80\\xaeh"},
        {"an isolate", {"\xe2\x81\xa6", 3}, 100, "\\xe2\\x81\\xa6"},
        {"a dash beside them", {"\xe2\x80\x94", 3}, 100, "\xe2\x80\x94"},
        {"the first that is none", {"\xc2\xa0", 2}, 100, "\xc2\xa0"},
        {"not UTF-8", {"a\xff\xc3", 3}, 100, "a\\xff\\xc3"},
        {"as long as allowed", {"abc", 3}, 3, "abc"},
        {"longer than allowed", {"abcd", 4}, 3, "abc..."},
        {"a character across the limit", {"ab\xc3\xa9", 4}, 3, "ab..."},
        {"nothing allowed", {"abc", 3}, 0, "..."},
        {"nothing there", {"", 0}, 0, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        text_add_visible(&out, rows[i].in, rows[i].max_len);
        cr_expect_str_eq(buf_text(&out), rows[i].shown, "%s: %s", rows[i].what, buf_text(&out));
        buf_clear(&out);
    }
}

Test(base_text, knows_beginnings_and_ends)
{
    cr_expect(text_starts_with("suites/x.json", "suites/"));
    cr_expect(text_starts_with("x", ""));
    cr_expect_not(text_starts_with("sui", "suites"));
    cr_expect(text_ends_with("suites/x.json", ".json"));
    cr_expect(text_ends_with("x", ""));
    cr_expect_not(text_ends_with("on", ".json"));
    cr_expect_not(text_ends_with("x.json5", ".json"));
}

Test(base_text, a_beginning_is_not_cut_inside_a_character)
{
    static const struct {
        const char *text;
        size_t max_len, len;
    } rows[] = {{"abc", 5, 3},
                {"abc", 2, 2},
                {"a\xc3\xa9z", 2, 1},
                {"a\xc3\xa9z", 3, 3},
                {"a\xf0\x9f\x98\x80", 4, 1},
                {"a\xf0\x9f\x98\x80", 2, 1},
                {"\xff\xff\xff", 2, 2},
                {"\x80\x80\x80\x80\x80", 4, 4},
                {"\xc3\xa9", 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(text_beginning(bytes_of(rows[i].text), rows[i].max_len).len, rows[i].len,
                     "row %zu", i);
}

Test(base_text, lower_case_changes_ascii_letters_only)
{
    struct buf out = {0};
    buf_add_text(&out, "AB ");
    text_add_lower(&out, bytes_of("AZaz@[\xc3\x84\xd0\x90 left out"), 10);
    cr_expect_str_eq(buf_text(&out), "AB azaz@[\xc3\x84\xd0\x90");
    buf_clear(&out);
}
