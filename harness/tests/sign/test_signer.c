/* Many signatures with one key are the same as one at a time. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sign/signature.h"
#include "sign/signer.h"

TestSuite(sign_signer, .timeout = 120);

static void check(struct bytes key)
{
    struct signer *signer = signer_new(key);
    char *text = mem_alloc(4096);
    memset(text, 'x', 4096);
    for (size_t len = 0; len < 4096; len = len * 2 + 1) {
        struct bytes message = {text, len};
        char expected[SIGNATURE_SIZE];
        char made[SIGNATURE_SIZE] = {0};
        signature_make(key, message, expected);
        signer_sign(signer, message, made);
        cr_expect_str_eq(made, expected, "%zu bytes, key of %zu", len, key.len);
    }
    signer_free(signer);
    free(text);
}

Test(sign_signer, signs_as_one_at_a_time_with_any_key)
{
    char key[200];
    memset(key, 'k', sizeof key);
    check((struct bytes){"", 0});
    check((struct bytes){NULL, 0});
    check((struct bytes){"a\0b", 3});
    check((struct bytes){key, 64});
    check((struct bytes){key, 65});
    check((struct bytes){key, sizeof key});
}

Test(sign_signer, nothing_of_a_message_stays_for_the_next)
{
    struct signer *signer = signer_new(bytes_of("secret"));
    char first[SIGNATURE_SIZE] = {0};
    char again[SIGNATURE_SIZE] = {0};
    signer_sign(signer, bytes_of("one"), first);
    signer_sign(signer, bytes_of("two"), again);
    cr_expect_str_neq(first, again);
    signer_sign(signer, bytes_of("one"), again);
    cr_expect_str_eq(first, again);
    signer_free(signer);
}

Test(sign_signer, no_signer_can_be_freed)
{
    signer_free(NULL);
}
