/* `verify`, run as a user would. */
#include <criterion/criterion.h>

#include <jansson.h>

#include "base/array.h"
#include "cli/command.h"
#include "tests/support/run_program.h"

TestSuite(cli_verify_program, .timeout = 120);

/* `sign` and `verify` share code, so the right signature was made elsewhere:
 * printf '"{}"' | openssl dgst -sha256 -hmac whsec_test */
#define GOOD "2cb1a143fab7ceb1263b80d83fda9597a17c362882e599174bfeb7d6ec86cdbc"

static int verify(const char *body, const char *signature, struct program_end *end)
{
    run_hookcheck((const char *const[]){"verify", "--signature", signature, "--body", "-", NULL},
                  bytes_of(body), end);
    return end->code;
}

Test(cli_verify_program, says_valid_by_the_official_rule_whatever_the_spelling)
{
    NEED_HOOKCHECK();
    static const char *const bodies[] = {
        "{\"id_event\":\"1\",\"data\":\"{}\",\"type\":\"x\"}",
        " { \"type\" : \"y\", \"data\" : \"\\u007b}\" } \n",
        "{\"data\":1,\"data\":\"{}\"}",
        "\xef\xbb\xbf{\"data\":\"{}\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct program_end end;
        cr_expect_eq(verify(bodies[i], GOOD, &end), EXIT_OK, "%s: %s", bodies[i],
                     buf_text(&end.out));
        cr_expect_str_eq(buf_text(&end.out), "valid\n");
        cr_expect_eq(end.err.len, 0);
        program_end_clear(&end);
    }
}

Test(cli_verify_program, says_why_something_is_not_valid_and_never_the_right_signature)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *body;
        const char *signature;
    } rows[] = {
        {"{\"data\":\"{ }\"}", GOOD}, /* other data */
        {"{\"data\":\"{}\"}", ""},
        {"{\"data\":\"{}\"}", GOOD "0"},
        {"{\"data\":\"{}\"}", "sha256=" GOOD},
        {"{\"data\":\"{}\"}", " " GOOD},
        {"{\"id_event\":\"1\"}", GOOD},
        {"{\"data\":", GOOD},
        {"", GOOD},
        {"[]", GOOD},
        {"null", GOOD},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        cr_expect_eq(verify(rows[i].body, rows[i].signature, &end), EXIT_FELL_SHORT, "row %zu: %d",
                     i, end.code);
        cr_expect(strncmp(buf_text(&end.out), "not valid: ", 11) == 0 && end.out.len > 15,
                  "row %zu: %s", i, buf_text(&end.out));
        cr_expect_null(strstr(buf_text(&end.out), GOOD), "row %zu", i);
        cr_expect_eq(end.err.len, 0, "row %zu: %s", i, buf_text(&end.err));
        program_end_clear(&end);
    }
}

Test(cli_verify_program, no_header_is_not_valid)
{
    NEED_HOOKCHECK();
    struct program_end end;
    run_hookcheck((const char *const[]){"verify", "--no-signature", "--body", "-", NULL},
                  bytes_of("{\"data\":\"{}\"}"), &end);
    cr_expect_eq(end.code, EXIT_FELL_SHORT);
    cr_expect(strncmp(buf_text(&end.out), "not valid: ", 11) == 0);
    program_end_clear(&end);
}

Test(cli_verify_program, wrong_usage_gets_one_sentence)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *arguments[8];
        const char *said;
    } rows[] = {
        {{"verify", "--body", "-"}, "--signature HEX is required, or --no-signature when"},
        {{"verify", "--signature", GOOD}, "--body FILE is required"},
        {{"verify", "--signature", GOOD, "--no-signature", "--body", "-"}, "exclude each other"},
        {{"verify", "--signature", GOOD, "--body", "/nowhere/at/all"},
         "--body: cannot open /nowhere/at/all: No such file or directory"},
        {{"verify", "--signature", GOOD, "--body", "/tmp"}, "--body: cannot read /tmp"},
        {{"verify", "--signature", GOOD, "--body", "-", "more"}, "unexpected argument \"more\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_hookcheck(rows[i].arguments, bytes_of("{}"), &end);
        const char *line_end = strchr(buf_text(&end.err), '\n');
        cr_expect_eq(end.code, EXIT_WRONG_USAGE, "%s: %d", rows[i].said, end.code);
        cr_expect_not_null(strstr(buf_text(&end.err), rows[i].said), "%s", buf_text(&end.err));
        cr_expect(line_end && !line_end[1], "%s: not one line", rows[i].said);
        cr_expect_eq(end.out.len, 0, "%s", rows[i].said);
        program_end_clear(&end);
    }
}

/* What sign prints as JSON, in several lines, is read as it stands. */
Test(cli_verify_program, takes_what_sign_prints_as_json)
{
    NEED_HOOKCHECK();
    struct program_end made;
    struct program_end end;
    RUN(&made, "sign", "--format", "json");
    run_hookcheck((const char *const[]){"verify", "--request", "-", NULL}, buf_bytes(&made.out),
                  &end);
    cr_expect_eq(end.code, EXIT_OK, "%s", buf_text(&end.err));
    cr_expect(strstr(buf_text(&end.out), "valid"), "%s", buf_text(&end.out));
    program_end_clear(&made);
    program_end_clear(&end);
}

Test(cli_verify_program, says_the_same_as_json)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *signature;
        int code;
        size_t num_findings;
    } rows[] = {{GOOD, EXIT_OK, 0}, {"sha256=" GOOD, EXIT_FELL_SHORT, 2}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_hookcheck((const char *const[]){"verify", "--signature", rows[i].signature, "--body",
                                            "-", "--json", NULL},
                      bytes_of("{\"data\":\"{}\"}"), &end);
        json_t *verdict = json_loadb(buf_text(&end.out), end.out.len, 0, NULL);
        cr_expect_eq(end.code, rows[i].code);
        cr_expect_eq(json_is_true(json_object_get(verdict, "valid")), rows[i].code == EXIT_OK);
        cr_expect_eq(json_is_null(json_object_get(verdict, "reason")), rows[i].code == EXIT_OK);
        cr_expect_eq(json_array_size(json_object_get(verdict, "findings")), rows[i].num_findings,
                     "%s", buf_text(&end.out));
        json_decref(verdict);
        program_end_clear(&end);
    }
}
