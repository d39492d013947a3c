/* When the requests of one case leave. */
#include "run/pace.h"

#include <criterion/criterion.h>

#include "base/array.h"
#include "base/clock.h"

TestSuite(run_pace, .timeout = 120);

static struct run_options options;
static struct runner runner;
static struct step steps[2];
static struct suite_case one;
static struct testcase test;

/* Three requests of the first step, one of the second. */
static void set_up(void)
{
    options = (struct run_options){0};
    runner = (struct runner){.options = &options};
    steps[0] = steps[1] = (struct step){0};
    one = (struct suite_case){.steps = steps, .num_steps = 2};
    test = (struct testcase){.one = &one};
    testcase_allocate(&test, 4);
    test.shots[3].step = 1;
}

static void tear_down(void)
{
    testcase_clear(&test);
}

Test(run_pace, one_after_another, .init = set_up, .fini = tear_down)
{
    cr_expect_not(pace_is_open(&test));
    cr_expect_eq(pace_group_len(&test), 1);
    test.next = 4;
    cr_expect_not(pace_is_open(&test), "nothing is left");
}

Test(run_pace, together_leaves_a_step_or_so_many_of_it, .init = set_up, .fini = tear_down)
{
    steps[0].together = true;
    cr_expect_eq(pace_group_len(&test), 3);
    steps[0].at_once = 2;
    cr_expect_eq(pace_group_len(&test), 2);
    test.next = 2;
    cr_expect_eq(pace_group_len(&test), 1, "what is left of the step");
}

Test(run_pace, at_a_rate_each_has_its_time, .init = set_up, .fini = tear_down)
{
    steps[0].interval_ns = 100;
    cr_expect_not(pace_is_open(&test), "the first waits for its turn");
    test.next = 1;
    cr_expect(pace_is_open(&test));
    pace_after_launch(&runner, &test, 0, 0, 1000);
    cr_expect_eq(test.resume_ns, 1100);
    cr_expect_eq(test.exchanges[0].late_ns, 0);
    test.next = 2;
    pace_after_launch(&runner, &test, 1, 1100, 1130);
    cr_expect_eq(test.exchanges[1].late_ns, 30);
    cr_expect_eq(test.resume_ns, 1200, "late or not, the next has its own time");
}

Test(run_pace, the_rate_of_the_run_holds, .init = set_up, .fini = tear_down)
{
    options.rate = 2;
    steps[0].interval_ns = 100;
    test.next = 1;
    pace_after_launch(&runner, &test, 0, 0, 1000);
    cr_expect_eq(test.resume_ns, 1000 + NS_PER_S / 2);
}

Test(run_pace, beside_begins_while_the_step_before_is_under_way, .init = set_up, .fini = tear_down)
{
    steps[1].beside = true;
    steps[1].after_ns = 50;
    test.next = 3;
    cr_expect(pace_is_open(&test));
    pace_after_launch(&runner, &test, 2, 0, 1000);
    cr_expect_eq(test.resume_ns, 1050);
}

Test(run_pace, samples_end_when_their_time_is_up, .init = set_up, .fini = tear_down)
{
    steps[0].samples = true;
    test.next = 1;
    pace_limit_samples(&runner, &test, NS_PER_S);
    cr_expect_eq(test.next, 1, "two at least");
    test.next = 2;
    pace_limit_samples(&runner, &test, 500 * NS_PER_MS);
    cr_expect_eq(test.next, 2, "there is time");
    pace_limit_samples(&runner, &test, 600 * NS_PER_MS);
    cr_expect_eq(test.next, 3, "the next step is not touched");
    cr_expect(test.shots[2].done);
    cr_expect_str_eq(test.exchanges[2].seen.detail, "not sent: the time for these samples ran out");
}

/* Panora has five workers; what answers promptly gets a few more. */
Test(run_pace, at_a_rate_no_more_are_under_way_than_it_bears, .init = set_up, .fini = tear_down)
{
    static const struct {
        int64_t usual_ns;
        size_t most;
    } rows[] = {{NS_PER_MS, 20}, {NS_PER_S, 5}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        runner.health.usual_ns = rows[i].usual_ns;
        test.shots[0].genuine = true;
        test.next = 0;
        steps[0].interval_ns = 100;
        test.step_ns = NS_PER_S;
        test.in_flight = rows[i].most - 1;
        cr_expect_not(pace_holds_back(&runner, &test, NS_PER_S));
        test.in_flight = rows[i].most;
        cr_expect(pace_holds_back(&runner, &test, 2 * NS_PER_S));
        cr_expect_eq(test.next, 0, "it waits for its place");
        cr_expect_eq(test.resume_ns, 2 * NS_PER_S);
        cr_expect(pace_holds_back(&runner, &test, 3 * NS_PER_S));
        cr_expect_eq(test.next, 3, "the rest of the step is given up");
        test.shots[0].genuine = false;
        test.next = 0;
        cr_expect_not(pace_holds_back(&runner, &test, 3 * NS_PER_S), "forgeries come as they like");
    }
}

Test(run_pace, quick_or_slow_takes_fewer_samples, .init = set_up, .fini = tear_down)
{
    steps[0].samples = true;
    test.next = 2;
    options.quick = true;
    pace_limit_samples(&runner, &test, 300 * NS_PER_MS);
    cr_expect_eq(test.next, 3);
    options.quick = false;
    test.next = 1;
    runner.health.usual_ns = 200 * NS_PER_MS;
    pace_limit_samples(&runner, &test, 199 * NS_PER_MS);
    cr_expect_eq(test.next, 1, "there is time");
    pace_limit_samples(&runner, &test, 200 * NS_PER_MS);
    cr_expect_eq(test.next, 3, "one is enough");
}

Test(run_pace, until_one_is_accepted, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *what;
        bool until, enough, accepted;
        size_t next;
    } rows[] = {
        {"a usual step", false, false, true, 1}, {"of a step, none so far", true, false, false, 1},
        {"of a step", true, false, true, 3},     {"of a case, none so far", false, true, false, 1},
        {"of a case", false, true, true, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        steps[0].until_accepted = rows[i].until;
        steps[0].enough_accepted = rows[i].enough;
        test.next = 1;
        test.exchanges[0].accepted = rows[i].accepted;
        pace_note_accepted(&test, 0, 0);
        cr_expect_eq(test.next, rows[i].next, "%s", rows[i].what);
    }
    cr_expect_eq(test.state, CASE_ENDED);
}
