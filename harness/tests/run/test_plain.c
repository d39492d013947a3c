/* An endpoint that refuses the plain event with object data is told so once. */
#include "run/plain.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "tests/support/judging.h"
#include "tests/support/running.h"
#include "tests/support/skip.h"
#include "tests/support/suite_text.h"

TestSuite(run_plain, .timeout = 120);

#define PLAIN "'level':'should','event':{'dialect':'object'}"
#define NULLS "'level':'should','event':{'dialect':'object','nulls':true}"

/* A run of two cases: the plain event's and another one. */
static struct library library;
static struct suite *suite;
static struct testcase cases[2];
static const struct progress progress = {.cases = cases, .num_cases = ARRAY_LEN(cases)};
static struct case_result results[ARRAY_LEN(cases)];

static void meet(size_t index, const char *word)
{
    struct testcase *test = &cases[index];
    seen_from_word(word, &test->exchanges[0].seen);
    test->exchanges[0].accepted = answer_of(&test->exchanges[0].seen) == ANSWER_ACCEPTED;
    results[index].verdict = test->exchanges[0].accepted ? VERDICT_PASS : VERDICT_WARN;
    results[index].level = test->one->level;
    results[index].reason = mem_text("");
}

static void read_cases(const char *plain, const char *other)
{
    char *members = mem_format("{'suite':'my/suite','about':'a','cases':["
                               "{'id':'plain','title':'t',%s,'expect':{'accepted':true}},"
                               "{'id':'other','title':'t',%s,'expect':{'accepted':true}}]}",
                               plain, other);
    struct error err = {0};
    library_init(&library);
    suite = suite_from_text(&library, members, &err);
    cr_assert(suite, "%s: %s", members, err.message);
    free(members);
}

static void begin(const char *plain, const char *other)
{
    read_cases(plain, other);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        cases[i] = (struct testcase){.one = &suite->cases[i], .state = CASE_JUDGED};
        testcase_allocate(&cases[i], 1);
        cases[i].shots[0].genuine = true;
        cases[i].exchanges[0].genuine = true;
    }
}

static void end(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        testcase_clear(&cases[i]);
        case_result_clear(&results[i]);
        results[i] = (struct case_result){0};
    }
    suite_free(suite);
    library_clear(&library);
}

/* The other case's verdict when the two meet these answers. */
static enum verdict weighed(const char *plain_met, const char *other_met)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        observation_clear(&cases[i].exchanges[0].seen);
        free(results[i].reason);
    }
    meet(0, plain_met);
    meet(1, other_met);
    plain_weigh(&progress, results, &cases[1], &results[1]);
    return results[1].verdict;
}

Test(run_plain, what_its_refusal_says_is_said_once, .fini = end)
{
    begin(PLAIN, NULLS);
    cr_expect_eq(weighed("400", "400"), VERDICT_INCONCLUSIVE);
    cr_expect_str_eq(results[1].reason, "the plain event with data as an object failed too (400)");
    cr_expect_eq(weighed("204", "400"), VERDICT_WARN, "that one is taken");
    cr_expect_eq(weighed("400", "500"), VERDICT_WARN, "it breaks");
    cr_expect_eq(weighed("400", "reset"), VERDICT_WARN);
    cr_expect_eq(weighed("reset", "reset"), VERDICT_WARN, "no answer is no refusal");
    cr_expect_eq(weighed("400", "204"), VERDICT_PASS);
    plain_weigh(&progress, results, &cases[0], &results[0]);
    cr_expect_eq(results[0].verdict, VERDICT_WARN, "its own case says it");
}

Test(run_plain, an_endpoint_that_is_gone_afterwards_is_told_so, .fini = end)
{
    begin(PLAIN, NULLS);
    (void)weighed("400", "400");
    results[1].verdict = VERDICT_WARN;
    results[1].canary_failed = true;
    plain_weigh(&progress, results, &cases[1], &results[1]);
    cr_expect_eq(results[1].verdict, VERDICT_WARN);
}

Test(run_plain, what_was_not_decided_itself_decides_nothing, .fini = end)
{
    begin(PLAIN, NULLS);
    (void)weighed("429", "429");
    results[0].verdict = VERDICT_INCONCLUSIVE; /* as an expectation leaves what a limit refused */
    results[1].verdict = VERDICT_WARN;
    plain_weigh(&progress, results, &cases[1], &results[1]);
    cr_expect_eq(results[1].verdict, VERDICT_WARN);
    results[0].verdict = VERDICT_WARN;
    cases[0].state = CASE_ENDED;
    plain_weigh(&progress, results, &cases[1], &results[1]);
    cr_expect_eq(results[1].verdict, VERDICT_WARN, "it may be asked again");
}

Test(run_plain, only_what_is_no_more_than_should_depends_on_it)
{
    static const struct {
        const char *plain, *other;
        bool depends;
    } rows[] = {
        {PLAIN, NULLS, true},
        {PLAIN, "'level':'may','event':{'dialect':'object','depth':64}", true},
        {PLAIN, "'level':'must','event':{'dialect':'object','nulls':true}", false},
        {PLAIN, "'level':'should','event':{'dialect':'text','nulls':true}", false},
        {PLAIN, "'level':'should','event':{'nulls':true}", false},
        {NULLS, NULLS, false},
        {"'level':'may','event':{'dialect':'object'}", NULLS, false},
        {"'level':'should','event':{'dialect':'text'}", NULLS, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        begin(rows[i].plain, rows[i].other);
        const struct testcase *expected = rows[i].depends ? &cases[0] : NULL;
        cr_expect_eq(plain_of(&progress, &cases[1]), expected, "row %zu", i);
        cases[0].skip = "for a test";
        cr_expect_null(plain_of(&progress, &cases[1]), "row %zu: nothing was asked", i);
        end();
    }
}

/* Every event is refused; --only leaves the plain one out, and then the others speak. */
Test(run_plain, a_run_warns_of_it_once)
{
    static const struct {
        const char *also;
        size_t num_warned;
    } rows[] = {{"*/accepts-object-data", 1}, {"*/accepts-empty-values[object-*", 5}};
    struct started_program receiver = {0};
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--behaviour", "status=422")));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int code;
        json_t *report =
            run_for_json(receiver.url,
                         ARGUMENTS("--diagnose", "off", "--only", "*/accepts-empty-values[object-*",
                                   "--only", rows[i].also),
                         &code);
        cr_expect_eq(count_verdict(report, "warn"), rows[i].num_warned, "row %zu: %zu warned", i,
                     count_verdict(report, "warn"));
        cr_expect_eq(count_verdict(report, "inconclusive"), i == 0 ? 5 : 0);
        json_decref(report);
    }
    stop_program(&receiver);
}
