#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "sign/signature.h"

TestSuite(sign_signature, .timeout = 120);

#define KEY  bytes_of("b1f7a3c2")
#define BODY "{\"id_event\":\"x\",\"data\":\"{\\\"a\\\":1}\",\"type\":\"t\"}"

/* HMAC-SHA256("b1f7a3c2", "\"{\\\"a\\\":1}\""), by `openssl dgst -sha256 -hmac`. */
#define RIGHT "c646382fc21faad5620dc251c3cf23c4089daafb56b5baa45074affddcda5dfc"

static enum verification verify(const char *body, const char *signature, struct error *err)
{
    return signature_verify(KEY, bytes_of(body), bytes_of(signature), err);
}

Test(sign_signature, is_lower_case_hex_of_hmac_sha256)
{
    char made[SIGNATURE_SIZE];
    signature_make(KEY, bytes_of("\"{\\\"a\\\":1}\""), made);
    cr_expect_str_eq(made, RIGHT);
}

Test(sign_signature, of_the_same_value_in_another_spelling_is_the_same)
{
    static const char *const bodies[] = {
        BODY,
        " {\n\"type\" : \"u\" , \"data\" : \"{\\u0022a\\\":\\u0031}\" } ",
        "\xEF\xBB\xBF{\"data\":\"{\\\"a\\\":1}\"}",
        "{\"data\":null,\"data\":\"{\\\"a\\\":1}\"}",
        "{\"\\u0064ata\":\"{\\\"a\\\":1}\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct error err = {0};
        cr_expect_eq(verify(bodies[i], RIGHT, &err), VERIFICATION_VALID, "%s: %s", bodies[i],
                     err.message);
        cr_expect_not(error_is_set(&err));
    }
}

