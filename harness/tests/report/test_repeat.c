#include <criterion/criterion.h>

#include "report/repeat.h"
#include "tests/support/sample_result.h"

TestSuite(report_repeat, .timeout = 120);

/* A line with a case that only warned would leave undecided what its cause decides. */
Test(report_repeat, a_cause_is_repeated_by_a_case_that_failed)
{
    struct run_result result;
    sample_result(&result);
    char *passed_then_failed[] = {result.cases[0].id, result.diagnoses[0].cases[0]};
    struct diagnosis cause = {.cases = passed_then_failed, .num_cases = 2};
    cr_assert_neq(result.cases[0].verdict, VERDICT_FAIL);
    cr_expect_str_eq(repeat_case(&result, &cause)->id, result.diagnoses[0].cases[0]);
    cause.num_cases = 1;
    cr_expect_eq(repeat_case(&result, &cause), &result.cases[0]);
    cause.num_cases = 0;
    cr_expect_null(repeat_case(&result, &cause));
    run_result_clear(&result);
}
