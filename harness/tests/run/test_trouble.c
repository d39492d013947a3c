/* Who is to blame when the endpoint dies: the search, with neither program nor socket. What is sent
 * gets the answers that the test gives. */
#include "run/trouble.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "run/canary.h"
#include "tests/support/suite_text.h"

TestSuite(run_trouble_search, .timeout = 120);

enum { NUM_CASES = 3 };

static struct library library;
static struct suite *suite;
static struct testcase cases[NUM_CASES];
static struct run_result result;
static struct runner runner;
static int64_t now_ns;

static void allocate(struct testcase *test)
{
    *test = (struct testcase){0};
    testcase_allocate(test, 1);
    observation_init(&test->exchanges[0].seen);
    test->shots[0].genuine = test->exchanges[0].genuine = true;
    test->shots[0].control = NO_CONTROL;
}

static void set_up_with(const char *members)
{
    const struct health_limits limits = {.recovery_ns = 10 * NS_PER_S,
                                         .max_time_ns = 300 * NS_PER_S,
                                         .deadline_ns = 10 * NS_PER_S,
                                         .room_max = 20};
    result = (struct run_result){0};
    runner =
        (struct runner){.progress = {.cases = cases, .num_cases = NUM_CASES}, .result = &result};
    health_init(&runner.health, &limits, 4);
    runner.health.reached = runner.health.answered = runner.health.usual_accepted = true;
    runner.health.alive_ns = 5;
    now_ns = NS_PER_S;
    for (size_t i = 0; i <= NUM_CASES; i++)
        allocate(i < NUM_CASES ? &cases[i] : &runner.canary.test);
    library_init(&library);
    suite = suite_must_read(&library, members);
    for (size_t i = 0; i < NUM_CASES; i++)
        cases[i].one = &suite->cases[0];
}

/* A reset is no answer that these cases want. */
static void set_up(void)
{
    set_up_with("'expect':{'accepted':true}");
}

static void tear_down(void)
{
    for (size_t i = 0; i < NUM_CASES; i++)
        testcase_clear(&cases[i]);
    canary_clear(&runner.canary);
    suite_free(suite);
    library_clear(&library);
    for (size_t i = 0; i < result.num_notes; i++)
        free(result.notes[i]);
    free(result.notes);
}

static void launch(struct testcase *test)
{
    test->state = CASE_RUNNING;
    test->next = 1;
    test->in_flight = 1;
    runner.in_flight++;
}

/* What launch.c does when an answer is there, or none is to come. */
static void end(struct testcase *test, enum outcome outcome, int status)
{
    struct exchange *exchange = &test->exchanges[0];
    exchange->seen.outcome = outcome;
    exchange->seen.status = status;
    exchange->accepted = status == 200;
    test->shots[0].done = true;
    test->in_flight = 0;
    runner.in_flight--;
    test->state = CASE_ENDED;
    test->ended_ns = now_ns;
    trouble_note(&runner, test, exchange, now_ns);
}

/* One look of the loop: what has to be sent is sent, when it is time, and gets this. */
static struct testcase *turn(enum outcome outcome, int status)
{
    struct testcase *test = trouble_looks_at(&runner);
    now_ns += NS_PER_MS;
    if (test && test->state < CASE_ENDED && test->resume_ns > now_ns)
        now_ns = test->resume_ns;
    if (test && test->state < CASE_ENDED) {
        launch(test);
        end(test, outcome, status);
    }
    trouble_step(&runner, now_ns);
    return test;
}

/* The canary finds it well until a case is to be repeated, or nothing is left to do. */
static struct testcase *next_alone(void)
{
    for (int i = 0; i < 10; i++) {
        if (runner.trouble.state == TROUBLE_NONE || runner.trouble.state == TROUBLE_ALONE)
            break;
        (void)turn(OUTCOME_ANSWERED, 200);
    }
    return runner.trouble.state == TROUBLE_ALONE ? runner.trouble.alone : NULL;
}

