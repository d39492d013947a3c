#include <criterion/criterion.h>
#include <openssl/err.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "sign/digest.h"

TestSuite(sign_digest, .timeout = 120);

static void expect_digest(const struct digest *digest, const char *hex, const char *what)
{
    struct buf out = {0};
    encode_hex(digest_bytes(digest), &out);
    cr_expect_str_eq(buf_text(&out), hex, "%s", what);
    buf_clear(&out);
}

/* RFC 4231 test cases 2 and 6, RFC 2202 test case 2. */
Test(sign_digest, hmac_gives_the_published_values)
{
    static const struct {
        const char *algorithm;
        const char *hex;
    } rows[] = {
        {"md5", "750c783e6ab0b503eaa86e310a5db738"},
        {"sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {"sha224", "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"},
        {"sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"sha384", "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                   "8e2240ca5e69e2c78b3239ecfab21649"},
        {"sha512", "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                   "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct digest digest;
        cr_assert(digest_hmac(rows[i].algorithm, bytes_of("Jefe"),
                              bytes_of("what do ya want for nothing?"), &digest));
        expect_digest(&digest, rows[i].hex, rows[i].algorithm);
    }
}

Test(sign_digest, hmac_hashes_a_key_longer_than_a_block)
{
    struct buf key = {0};
    struct digest digest;
    buf_add_repeated(&key, '\xAA', 131);
    cr_assert(digest_hmac("sha256", buf_bytes(&key),
                          bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"),
                          &digest));
    expect_digest(&digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", "");
    buf_clear(&key);
}

Test(sign_digest, an_empty_key_and_an_empty_message_are_fine)
{
    static const char right[] = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    struct bytes nothings[] = {{NULL, 0}, {"", 0}};
    for (size_t i = 0; i < ARRAY_LEN(nothings); i++) {
        struct digest digest;
        cr_assert(digest_hmac("sha256", nothings[i], nothings[i], &digest));
        expect_digest(&digest, right, "HMAC of nothing");
        cr_assert(digest_hash("sha256", nothings[i], &digest));
        expect_digest(&digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                      "hash of nothing");
    }
}

Test(sign_digest, every_promised_hash_is_there)
{
    static const struct {
        const char *algorithm;
        const char *hex; /* of "abc" (FIPS 180-4, FIPS 202, RFC 1321) */
    } rows[] = {
        {"md5", "900150983cd24fb0d6963f7d28e17f72"},
        {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
        {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                   "8086072ba1e7cc2358baeca134c825a7"},
        {"sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                   "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
        {"sha512-256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"},
        {"sha3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct digest digest;
        cr_assert(digest_hash(rows[i].algorithm, bytes_of("abc"), &digest), "%s",
                  rows[i].algorithm);
        expect_digest(&digest, rows[i].hex, rows[i].algorithm);
        cr_expect(digest_hmac(rows[i].algorithm, bytes_of("k"), bytes_of("m"), &digest), "%s",
                  rows[i].algorithm);
        cr_expect_eq(digest.len * 2, strlen(rows[i].hex), "%s", rows[i].algorithm);
    }
}

Test(sign_digest, an_unknown_hash_is_an_answer_and_leaves_no_error_behind)
{
    struct digest digest;
    cr_expect_not(digest_hmac("sha257", bytes_of("k"), bytes_of("m"), &digest));
    cr_expect_not(digest_hash("sha257", bytes_of("m"), &digest));
    cr_expect_eq(ERR_peek_error(), 0);
}

Test(sign_digest, equal_means_the_same_length_and_bytes)
{
    cr_expect(digest_equal(bytes_of("abc"), bytes_of("abc")));
    cr_expect(digest_equal(bytes_of(""), (struct bytes){NULL, 0}));
    cr_expect_not(digest_equal(bytes_of("abc"), bytes_of("abd")));
    cr_expect_not(digest_equal(bytes_of("abc"), bytes_of("abcd")));
    cr_expect_not(digest_equal(bytes_of("abc"), bytes_of("")));
}
