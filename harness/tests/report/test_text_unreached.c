/* What the text says of an endpoint that was not reached. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/report.h"
#include "tests/support/sample_result.h"

TestSuite(report_text_unreached, .timeout = 120);

/* Nothing is claimed about events that never arrived. */
Test(report_text_unreached, says_in_three_lines_that_nothing_was_reached)
{
    const struct text_options options = {.detail = TEXT_SCREEN};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    result.exit_code = 3;
    for (size_t i = 0; i < result.num_cases; i++)
        for (size_t k = 0; k < result.cases[i].num_exchanges; k++)
            result.cases[i].exchanges[k].seen.outcome = OUTCOME_REFUSED;
    report_text_whole(&result, &options, &out);
    cr_expect_leq(text_count_lines(buf_bytes(&out)), 6, "%s", buf_text(&out));
    cr_expect_not_null(strstr(buf_text(&out), "\ntried "));
    cr_expect_not_null(strstr(buf_text(&out), "\ngot       connection refused"));
    cr_expect_not_null(strstr(buf_text(&out), "--wait 30s"));
    cr_expect_null(strstr(buf_text(&out), "HMAC"));
    buf_clear(&out);
    result.waited_ns = 2 * NS_PER_S;
    report_text_whole(&result, &options, &out);
    cr_expect_leq(text_count_lines(buf_bytes(&out)), 6, "%s", buf_text(&out));
    cr_expect_not_null(strstr(buf_text(&out), "2.00 s of --wait were not enough"));
    cr_expect_null(strstr(buf_text(&out), "--wait 30s"));
    buf_clear(&out);
    run_result_clear(&result);
}

static void advise(const char *detail, struct buf *out)
{
    const struct text_options options = {.columns = 80};
    struct run_result result;
    sample_result(&result);
    result.exit_code = 3;
    for (size_t i = 0; i < result.num_cases; i++)
        for (size_t k = 0; k < result.cases[i].num_exchanges; k++) {
            struct observation *seen = &result.cases[i].exchanges[k].seen;
            seen->outcome = OUTCOME_TLS_FAILED;
            (void)snprintf(seen->detail, sizeof seen->detail, "%s", detail);
        }
    report_text_whole(&result, &options, out);
    run_result_clear(&result);
}

/* No authority makes a certificate for another host a right one. */
Test(report_text_unreached, what_to_do_fits_what_the_certificate_lacks)
{
    struct buf out = {0};
    advise("certificate verify failed: no alternative certificate subject name matches target host "
           "name 'self.example'",
           &out);
    cr_expect(strstr(buf_text(&out), "do        use the host name that the certificate is for"),
              "%s", buf_text(&out));
    cr_expect_null(strstr(buf_text(&out), "--cacert"));
    buf_reset(&out);
    advise("certificate verify failed: unable to get local issuer certificate", &out);
    cr_expect(strstr(buf_text(&out), "do        send the whole certificate chain"), "%s",
              buf_text(&out));
    cr_expect_not_null(strstr(buf_text(&out), "--cacert"));
    buf_clear(&out);
}
