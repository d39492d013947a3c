/* The proof of the suites and the receiver that comes back, as a user meets them. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "base/array.h"
#include "tests/support/run_program.h"
#include "tests/support/started_program.h"

TestSuite(prove_selftest, .timeout = 120);

static int selftest(const char *const *arguments, struct program_end *end)
{
    run_hookcheck(arguments, (struct bytes){0}, end);
    return end->code;
}

Test(prove_selftest, a_fault_is_caught_by_the_case_that_it_declares)
{
    NEED_HOOKCHECK();
    struct program_end end;
    const char *const arguments[] = {
        "selftest", "--fault", "A03", "--case", "panora/signature/refuses-e*", NULL};
    cr_expect_eq(selftest(arguments, &end), 0, "%s", buf_text(&end.out));
    cr_expect(strstr(buf_text(&end.out), "panora/signature/refuses-empty ") != NULL);
    cr_expect(strstr(buf_text(&end.out), " A03\n") != NULL, "%s", buf_text(&end.out));
    cr_expect(strstr(buf_text(&end.out), "1 faults, 0 right receivers, 0 problems") != NULL);
    program_end_clear(&end);
}

Test(prove_selftest, the_right_receiver_and_a_variation_are_not_failed)
{
    NEED_HOOKCHECK();
    struct program_end end;
    const char *const arguments[] = {"selftest",           "--variation", "refuses-404", "--case",
                                     "panora/signature/*", "--format",    "json",        NULL};
    cr_expect_eq(selftest(arguments, &end), 0, "%s", buf_text(&end.err));
    cr_expect(strstr(buf_text(&end.out), "\"problems\": []") != NULL, "%s", buf_text(&end.out));
    program_end_clear(&end);
}

/* Each stands for a kind of pair of which wrong causes were named once. */
static const char *const kinds_of_pairs[][2] = {
    {"A24", "C08"},                 /* what is unchecked is taken for a sample of what is checked */
    {"A28", "C08"}, {"A21", "D05"}, /* under another header whatever has the length is taken */
    {"A18", "F09"},                 /* all are answered 200, refused for one reason or another */
    {"A10", "G09"},                 /* processed, and answered as if refused */
    {"E05", "H02"},                 /* errors by chance before nothing that is ever accepted */
    {"C21", "H06"},                 /* connections are dropped for the pace */
    {"C17", "C25"}, /* an event with a member twice is longer than others, and not large */
    {"A09", "C12"}, /* the genuine twins of forgeries are refused for their content */
    {"C05", "C12"}, /* ... and what another signature needs, too: by its status it is told apart */
    {"D05", "H11"}, /* kept out after refusals, behind another header */
    {"H09", "H11"}, /* ... and what fails by chance counts like a forgery */
    {"A06", "H02"}, /* an error by chance in place of an answer to a guess */
    {"C02", "C25"}, /* only objects get as far as the signature */
    {"F24", "G16"}, /* what comes first on a connection is refused for something else */
    {"A30", "D03"}, /* what is accepted in chunks, unverified, is no event as usual */
    {"A27", "F07"}, /* each refusal takes long */
    {"C03", "H02"}, /* what fails by chance is told from what is refused by its answer */
    {"C21", "E07"}, /* behind a changed header no case has asked for objects */
    {"F17", "H09"}, /* an acceptance that nobody can read is none that failed by chance */
    {"A01", "C11"}, /* whoever signed it, every event breaks it */
    {"A01", "F16"}, /* of long answers, now more is kept and now less */
    {"B06", "C12"}, /* what the cases could not decide breaks in experiments */
    {"A31", "G03"}, /* a refusal that no signature meets says nothing of signatures */
    {"A14", "H05"}, /* the pace is measured first, and leaves requests for the rest */
    {"E11", "F05"}, /* a slow endpoint is asked first for what a case has lost */
};

static size_t places[ARRAY_LEN(kinds_of_pairs)];

ParameterizedTestParameters(prove_selftest, two_mistakes_are_named_and_nothing_else)
{
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        places[i] = i;
    return cr_make_param_array(size_t, places, ARRAY_LEN(places));
}

ParameterizedTest(size_t *place, prove_selftest, two_mistakes_are_named_and_nothing_else,
                  .timeout = 600)
{
    NEED_HOOKCHECK();
    struct program_end end;
    const char *const *pair = kinds_of_pairs[*place];
    const char *const arguments[] = {"selftest", "--fault", pair[0], "--fault",
                                     pair[1],    "--pairs", "1",     NULL};
    cr_expect_eq(selftest(arguments, &end), 0, "%s with %s: %s", pair[0], pair[1],
                 buf_text(&end.out));
    program_end_clear(&end);
}

Test(prove_selftest, a_run_that_takes_too_long_is_a_problem)
{
    NEED_HOOKCHECK();
    struct program_end end;
    const char *const arguments[] = {"selftest", "--fault", "C10",       "--limit",
                                     "1s",       "--case",  "panora/d*", NULL};
    cr_expect_eq(selftest(arguments, &end), 1);
    cr_expect(strstr(buf_text(&end.out), "problem: C10") != NULL, "%s", buf_text(&end.out));
    program_end_clear(&end);
}

Test(prove_selftest, unknown_names_are_refused)
{
    NEED_HOOKCHECK();
    struct program_end end;
    const char *const no_fault[] = {"selftest", "--fault", "Z99", NULL};
    const char *const no_format[] = {"selftest", "--format", "xml", NULL};
    cr_expect_eq(selftest(no_fault, &end), 2);
    program_end_clear(&end);
    cr_expect_eq(selftest(no_format, &end), 2);
    program_end_clear(&end);
}

static int run_case(const char *url, const char *only)
{
    struct program_end end;
    const char *const arguments[] = {"run", url, "--only", only, "--quick", "-q", NULL};
    run_hookcheck(arguments, (struct bytes){0}, &end);
    int code = end.code;
    program_end_clear(&end);
    return code;
}

Test(prove_selftest, a_receiver_that_its_fault_kills_comes_back_on_its_port)
{
    NEED_HOOKCHECK();
    struct started_program receiver;
    cr_assert(start_receiver(&receiver,
                             (const char *const[]){"--fault", "B02", "--restart", "20ms", NULL}));
    cr_expect_eq(run_case(receiver.url, "panora/signature/refuses-truncated*"), 1);
    cr_expect_eq(run_case(receiver.url, "panora/delivery/accepts-an-event"), 0);
    cr_expect_eq(stop_program(&receiver), 0);
}
