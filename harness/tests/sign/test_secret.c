#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "sign/secret.h"

TestSuite(sign_secret, .timeout = 120);

static bool is_text(const struct secret *secret, const char *text)
{
    return bytes_equal(secret_bytes(secret), bytes_of(text));
}

Test(sign_secret, is_kept_as_it_is)
{
    struct secret secret = {0};
    secret_set(&secret, (struct bytes){"whsec_\0 x\n", 10});
    cr_expect(bytes_equal(secret_bytes(&secret), (struct bytes){"whsec_\0 x\n", 10}));
    secret_set(&secret, (struct bytes){secret.data + 6, 3}); /* even a part of itself */
    cr_expect(bytes_equal(secret_bytes(&secret), (struct bytes){"\0 x", 3}));
    secret_clear(&secret);
    cr_expect_null(secret.data);
    cr_expect_eq(secret.len, 0);
    secret_clear(&secret);
}

/* Writes a file, reads the secret from it, removes the file. */
static bool read_from_file(struct secret *secret, struct bytes content, bool *out_dropped,
                           struct error *err)
{
    char path[] = "/tmp/hookcheck-secret-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, content.data, content.len), (ssize_t)content.len);
    (void)close(fd);
    bool ok = secret_from_file(secret, path, out_dropped, err);
    (void)unlink(path);
    return ok;
}

Test(sign_secret, one_trailing_newline_of_a_file_is_dropped_and_said)
{
    static const struct {
        const char *content;
        const char *secret;
        bool dropped;
    } rows[] = {
        {"abc", "abc", false},      {"abc\n", "abc", true},    {"abc\r\n", "abc", true},
        {"abc\n\n", "abc\n", true}, {"abc\r", "abc\r", false}, {" abc \n", " abc ", true},
        {"\nabc", "\nabc", false},  {"\n\n", "\n", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct secret secret = {0};
        struct error err = {0};
        bool dropped = !rows[i].dropped;
        cr_expect(read_from_file(&secret, bytes_of(rows[i].content), &dropped, &err), "row %zu: %s",
                  i, err.message);
        cr_expect(is_text(&secret, rows[i].secret), "row %zu", i);
        cr_expect_eq(dropped, rows[i].dropped, "row %zu", i);
        secret_clear(&secret);
    }
}

Test(sign_secret, an_empty_file_a_missing_one_and_a_large_one_are_refused)
{
    struct buf large = {0};
    buf_add_repeated(&large, 'x', (size_t)64 * 1024 + 1);
    struct bytes contents[] = {bytes_of(""), bytes_of("\n"), bytes_of("\r\n"), buf_bytes(&large)};
    for (size_t i = 0; i < ARRAY_LEN(contents); i++) {
        struct secret secret = {0};
        struct error err = {0};
        bool dropped = false;
        cr_expect_not(read_from_file(&secret, contents[i], &dropped, &err), "row %zu", i);
        cr_expect(error_is_set(&err), "row %zu", i);
        cr_expect_null(secret.data, "row %zu", i);
    }
    struct secret secret = {0};
    struct error err = {0};
    bool dropped = false;
    cr_expect_not(secret_from_file(&secret, "/nonexistent/secret", &dropped, &err));
    cr_expect_not_null(strstr(err.message, "/nonexistent/secret"));
    buf_clear(&large);
}

Test(sign_secret, the_largest_allowed_file_is_read)
{
    struct buf content = {0};
    struct secret secret = {0};
    bool dropped = false;
    buf_add_repeated(&content, 'x', (size_t)64 * 1024);
    cr_expect(read_from_file(&secret, buf_bytes(&content), &dropped, NULL));
    cr_expect_eq(secret.len, 64 * 1024);
    secret_clear(&secret);
    buf_clear(&content);
}

Test(sign_secret, an_environment_variable_must_be_set_and_not_empty)
{
    struct secret secret = {0};
    struct error unset = {0};
    struct error empty = {0};
    (void)unsetenv("HOOKCHECK_TEST_SECRET");
    cr_expect_not(secret_from_env(&secret, "HOOKCHECK_TEST_SECRET", &unset));
    cr_expect_not_null(strstr(unset.message, "HOOKCHECK_TEST_SECRET"));
    (void)setenv("HOOKCHECK_TEST_SECRET", "", 1);
    cr_expect_not(secret_from_env(&secret, "HOOKCHECK_TEST_SECRET", &empty));
    cr_expect_str_neq(unset.message, empty.message);
    (void)setenv("HOOKCHECK_TEST_SECRET", "s3cret\n", 1);
    cr_expect(secret_from_env(&secret, "HOOKCHECK_TEST_SECRET", NULL));
    cr_expect(is_text(&secret, "s3cret\n"));
    secret_clear(&secret);
    (void)unsetenv("HOOKCHECK_TEST_SECRET");
}
