#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>

#include "base/log.h"

TestSuite(base_log, .timeout = 20);

Test(base_log, prints_warnings_and_errors_at_first)
{
    cr_redirect_stderr();
    log_print(LOG_ERROR, "bad: %d", 1);
    log_print(LOG_WARN, "odd");
    log_print(LOG_INFO, "by the way");
    log_print(LOG_DEBUG, "in detail");
    (void)fflush(stderr);
    cr_assert_stderr_eq_str("hookcheck: bad: 1\nhookcheck: odd\n");
}

Test(base_log, prints_as_much_as_is_asked_for)
{
    cr_redirect_stderr();
    log_set_level(LOG_INFO);
    log_print(LOG_INFO, "by the way");
    log_print(LOG_DEBUG, "in detail");
    log_set_level(LOG_ERROR);
    log_print(LOG_WARN, "odd");
    log_set_level(LOG_DEBUG);
    log_print(LOG_DEBUG, "in detail");
    (void)fflush(stderr);
    cr_assert_stderr_eq_str("hookcheck: by the way\nhookcheck: in detail\n");
}
