/* Where the secret comes from, run as a user would. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/command.h"
#include "sign/signature.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"

TestSuite(cli_secret_program, .timeout = 120);

#define BODY "{\"id_event\":\"1\",\"data\":\"{}\",\"type\":\"x\"}"

/* Whether `verify` with these options takes a signature made with `secret`. */
static int verify(const char *secret, const char *const *options, const char *const *env,
                  struct program_end *end)
{
    char signature[SIGNATURE_SIZE];
    signature_make(bytes_of(secret), bytes_of("\"{}\""), signature);
    const char *arguments[12] = {"verify", "--body", "-", "--signature", signature};
    for (size_t i = 0; options[i]; i++)
        arguments[5 + i] = options[i];
    run_hookcheck_with(arguments, env, bytes_of(BODY), end);
    return end->code;
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NOTHING   ((const char *const[]){NULL})

Test(cli_secret_program, comes_from_each_of_its_sources)
{
    NEED_HOOKCHECK();
    char *path = shell_temporary(bytes_of("from file"));
    const struct {
        const char *what;
        const char *secret;
        const char *const *options;
        const char *const *env;
    } rows[] = {
        {"the usual variable", "one", NOTHING, LIST("HOOKCHECK_SECRET=one")},
        {"a variable by name", "two", LIST("--secret-env", "MINE"), LIST("MINE=two")},
        {"a file", "from file", LIST("--secret-file", path), NOTHING},
        {"an option yields the usual variable", "two", LIST("--secret-env", "MINE"),
         LIST("MINE=two", "HOOKCHECK_SECRET=one")},
        {"the command line", "three", LIST("--secret", "three"), NOTHING},
        {"blanks belong to it", " a b ", NOTHING, LIST("HOOKCHECK_SECRET= a b ")},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        cr_expect_eq(verify(rows[i].secret, rows[i].options, rows[i].env, &end), EXIT_OK, "%s: %s",
                     rows[i].what, buf_text(&end.err));
        program_end_clear(&end);
        cr_expect_eq(verify("another", rows[i].options, rows[i].env, &end), EXIT_FELL_SHORT,
                     "%s: another one", rows[i].what);
        program_end_clear(&end);
    }
    (void)unlink(path);
    free(path);
}

Test(cli_secret_program, drops_one_newline_at_the_end_of_a_file_and_says_so)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *content;
        const char *secret;
        bool said;
    } rows[] = {
        {"s\n", "s", true},
        {"s\r\n", "s", true},
        {"s\n\n", "s\n", true},
        {"s", "s", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        char *path = shell_temporary(bytes_of(rows[i].content));
        cr_expect_eq(verify(rows[i].secret, LIST("--secret-file", path), NOTHING, &end), EXIT_OK,
                     "row %zu: %s", i, buf_text(&end.err));
        cr_expect_eq(strstr(buf_text(&end.err), "newline") != NULL, rows[i].said, "row %zu: %s", i,
                     buf_text(&end.err));
        program_end_clear(&end);
        (void)unlink(path);
        free(path);
    }
}

Test(cli_secret_program, what_is_odd_about_it_is_said)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *env;
        const char *secret;
        const char *said; /* NULL: nothing is */
    } rows[] = {
        {"HOOKCHECK_SECRET=plain one", "plain one", NULL},
        {"HOOKCHECK_SECRET=s\n", "s\n", "ends with a newline"},
        {"HOOKCHECK_SECRET= s", " s", "starts with a blank"},
        {"HOOKCHECK_SECRET=s\t", "s\t", "ends with a blank"},
        {"HOOKCHECK_SECRET=\"s\"", "\"s\"", "is in quotes"},
        {"HOOKCHECK_SECRET=\"s", "\"s", NULL},
        {"HOOKCHECK_SECRET=a\nb", "a\nb", "has a newline in it"},
        {"HOOKCHECK_SECRET=\xef\xbb\xbfs", "\xef\xbb\xbfs", "starts with a byte order mark"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        cr_expect_eq(verify(rows[i].secret, NOTHING, LIST(rows[i].env), &end), EXIT_OK, "row %zu",
                     i);
        const char *said = buf_text(&end.err);
        cr_expect(rows[i].said ? strstr(said, rows[i].said) != NULL : end.err.len == 0,
                  "row %zu: \"%s\"", i, said);
        program_end_clear(&end);
    }
}

/* PowerShell's > writes UTF-16, unless it is told otherwise. */
Test(cli_secret_program, a_file_in_utf_16_is_noticed)
{
    NEED_HOOKCHECK();
    struct program_end end;
    char *path = shell_temporary((struct bytes){"\xff\xfes\0e\0c\0", 8});
    (void)verify("sec", LIST("--secret-file", path), NOTHING, &end);
    cr_expect_not_null(strstr(buf_text(&end.err), "has a NUL in it, as text in UTF-16 has"), "%s",
                       buf_text(&end.err));
    program_end_clear(&end);
    (void)unlink(path);
    free(path);
}

Test(cli_secret_program, on_the_command_line_it_warns_and_is_not_repeated)
{
    NEED_HOOKCHECK();
    struct program_end end;
    (void)verify("hunter2hunter2", LIST("--secret", "hunter2hunter2"), NOTHING, &end);
    cr_expect_not_null(strstr(buf_text(&end.err), "others can read --secret"), "%s",
                       buf_text(&end.err));
    cr_expect_null(strstr(buf_text(&end.err), "hunter2"));
    cr_expect_null(strstr(buf_text(&end.out), "hunter2"));
    program_end_clear(&end);
}

Test(cli_secret_program, none_an_empty_one_and_two_at_once_are_refused)
{
    NEED_HOOKCHECK();
    char *empty = shell_temporary(bytes_of(""));
    char *newline = shell_temporary(bytes_of("\n"));
    const struct {
        const char *said;
        const char *const *options;
        const char *const *env;
    } rows[] = {
        {"no secret: set HOOKCHECK_SECRET, or give --secret-env NAME or --secret-file FILE",
         NOTHING, NOTHING},
        {"HOOKCHECK_SECRET is empty", NOTHING, LIST("HOOKCHECK_SECRET=")},
        {"--secret-env: ", LIST("--secret-env", "MINE"), LIST("HOOKCHECK_SECRET=one")},
        {"--secret-env: ", LIST("--secret-env", "MINE"), LIST("MINE=")},
        {"--secret is empty", LIST("--secret", ""), NOTHING},
        {"--secret-file: ", LIST("--secret-file", empty), NOTHING},
        {"--secret-file: ", LIST("--secret-file", newline), NOTHING},
        {"--secret-file: cannot open /nowhere/at/all", LIST("--secret-file", "/nowhere/at/all"),
         NOTHING},
        {"--secret-env and --secret exclude each other",
         LIST("--secret", "a", "--secret-env", "MINE"), LIST("MINE=b")},
        {"--body and --secret-file cannot both read standard input", LIST("--secret-file", "-"),
         NOTHING},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        cr_expect_eq(verify("x", rows[i].options, rows[i].env, &end), EXIT_WRONG_USAGE, "%s: %d",
                     rows[i].said, end.code);
        cr_expect_not_null(strstr(buf_text(&end.err), rows[i].said), "%s: %s", rows[i].said,
                           buf_text(&end.err));
        cr_expect_eq(end.out.len, 0, "%s", rows[i].said);
        program_end_clear(&end);
    }
    (void)unlink(empty);
    (void)unlink(newline);
    free(empty);
    free(newline);
}