Test(sign_signature, of_an_object_is_over_what_the_language_would_write)
{
    static const struct {
        const char *body, *message;
    } rows[] = {
        {"{\"data\":{ \"b\":1.0, \"1\":-0 }}", "{\"1\":0,\"b\":1}"},
        {"{\"data\":null}", "null"},
        {"{\"data\":[1E400,1e21,1e-7]}", "[null,1e+21,1e-7]"},
        {"{\"data\":\"\\ud83d\\ude00\\ud83d\"}", "\"\xF0\x9F\x98\x80\\ud83d\""},
        {"{\"data\":{\"toJSON\":1}}", "{\"toJSON\":1}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf message = {0};
        struct error err = {0};
        cr_expect_eq(signature_message(bytes_of(rows[i].body), &message, &err), VERIFICATION_VALID);
        cr_expect_str_eq(buf_text(&message), rows[i].message);
        buf_clear(&message);
    }
}

Test(sign_signature, without_a_header_there_is_none)
{
    struct error err = {0};
    cr_expect_eq(signature_verify(KEY, bytes_of(BODY), (struct bytes){NULL, 0}, &err),
                 VERIFICATION_NO_HEADER);
    cr_expect_str_eq(err.message, "there is no Panora-Signature header");
}

Test(sign_signature, needs_a_body_that_is_json_and_has_data)
{
    static const struct {
        const char *body;
        enum verification result;
    } rows[] = {
        {"", VERIFICATION_NOT_JSON},
        {"{", VERIFICATION_NOT_JSON},
        {BODY ",", VERIFICATION_NOT_JSON},
        {"[]", VERIFICATION_NO_DATA},
        {"[{\"data\":1}]", VERIFICATION_NO_DATA},
        {"\"data\"", VERIFICATION_NO_DATA},
        {"null", VERIFICATION_NO_DATA},
        {"{}", VERIFICATION_NO_DATA},
        {"{\"Data\":1}", VERIFICATION_NO_DATA},
        {"{\"__proto__\":{\"data\":1}}", VERIFICATION_NO_DATA},
        {"{\"x\":{\"data\":1}}", VERIFICATION_NO_DATA},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        struct buf message = {0};
        cr_expect_eq(verify(rows[i].body, RIGHT, &err), rows[i].result, "%s", rows[i].body);
        cr_expect_eq(signature_message(bytes_of(rows[i].body), &message, NULL), rows[i].result,
                     "%s", rows[i].body);
        cr_expect(error_is_set(&err), "%s", rows[i].body);
        cr_expect_eq(message.len, 0, "%s", rows[i].body);
        buf_clear(&message);
    }
}

/* Whether `text` holds `part`, case ignored. */
static bool holds(const char *text, const char *part)
{
    size_t len = strlen(part);
    for (; strlen(text) >= len; text++) {
        size_t same = 0;
        while (same < len &&
               tolower((unsigned char)text[same]) == tolower((unsigned char)part[same]))
            same++;
        if (same == len)
            return true;
    }
    return false;
}

static void upper(char *text)
{
    for (; *text; text++)
        *text = (char)toupper((unsigned char)*text);
}

/* More of the right one than this in a sentence would help a forger. */
static void expect_no_leak(const struct error *err, const char *what)
{
    for (size_t at = 0; at + 20 <= strlen(RIGHT); at++) {
        char part[21] = {0};
        memcpy(part, &RIGHT[at], 20);
        cr_expect_not(holds(err->message, part), "%s: %s", what, err->message);
    }
}

Test(sign_signature, anything_but_the_exact_digits_is_a_mismatch_and_nothing_leaks)
{
    char shouted[] = RIGHT;
    char changed[] = RIGHT;
    upper(shouted);
    changed[63] = changed[63] == '0' ? '1' : '0';
    const char *const wrong[] = {
        "",
        " ",
        shouted,
        changed,
        RIGHT " ",
        " " RIGHT,
        RIGHT "\n",
        RIGHT "00",
        "0x" RIGHT,
        "sha256=" RIGHT,
        "\"" RIGHT "\"",
        RIGHT ", " RIGHT,
        "b1f7a3c2",
        "undefined",
        "\x01\xFF\n",
        "0000000000000000000000000000000000000000000000000000000000000000"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct error err = {0};
        cr_expect_eq(verify(BODY, wrong[i], &err), VERIFICATION_MISMATCH, "%s", wrong[i]);
        cr_expect(error_is_set(&err), "%s", wrong[i]);
        expect_no_leak(&err, wrong[i]);
    }
    for (size_t len = 1; len < 64; len++) {
        struct error err = {0};
        struct bytes part = {RIGHT, len};
        cr_expect_eq(signature_verify(KEY, bytes_of(BODY), part, &err), VERIFICATION_MISMATCH);
        expect_no_leak(&err, "a truncated one");
    }
}

Test(sign_signature, with_a_nul_inside_or_behind_is_a_mismatch)
{
    struct bytes behind = {RIGHT, 65};
    cr_expect_eq(signature_verify(KEY, bytes_of(BODY), behind, NULL), VERIFICATION_MISMATCH);
}

Test(sign_signature, every_single_changed_digit_is_noticed)
{
    for (size_t i = 0; i < 64; i++) {
        char changed[] = RIGHT;
        changed[i] = changed[i] == 'a' ? 'b' : 'a';
        cr_expect_eq(verify(BODY, changed, NULL), VERIFICATION_MISMATCH, "digit %zu", i);
    }
}

Test(sign_signature, what_was_presented_is_not_repeated)
{
    static const struct {
        const char *signature, *message;
    } rows[] = {
        {"", "the signature is empty"},
        {"a\nb\xFF", "the signature has 4 bytes and is not 64 lowercase hex digits"},
        {"0123456789abcdefghij", "the signature has 20 bytes and is not 64 lowercase hex digits"},
        {"0000000000000000000000000000000000000000000000000000000000000000",
         "the signature does not match this body and secret"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        cr_expect_eq(verify(BODY, rows[i].signature, &err), VERIFICATION_MISMATCH);
        cr_expect_str_eq(err.message, rows[i].message);
    }
}

/* An empty secret is refused where a person gives one; the rule itself works with any bytes. */
Test(sign_signature, any_bytes_are_a_key)
{
    struct bytes keys[] = {{NULL, 0}, {"", 0}, {"\0", 1}, {"\0\xFF", 2}};
    char made[ARRAY_LEN(keys)][SIGNATURE_SIZE];
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        signature_make(keys[i], bytes_of("\"{\\\"a\\\":1}\""), made[i]);
        cr_expect_eq(signature_verify(keys[i], bytes_of(BODY), bytes_of(made[i]), NULL),
                     VERIFICATION_VALID);
    }
    cr_expect_str_eq(made[0], made[1]);
    cr_expect_str_eq(made[1], made[2], "HMAC pads a key with NULs");
    cr_expect_str_neq(made[2], made[3]);
}