Test(run_trouble_search, nothing_is_sent_while_requests_are_under_way, .init = set_up,
     .fini = tear_down)
{
    launch(&cases[0]);
    launch(&cases[1]);
    end(&cases[0], OUTCOME_RESET, 0);
    cr_expect_eq(runner.trouble.state, TROUBLE_DRAIN);
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_eq(runner.trouble.state, TROUBLE_DRAIN);
    cr_expect_null(trouble_looks_at(&runner));
    end(&cases[1], OUTCOME_ANSWERED, 200);
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_eq(trouble_looks_at(&runner), &runner.canary.test);
}

Test(run_trouble_search, only_what_dies_again_alone_is_blamed, .init = set_up, .fini = tear_down)
{
    for (size_t i = 0; i < NUM_CASES; i++)
        launch(&cases[i]);
    end(&cases[0], OUTCOME_RESET, 0);
    end(&cases[1], OUTCOME_RESET, 0);
    end(&cases[2], OUTCOME_ANSWERED, 200);
    (void)turn(OUTCOME_ANSWERED, 200); /* drained */
    (void)turn(OUTCOME_REFUSED, 0);    /* a canary finds nobody */
    cr_expect_eq(next_alone(), &cases[0]);
    (void)turn(OUTCOME_ANSWERED, 200); /* harmless by itself */
    cr_expect_eq(next_alone(), &cases[1]);
    for (int death = 0; death < 2; death++) {
        (void)turn(OUTCOME_RESET, 0);
        (void)turn(OUTCOME_REFUSED, 0);
        if (death == 0)
            cr_expect_eq(next_alone(), &cases[1], "once may be chance");
    }
    cr_expect_eq(next_alone(), &cases[2], "more than one may be guilty");
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_null(next_alone());
    cr_expect_not(cases[0].canary_failed);
    cr_expect(cases[1].canary_failed);
    cr_expect_gt(cases[1].recovery_ns, 0);
    cr_expect_not(cases[2].canary_failed);
    cr_expect_eq(runner.health.deaths[SHOT_GENUINE], 1);
    cr_expect(runner.facts.died);
}

/* It dies of this one twice. */
static void die_of(struct testcase *test)
{
    launch(test);
    end(test, OUTCOME_RESET, 0);
    (void)turn(OUTCOME_ANSWERED, 200); /* drained */
    (void)turn(OUTCOME_REFUSED, 0);
    for (int death = 0; death < 2; death++) {
        cr_expect_eq(next_alone(), test);
        (void)turn(OUTCOME_RESET, 0);
        (void)turn(OUTCOME_REFUSED, 0);
    }
}

Test(run_trouble_search, who_is_to_blame_is_not_asked_again_when_another_is, .init = set_up,
     .fini = tear_down)
{
    die_of(&cases[0]);
    cr_expect_null(next_alone());
    die_of(&cases[1]);
    cr_expect_null(next_alone());
    for (size_t i = 0; i < 2; i++) {
        cr_expect(cases[i].canary_failed);
        cr_expect_eq(cases[i].exchanges[0].seen.outcome, OUTCOME_RESET, "what it met stays known");
        cr_expect_eq(cases[i].num_deaths, 2);
    }
}

Test(run_trouble_search, a_reset_that_it_outlived_is_an_answer, .init = set_up, .fini = tear_down)
{
    launch(&cases[0]);
    end(&cases[0], OUTCOME_RESET, 0);
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_eq(next_alone(), &cases[0], "whether it does that again");
    (void)turn(OUTCOME_RESET, 0);
    cr_expect_eq(next_alone(), &cases[0]);
    (void)turn(OUTCOME_RESET, 0);
    cr_expect_null(next_alone());
    cr_expect_not(cases[0].canary_failed, "the answer alone is judged");
    cr_expect_eq(runner.trouble.state, TROUBLE_NONE);
}

/* Of a refusal of a head this large a reset may cut off the end. */
static void set_up_with_large_heads(void)
{
    char large[8192];
    (void)memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    set_up_with("'expect':{'survived':true}");
    for (size_t i = 0; i < NUM_CASES; i++)
        headers_add(&cases[i].exchanges[0].request.headers, "X-Large", large);
}

