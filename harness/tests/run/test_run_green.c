#include <criterion/criterion.h>

#include "tests/support/run_program.h"
#include "tests/support/started_program.h"

TestSuite(run_green, .timeout = 30);

static struct started_program receiver;

static void stop_receiver(void)
{
    (void)stop_program(&receiver);
}

Test(run_green, everything_passes_against_the_right_receiver, .fini = stop_receiver)
{
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    run_hookcheck((const char *[]){"run", receiver.url, "--quick", "-q", NULL}, (struct bytes){0},
                  &end);
    cr_expect_eq(end.code, 0, "code %d: %s %s", end.code, buf_text(&end.out), buf_text(&end.err));
    program_end_clear(&end);
    cr_expect_eq(stop_program(&receiver), 0, "the receiver ends well");
}
