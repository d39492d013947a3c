/* A case as it goes: begun, ended without being sent, and begun anew. */
#include "run/testcase.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/mem.h"
#include "run/probe.h"

TestSuite(run_testcase, .timeout = 120);

static struct testcase test;

static void set_up(void)
{
    test = (struct testcase){0};
    testcase_allocate(&test, 3);
    for (size_t i = 0; i < 3; i++)
        observation_init(&test.exchanges[i].seen);
}

static void tear_down(void)
{
    testcase_clear(&test);
}

/* As when everything was sent and accepted. */
static void run_it(void)
{
    for (size_t i = 0; i < test.count; i++) {
        test.exchanges[i].seen.outcome = OUTCOME_ANSWERED;
        test.exchanges[i].seen.status = 204;
        test.exchanges[i].accepted = true;
        test.shots[i].done = true;
    }
    test.next = test.count;
    test.state = CASE_ENDED;
    test.crowded = true;
}

Test(run_testcase, begun_anew_it_has_seen_nothing, .init = set_up, .fini = tear_down)
{
    run_it();
    testcase_reset(&test);
    cr_expect_eq(test.state, CASE_WAITING);
    cr_expect_eq(test.next, 0);
    cr_expect_not(test.crowded);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(test.exchanges[i].seen.outcome, OUTCOME_NOT_SENT);
        cr_expect_not(test.exchanges[i].accepted);
        cr_expect_not(test.shots[i].done);
        cr_expect(test.exchanges[i].repeated, "the same bytes go out once more");
    }
}

Test(run_testcase, what_was_never_sent_is_no_repetition, .init = set_up, .fini = tear_down)
{
    testcase_reset(&test);
    cr_expect_not(test.exchanges[0].repeated);
}

Test(run_testcase, a_search_begins_anew_with_its_first_request, .init = set_up, .fini = tear_down)
{
    static const struct probe probe = {.unit = "bytes"};
    test.probe = &probe;
    for (size_t i = 0; i < 3; i++)
        test.exchanges[i].sent = mem_format("try %zu", i);
    run_it();
    testcase_reset(&test);
    cr_assert_eq(test.count, 1);
    cr_expect_str_eq(test.exchanges[0].sent, "try 0");
    cr_expect_eq(test.exchanges[0].seen.outcome, OUTCOME_NOT_SENT);
    cr_expect_null(test.exchanges[1].sent, "what answers suggested is forgotten");
}

Test(run_testcase, what_is_not_sent_says_why, .init = set_up, .fini = tear_down)
{
    test.next = 1;
    test.in_flight = 1;
    test.state = CASE_RUNNING;
    testcase_end_unsent(&test, "not sent: no time", 7);
    cr_expect_eq(test.state, CASE_RUNNING, "one is still under way");
    cr_expect_str_eq(test.exchanges[0].seen.detail, "");
    cr_expect_str_eq(test.exchanges[1].seen.detail, "not sent: no time");
    cr_expect_str_eq(test.exchanges[2].seen.detail, "not sent: no time");
    test.in_flight = 0;
    testcase_end_unsent(&test, "not sent: no time", 7);
    cr_expect_eq(test.state, CASE_ENDED);
    cr_expect_eq(test.ended_ns, 7);
}

Test(run_testcase, how_much_comes_how_fast_is_the_subject_of_some)
{
    static struct step plain, sampled = {.samples = true}, together = {.together = true};
    static struct step at_a_rate = {.interval_ns = 1}, beside = {.beside = true};
    static const struct {
        struct step *step;
        bool is_load;
        bool goes_together;
    } rows[] = {{&plain, false, false},
                {&sampled, true, false},
                {&together, false, true},
                {&at_a_rate, true, false},
                {&beside, true, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct suite_case one = {.steps = rows[i].step, .num_steps = 1};
        const struct testcase of_it = {.one = &one};
        cr_expect_eq(testcase_is_load(&of_it), rows[i].is_load, "row %zu", i);
        cr_expect_eq(testcase_goes_together(&of_it), rows[i].goes_together, "row %zu", i);
    }
    const struct testcase control = {0};
    cr_expect_not(testcase_is_load(&control));
}

Test(run_testcase, what_is_required)
{
    static const struct {
        enum level level;
        bool usually, strictly;
    } rows[] = {{LEVEL_MUST, true, true}, {LEVEL_SHOULD, false, true}, {LEVEL_MAY, false, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct suite_case one = {.level = rows[i].level};
        const struct testcase of_it = {.one = &one};
        cr_expect_eq(testcase_is_required(&of_it, false), rows[i].usually, "row %zu", i);
        cr_expect_eq(testcase_is_required(&of_it, true), rows[i].strictly, "row %zu", i);
    }
    const struct testcase control = {0};
    cr_expect(testcase_is_required(&control, false), "controls");
}
