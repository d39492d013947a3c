/*
 * Each fault of the receiver yields the diagnosis that its row names and no other. It takes half an
 * hour: a few of them are in diagnose/test_faults.c.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "receive/variation.h"
#include "tests/support/receiver_report.h"
#include "tests/support/run_program.h"

TestSuite(foreign_faults, .timeout = 2400);

/* These show only to who asks inside the endpoint (run/test_run_effect.c), when the process really
 * ends, or on a machine that has IPv6; the latter two are in test_causes.c. */
static bool is_seen_elsewhere(const struct fault *fault)
{
    return strstr("A17 B17 F13 G13 G14", fault->id) != NULL;
}

static void check_letter(char letter, const char *from, const char *to)
{
    NEED_HOOKCHECK();
    size_t checked = 0;
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        if (!fault->diagnosis || fault->id[0] != letter || is_seen_elsewhere(fault) ||
            strcmp(fault->id + 1, from) < 0 || strcmp(fault->id + 1, to) > 0)
            continue;
        expect_diagnosis_of(fault);
        checked++;
    }
    cr_expect_gt(checked, 0);
}

Test(foreign_faults, verification_that_can_be_got_round)
{
    check_letter('A', "00", "12");
}

Test(foreign_faults, verification_that_leaves_something_out)
{
    check_letter('A', "13", "99");
}

Test(foreign_faults, crashes_instead_of_refusals)
{
    check_letter('B', "00", "99");
}

Test(foreign_faults, other_bytes_verified)
{
    check_letter('C', "00", "12");
}

Test(foreign_faults, data_written_again)
{
    check_letter('C', "13", "99");
}

Test(foreign_faults, a_confused_secret)
{
    check_letter('D', "00", "99");
}

Test(foreign_faults, what_stands_before_the_handler)
{
    check_letter('E', "00", "99");
}

Test(foreign_faults, limits_and_transport)
{
    check_letter('F', "00", "99");
}

Test(foreign_faults, what_happens_afterwards)
{
    check_letter('G', "00", "99");
}

/* Nobody is as fast as that, so that the diagnosis has something to look into; and finds nothing
 * else in what is merely different. */
Test(foreign_faults, no_legitimate_variation_yields_any)
{
    NEED_HOOKCHECK();
    static const char *const choice[] = {"--only",   "panora/signature/*",
                                         "--only",   "panora/timing/acknowledges-promptly*",
                                         "--target", "1us",
                                         NULL};
    const struct variation *variation;
    for (size_t i = 0; (variation = table_at(&variation_table, i)); i++)
        expect_diagnoses_of_right(variation->name, variation->tls, choice, "slow-acknowledgement ");
}