Test(run_trouble_search, what_passed_although_it_was_cut_off_is_not_asked_again,
     .init = set_up_with_large_heads, .fini = tear_down)
{
    launch(&cases[0]);
    end(&cases[0], OUTCOME_RESET, 431);
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_null(next_alone());
    cr_expect_eq(cases[0].state, CASE_ENDED);
}

/* Nobody takes a connection any more, from what comes next on, until the run ends. */
static void stay_away(enum outcome next)
{
    (void)turn(next, 0);
    for (int i = 0; i < 60 && !runner.stop; i++) {
        now_ns += 200 * NS_PER_MS;
        (void)turn(OUTCOME_REFUSED, 0);
    }
    cr_assert_not_null(runner.stop);
}

Test(run_trouble_search, one_that_stays_away_ends_the_run, .init = set_up, .fini = tear_down)
{
    launch(&cases[0]);
    launch(&cases[1]);
    end(&cases[0], OUTCOME_REFUSED, 0);
    end(&cases[1], OUTCOME_RESET, 0);
    stay_away(OUTCOME_REFUSED);
    cr_expect_eq(runner.trouble.culprit, &cases[1], "who was refused a connection saw nothing");
    cr_expect(cases[1].canary_failed);
    cr_expect_not(cases[0].canary_failed);
    cr_expect_str_eq(cases[0].exchanges[0].seen.detail, runner.stop);
    cr_expect_eq(runner.trouble.state, TROUBLE_NONE);
}

/* A connection that was idle is reset when somebody uses it again, long after the death. */
Test(run_trouble_search, what_was_cut_off_first_is_the_culprit, .init = set_up, .fini = tear_down)
{
    for (size_t i = 0; i < 2; i++) {
        launch(&cases[i]);
        cases[i].exchanges[0].seen.started_ns = (int64_t)(2 - i) * NS_PER_MS;
    }
    end(&cases[0], OUTCOME_RESET, 0);
    end(&cases[1], OUTCOME_RESET, 0);
    stay_away(OUTCOME_REFUSED);
    cr_expect_eq(runner.trouble.culprit, &cases[1]);
}

/* The genuine twin of a forgery belongs to no case; yet an endpoint that ends at it has failed. */
Test(run_trouble_search, a_twin_is_the_fault_of_the_case_that_needs_it, .init = set_up,
     .fini = tear_down)
{
    struct testcase control;
    allocate(&control);
    runner.progress.controls = &control;
    runner.progress.num_controls = 1;
    cases[1].shots[0].control = 0;
    launch(&control);
    end(&control, OUTCOME_RESET, 0);
    stay_away(OUTCOME_REFUSED);
    cr_expect_eq(runner.trouble.culprit, &cases[1]);
    cr_expect_eq(runner.trouble.control, &control);
    cr_expect(cases[1].canary_failed);
    testcase_clear(&control);
}

Test(run_trouble_search, what_ran_alone_when_it_stayed_away_is_the_culprit, .init = set_up,
     .fini = tear_down)
{
    trouble_run_alone(&runner, &cases[2]);
    stay_away(OUTCOME_RESET);
    cr_expect_eq(runner.trouble.culprit, &cases[2]);
    cr_expect(cases[2].canary_failed);
}

Test(run_trouble_search, too_much_to_do_slows_down_and_is_asked_again, .init = set_up,
     .fini = tear_down)
{
    launch(&cases[0]);
    end(&cases[0], OUTCOME_ANSWERED, 503);
    cr_expect_eq(runner.health.room, 2);
    cr_expect_gt(runner.health.gap_ns, 0);
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_eq(next_alone(), &cases[0]);
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_null(next_alone());
    cr_expect_eq(cases[0].exchanges[0].seen.status, 200);
    cr_expect_not(runner.trouble.is_crowded);
}

