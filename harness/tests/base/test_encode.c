#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"

TestSuite(base_encode, .timeout = 120);

/* RFC 4648, section 10, and bytes that need the last two characters of the alphabet. */
static const struct {
    struct bytes plain;
    const char *hex;
    const char *base64;
    const char *base64url;
} rows[] = {
    {{"", 0}, "", "", ""},
    {{"f", 1}, "66", "Zg==", "Zg"},
    {{"fo", 2}, "666f", "Zm8=", "Zm8"},
    {{"foo", 3}, "666f6f", "Zm9v", "Zm9v"},
    {{"foob", 4}, "666f6f62", "Zm9vYg==", "Zm9vYg"},
    {{"fooba", 5}, "666f6f6261", "Zm9vYmE=", "Zm9vYmE"},
    {{"foobar", 6}, "666f6f626172", "Zm9vYmFy", "Zm9vYmFy"},
    {{"\0\0\0", 3}, "000000", "AAAA", "AAAA"},
    {{"\xfb\xff\xbf", 3}, "fbffbf", "+/+/", "-_-_"},
    {{"\xff\xfe", 2}, "fffe", "//4=", "__4"},
};

Test(base_encode, writes_bytes_as_text)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        encode_hex(rows[i].plain, &out);
        cr_expect_str_eq(buf_text(&out), rows[i].hex);
        buf_reset(&out);
        encode_base64(rows[i].plain, &out);
        cr_expect_str_eq(buf_text(&out), rows[i].base64);
        buf_reset(&out);
        encode_base64url(rows[i].plain, &out);
        cr_expect_str_eq(buf_text(&out), rows[i].base64url);
        buf_clear(&out);
    }
}

Test(base_encode, reads_back_what_it_wrote)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        cr_expect(decode_hex(bytes_of(rows[i].hex), &out), "%s", rows[i].hex);
        cr_expect(bytes_equal(buf_bytes(&out), rows[i].plain), "%s", rows[i].hex);
        buf_reset(&out);
        cr_expect(decode_base64(bytes_of(rows[i].base64), &out), "%s", rows[i].base64);
        cr_expect(bytes_equal(buf_bytes(&out), rows[i].plain), "%s", rows[i].base64);
        buf_clear(&out);
    }
}

Test(base_encode, knows_every_byte)
{
    char all[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)i;
    struct buf text = {0};
    struct buf back = {0};
    encode_base64((struct bytes){all, sizeof all}, &text);
    cr_assert(decode_base64(buf_bytes(&text), &back));
    cr_expect(bytes_equal(buf_bytes(&back), (struct bytes){all, sizeof all}));
    buf_reset(&text);
    buf_reset(&back);
    encode_hex_upper((struct bytes){all, sizeof all}, &text);
    cr_expect_eq(strncmp(buf_text(&text), "000102", 6), 0);
    cr_expect_not_null(strstr(buf_text(&text), "ABACADAEAFB0"));
    cr_assert(decode_hex(buf_bytes(&text), &back), "upper case is read too");
    cr_expect(bytes_equal(buf_bytes(&back), (struct bytes){all, sizeof all}));
    buf_clear(&text);
    buf_clear(&back);
}

Test(base_encode, appends)
{
    struct buf out = {0};
    buf_add_text(&out, "=");
    encode_hex(bytes_of("a"), &out);
    cr_expect(decode_hex(bytes_of("62"), &out));
    cr_expect(decode_base64(bytes_of("Yw=="), &out));
    cr_expect_str_eq(buf_text(&out), "=61bc");
    buf_clear(&out);
}

Test(base_encode, refuses_what_is_not_hexadecimal)
{
    static const struct bytes wrong[] = {{"6", 1},    {"666", 3},   {"6g", 2},
                                         {"0x", 2},   {" 66", 3},   {"66 6", 4},
                                         {"\0\0", 2}, {"6\xef", 2}, {"66\n", 3}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct buf out = {0};
        buf_add_text(&out, "kept");
        cr_expect_not(decode_hex(wrong[i], &out), "row %zu", i);
        cr_expect_str_eq(buf_text(&out), "kept", "row %zu", i);
        buf_clear(&out);
    }
}

Test(base_encode, refuses_what_is_not_base64)
{
    static const char *const wrong[] = {"Zg",    "Zg=",  "Z===", "====",   "Zm9-",     "Zm9_",
                                        "Zm 9v", "=Zg=", "Zg=a", "Zm9v\n", "Zg==Zg==", "Zm\x80v"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct buf out = {0};
        buf_add_text(&out, "kept");
        cr_expect_not(decode_base64(bytes_of(wrong[i]), &out), "%s", wrong[i]);
        cr_expect_str_eq(buf_text(&out), "kept", "%s", wrong[i]);
        buf_clear(&out);
    }
    struct buf out = {0};
    cr_expect_not(decode_base64((struct bytes){"Zm\0v", 4}, &out), "a nul byte");
    buf_clear(&out);
}

Test(base_encode, leaves_only_unreserved_characters_unescaped)
{
    static const struct {
        struct bytes plain;
        const char *encoded;
    } cases[] = {
        {{"azAZ09-._~", 10}, "azAZ09-._~"},
        {{"a b&c=d/e?f#g%", 14}, "a%20b%26c%3Dd%2Fe%3Ff%23g%25"},
        {{"\0\xc3\xa9+", 4}, "%00%C3%A9%2B"},
        {{"", 0}, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out = {0};
        encode_percent(cases[i].plain, &out);
        cr_expect_str_eq(buf_text(&out), cases[i].encoded);
        buf_clear(&out);
    }
}
