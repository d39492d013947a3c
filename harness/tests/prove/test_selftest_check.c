/* What selftest calls a problem: asked of outcomes that are made up here. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "prove/selftest.h"

TestSuite(prove_selftest_check, .timeout = 120);

static const struct fault fault = {.id = "X01", .sentence = ""};
static const struct declared declared = {.must = {(const char *[]){"s/declared"}, 1},
                                         .may = {(const char *[]){"s/by-chance"}, 1}};

struct tried {
    struct selftest selftest;
    struct candidate candidates[1];
};

static void add(struct case_outcomes *outcomes, const char *id, enum level level,
                enum verdict verdict)
{
    outcomes->items = mem_resize(outcomes->items, outcomes->count + 1, sizeof *outcomes->items);
    outcomes->items[outcomes->count++] =
        (struct case_outcome){mem_text(id), mem_copy(id, strcspn(id, "[")), level, verdict};
}

/* One receiver, with the fault or right, to which nothing has happened yet. */
static void begin(struct tried *tried, const struct fault *with)
{
    *tried = (struct tried){0};
    tried->candidates[0] = (struct candidate){.name = with ? "X01" : "the right receiver",
                                              .fault = with,
                                              .declared = with ? &declared : NULL};
    tried->selftest = (struct selftest){
        .candidates = tried->candidates, .num_candidates = 1, .num_single = 1, .whole = true};
}

static void end(struct tried *tried)
{
    selftest_clear_outcomes(&tried->candidates[0].first);
    selftest_clear_outcomes(&tried->candidates[0].second);
    selftest_clear_sentences(&tried->selftest.problems);
    selftest_clear_sentences(&tried->selftest.doubts);
}

/* Checks, and expects exactly one problem that holds `words`, or none at all when they are NULL. */
static void expect_problem(struct tried *tried, const char *words)
{
    const struct sentences *problems = &tried->selftest.problems;
    selftest_check(&tried->selftest);
    cr_expect_eq(problems->count, words ? 1 : 0, "%zu problems, the first: %s", problems->count,
                 problems->count ? problems->items[0] : "none");
    if (words && problems->count == 1)
        cr_expect_not_null(strstr(problems->items[0], words), "%s", problems->items[0]);
    end(tried);
}

Test(prove_selftest_check, a_fault_that_its_case_catches_is_no_problem)
{
    struct tried tried;
    begin(&tried, &fault);
    add(&tried.candidates[0].first, "s/declared[1]", LEVEL_MUST, VERDICT_FAIL);
    add(&tried.candidates[0].first, "s/by-chance", LEVEL_MAY, VERDICT_WARN);
    expect_problem(&tried, NULL);
}

Test(prove_selftest_check, a_fault_that_nothing_catches)
{
    struct tried tried;
    begin(&tried, &fault);
    add(&tried.candidates[0].first, "s/declared", LEVEL_MAY, VERDICT_PASS);
    expect_problem(&tried, "X01 is caught by none");
}

Test(prove_selftest_check, what_catches_by_chance_alone_is_not_enough)
{
    struct tried tried;
    begin(&tried, &fault);
    add(&tried.candidates[0].first, "s/by-chance", LEVEL_MAY, VERDICT_FAIL);
    expect_problem(&tried, "X01 is caught by none");
}

Test(prove_selftest_check, a_case_that_was_not_declared)
{
    struct tried tried;
    begin(&tried, &fault);
    add(&tried.candidates[0].first, "s/declared", LEVEL_MUST, VERDICT_FAIL);
    add(&tried.candidates[0].first, "s/other[a]", LEVEL_MUST, VERDICT_WARN);
    add(&tried.candidates[0].first, "s/other[b]", LEVEL_MUST, VERDICT_FAIL);
    expect_problem(&tried, "s/other[a] (warn; 2 of its values), undeclared");
}

Test(prove_selftest_check, a_required_case_that_catches_nothing)
{
    struct tried tried;
    begin(&tried, &fault);
    add(&tried.candidates[0].first, "s/declared", LEVEL_MUST, VERDICT_FAIL);
    add(&tried.candidates[0].first, "s/idle", LEVEL_SHOULD, VERDICT_PASS);
    add(&tried.candidates[0].first, "s/told", LEVEL_MAY, VERDICT_INFO);
    expect_problem(&tried, "s/idle (should) catches no fault");
}

Test(prove_selftest_check, the_right_receiver_that_is_failed_or_undecided)
{
    static const struct {
        enum verdict verdict;
        const char *words;
    } rows[] = {{VERDICT_FAIL, "gets a fail for s/a"},
                {VERDICT_WARN, "gets a warn for s/a"},
                {VERDICT_INCONCLUSIVE, "leaves s/a undecided"},
                {VERDICT_INFO, NULL},
                {VERDICT_SKIP, NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tried tried;
        begin(&tried, NULL);
        tried.selftest.whole = false;
        add(&tried.candidates[0].first, "s/a", LEVEL_MUST, rows[i].verdict);
        expect_problem(&tried, rows[i].words);
    }
}

Test(prove_selftest_check, a_receiver_against_which_nothing_ran)
{
    struct tried tried;
    begin(&tried, NULL);
    expect_problem(&tried, "no case was run");
}

Test(prove_selftest_check, a_run_that_went_wrong)
{
    struct tried tried;
    begin(&tried, &fault);
    tried.selftest.whole = false;
    tried.candidates[0].first.failure = mem_text("the receiver itself crashed");
    expect_problem(&tried, "X01: the receiver itself crashed");
}

Test(prove_selftest_check, two_runs_that_differ)
{
    struct tried tried;
    begin(&tried, NULL);
    tried.selftest.whole = false;
    tried.candidates[0].twice = true;
    add(&tried.candidates[0].first, "s/a", LEVEL_MUST, VERDICT_PASS);
    add(&tried.candidates[0].second, "s/a", LEVEL_MUST, VERDICT_FAIL);
    expect_problem(&tried, "differ in s/a: pass and fail");
}

Test(prove_selftest_check, a_problem_that_a_second_run_does_not_show_is_a_doubt)
{
    struct tried tried;
    begin(&tried, NULL);
    tried.selftest.whole = false;
    add(&tried.candidates[0].first, "s/a", LEVEL_MUST, VERDICT_WARN);
    selftest_check(&tried.selftest);
    cr_expect(selftest_is_doubtful(&tried.selftest));
    selftest_doubt(&tried.selftest);
    tried.candidates[0].first.items[0].verdict = VERDICT_PASS;
    selftest_check(&tried.selftest);
    selftest_settle(&tried.selftest);
    cr_expect_eq(tried.selftest.problems.count, 0);
    cr_assert_eq(tried.selftest.doubts.count, 1);
    cr_expect_not_null(strstr(tried.selftest.doubts.items[0], "s/a"));
    end(&tried);
}

Test(prove_selftest_check, a_problem_that_a_second_run_shows_again_stands)
{
    struct tried tried;
    begin(&tried, NULL);
    tried.selftest.whole = false;
    add(&tried.candidates[0].first, "s/a", LEVEL_MUST, VERDICT_WARN);
    selftest_check(&tried.selftest);
    selftest_doubt(&tried.selftest);
    selftest_check(&tried.selftest);
    selftest_settle(&tried.selftest);
    cr_expect_eq(tried.selftest.problems.count, 1);
    cr_expect_eq(tried.selftest.doubts.count, 0);
    end(&tried);
}
