/* The vectors of fixtures/vectors, all of them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "sign/signature.h"
#include "tests/support/skip.h"
#include "tests/support/vectors.h"

TestSuite(sign_vectors, .timeout = 120);

#define VECTORS   "fixtures/vectors/vectors.json"
#define COLLECTED "fixtures/vectors/collected.json"

static bool is_valid(struct bytes secret, const struct js *test)
{
    struct buf body = {0};
    struct buf room = {0};
    struct error err = {0};
    vectors_base64(test, "body", &body);
    struct bytes signature = vectors_text_or_base64(test, "signature", "signatureBase64", &room);
    enum verification result = signature_verify(secret, buf_bytes(&body), signature, &err);
    cr_expect_eq(error_is_set(&err), result != VERIFICATION_VALID, "%s: %s",
                 vectors_text(test, "tcId").data, err.message);
    buf_clear(&body);
    buf_clear(&room);
    return result == VERIFICATION_VALID;
}

static size_t check_group(const struct js *group)
{
    struct buf room = {0};
    struct bytes secret = vectors_text_or_base64(group, "secret", "secretBase64", &room);
    const struct js *tests = js_get(group, "tests");
    for (size_t i = 0; i < js_size(tests); i++) {
        const struct js *test = js_at(tests, i);
        bool expected = bytes_equal(vectors_text(test, "result"), bytes_of("valid"));
        cr_expect_eq(is_valid(secret, test), expected, "%s is %s", vectors_text(test, "tcId").data,
                     vectors_text(test, "result").data);
    }
    size_t count = js_size(tests);
    buf_clear(&room);
    return count;
}

static void check_file(const char *path)
{
    struct js *file = vectors_read(path);
    cr_assert_not_null(file, "run from the top of the project: no %s", path);
    const struct js *groups = js_get(file, "testGroups");
    size_t count = 0;
    for (size_t i = 0; i < js_size(groups); i++)
        count += check_group(js_at(groups, i));
    cr_expect_gt(count, 0);
    cr_expect_eq((double)count, js_number(js_get(file, "numberOfTests")));
    js_free(file);
}

Test(sign_vectors, every_vector_holds)
{
    check_file(VECTORS);
    check_file(COLLECTED);
}

Test(sign_vectors, remaking_them_gives_the_same_bytes)
{
    NEED_TOOL("node", "remaking the vectors");
    cr_expect_eq(system("node fixtures/vectors/make.mjs --stdout | cmp - " VECTORS), 0);
}

Test(sign_vectors, an_independent_program_agrees)
{
    NEED_TOOL("python3", "the vectors by an independent program");
    cr_expect_eq(system("python3 fixtures/vectors/check.py " VECTORS " >/dev/null"), 0);
    cr_expect_eq(system("python3 fixtures/vectors/check.py " COLLECTED " >/dev/null"), 0);
}
