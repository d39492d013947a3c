/*
 * One fault of each kind of cause yields the diagnosis that its row names and no other, the right
 * receiver and its legitimate variations none: by the program, as a user runs it. Of all faults,
 * and of pairs, the selftest proves it.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/array.h"
#include "receive/fault.h"
#include "receive/variation.h"
#include "tests/support/receiver_report.h"
#include "tests/support/run_program.h"

TestSuite(diagnose_faults, .timeout = 720);

static void expect_of_each(const char *const *ids, size_t count)
{
    NEED_HOOKCHECK();
    for (size_t i = 0; i < count; i++) {
        const struct fault *fault = fault_find(ids[i]);
        cr_assert_not_null(fault, "%s", ids[i]);
        expect_diagnosis_of(fault);
    }
}

Test(diagnose_faults, what_gets_in)
{
    static const char *const ids[] = {"A01", "A05"};
    expect_of_each(ids, ARRAY_LEN(ids));
}

Test(diagnose_faults, what_breaks_or_ends_it)
{
    static const char *const ids[] = {"B15", "B20"};
    expect_of_each(ids, ARRAY_LEN(ids));
}

Test(diagnose_faults, what_else_is_computed)
{
    static const char *const ids[] = {"C10", "D01"};
    expect_of_each(ids, ARRAY_LEN(ids));
}

Test(diagnose_faults, what_stands_before_it_or_comes_afterwards)
{
    static const char *const ids[] = {"E03", "F06", "F17", "F19", "G06", "G08"};
    expect_of_each(ids, ARRAY_LEN(ids));
}

Test(diagnose_faults, what_keeps_events_out_for_a_while)
{
    static const char *const ids[] = {"H11", "H12"};
    expect_of_each(ids, ARRAY_LEN(ids));
}

/* --- who is right --- */

Test(diagnose_faults, the_right_receiver_yields_none)
{
    NEED_HOOKCHECK();
    expect_diagnoses_of_right(NULL, false, (const char *const[]){NULL}, "");
}

/* Nobody is as fast as that, so that the diagnosis has something to look into; and finds nothing
 * else in what is merely different. */
Test(diagnose_faults, some_legitimate_variations_yield_none)
{
    NEED_HOOKCHECK();
    static const char *const choice[] = {"--only",   "panora/signature/*",
                                         "--only",   "panora/timing/acknowledges-promptly*",
                                         "--target", "1us",
                                         NULL};
    const struct variation *variation;
    for (size_t i = 0; (variation = table_at(&variation_table, i)); i += 6)
        expect_diagnoses_of_right(variation->name, variation->tls, choice, "slow-acknowledgement ");
}