Test(run_trouble_search, all_that_met_a_limit_together_are_asked_again, .init = set_up,
     .fini = tear_down)
{
    for (size_t i = 0; i < NUM_CASES; i++)
        launch(&cases[i]);
    end(&cases[0], OUTCOME_ANSWERED, 429);
    end(&cases[1], OUTCOME_ANSWERED, 200);
    end(&cases[2], OUTCOME_ANSWERED, 429);
    cr_expect_eq(next_alone(), &cases[0]);
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_eq(next_alone(), &cases[2]);
    (void)turn(OUTCOME_ANSWERED, 200);
    cr_expect_null(next_alone(), "what was accepted need not be repeated");
}

static void set_up_samples(void)
{
    set_up_with("'deliver':{'samples':1},'expect':{'accepted':true}");
}

Test(run_trouble_search, samples_that_all_met_a_limit_are_taken_again, .init = set_up_samples,
     .fini = tear_down)
{
    launch(&cases[0]);
    end(&cases[0], OUTCOME_ANSWERED, 429);
    cr_expect_eq(next_alone(), &cases[0]);
}

Test(run_trouble_search, what_some_samples_met_is_their_subject, .init = set_up_samples,
     .fini = tear_down)
{
    testcase_clear(&cases[1]);
    cases[1] = (struct testcase){.one = &suite->cases[0]};
    testcase_allocate(&cases[1], 2);
    cases[1].exchanges[0].genuine = cases[1].exchanges[1].accepted = true;
    cases[1].shots[0].genuine = cases[1].shots[1].genuine = true;
    launch(&cases[1]);
    end(&cases[1], OUTCOME_ANSWERED, 429);
    cr_expect_eq(runner.trouble.state, TROUBLE_NONE);
    cases[1].shots[1].step = 1; /* what another step met says nothing of this one */
    launch(&cases[1]);
    end(&cases[1], OUTCOME_ANSWERED, 429);
    cr_expect_eq(runner.trouble.state, TROUBLE_DRAIN);
}

Test(run_trouble_search, an_answer_that_stands_when_it_is_alone_is_its_own, .init = set_up,
     .fini = tear_down)
{
    launch(&cases[0]);
    end(&cases[0], OUTCOME_ANSWERED, 429);
    (void)turn(OUTCOME_ANSWERED, 200);
    int times = 0;
    int64_t pause_ns = 0;
    while (next_alone() == &cases[0] && times < 10) {
        cr_expect_gt(cases[0].resume_ns - now_ns, pause_ns, "a limit gets more time each time");
        pause_ns = cases[0].resume_ns - now_ns;
        (void)turn(OUTCOME_ANSWERED, 429);
        times++;
    }
    cr_expect_eq(times, 3, "%d", times);
    cr_expect_eq(cases[0].exchanges[0].seen.status, 429);
    cr_expect_not(cases[0].suspect);
}

Test(run_trouble_search, when_this_machine_stood_still_everything_begins_anew, .init = set_up,
     .fini = tear_down)
{
    launch(&cases[0]);
    cases[1].state = CASE_RUNNING; /* between two steps */
    cases[1].next = 1;
    trouble_note_pause(&runner, 3 * NS_PER_S);
    cr_expect(cases[0].spoiled, "begun anew when its answer is there");
    cr_expect_eq(cases[1].state, CASE_WAITING);
    cr_expect_eq(cases[2].state, CASE_WAITING);
    trouble_add_notes(&runner);
    cr_assert_eq(result.num_notes, 1);
}

Test(run_trouble_search, a_last_look_is_taken_only_at_one_that_answered, .init = set_up,
     .fini = tear_down)
{
    runner.health.alive_ns = 0;
    trouble_look_after_all(&runner, now_ns);
    cr_expect_eq(runner.trouble.state, TROUBLE_NONE);
    runner.health.alive_ns = 5;
    trouble_look_after_all(&runner, now_ns);
    cr_expect_eq(runner.trouble.state, TROUBLE_DRAIN);
    cr_expect_null(next_alone());
}
