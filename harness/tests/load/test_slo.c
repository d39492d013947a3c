#include <criterion/criterion.h>

#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "load/slo.h"

TestSuite(load_slo, .timeout = 120);

/* 1,000 requests: latencies 1 to 1,000 ms, 2 of them server errors. */
static void fill(struct tally *tally)
{
    tally_init(tally);
    for (int64_t i = 1; i <= 1000; i++) {
        histogram_record(&tally->latency, i * NS_PER_MS);
        tally->by_kind[LOAD_GENUINE]++;
        tally->answered++;
    }
    tally->fine[LOAD_GENUINE] = 998;
    tally_fault(tally, LOAD_SERVER_ERROR, 1, NULL);
    tally_fault(tally, LOAD_SERVER_ERROR, 2, NULL);
}

Test(load_slo, judges_by_measure_and_limit)
{
    static const struct {
        const char *goals;
        bool holds;
    } rows[] = {
        {"p50<510ms", true},
        {"p50<490ms", false},
        {"p99<=1s", true},
        {"p99.9<990ms", false},
        {"max<1001ms", true},
        {"max<1s", false},
        {"max<=1s", true},
        {"mean<501ms", true},
        {"mean>501ms", false},
        {"errors<0.2%", false},
        {"errors<=0.2%", true},
        {"errors<0.21%", true},
        {"rate>99/s", true},
        {"rate>100/s", false},
        {"rate>=100", true},
        {" p50 < 510ms , errors < 1% ", true},
        {"p50<510ms,errors<0.1%", false},
    };
    struct tally tally;
    fill(&tally);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct slo slo = {0};
        struct error err = {0};
        cr_expect(slo_add(&slo, rows[i].goals, &err), "%s", err.message);
        cr_expect_eq(slo_holds(&slo, &tally, 10), rows[i].holds, "%s", rows[i].goals);
        slo_clear(&slo);
    }
    tally_clear(&tally);
}

Test(load_slo, says_what_is_wrong_with_a_goal)
{
    static const struct {
        const char *goals;
        const char *part;
    } rows[] = {
        {"", "is not a goal such as"},
        {"p99", "is not a goal such as"},
        {"p99<500ms,", "is not a goal such as"},
        {"p101<1s", "no measure \"p101\""},
        {"p0<1s", "no measure \"p0\""},
        {"latency<1s", "no measure \"latency\"; there are mean, max"},
        {"p99<500", "the limit must be a time such as 500ms"},
        {"errors<1", "the limit must be a percentage such as 0.1%"},
        {"errors<101%", "the limit must be a percentage"},
        {"errors<-1%", "the limit must be a percentage"},
        {"rate>x", "the limit must be a rate such as 450/s"},
        {"rate>nan", "the limit must be a rate"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct slo slo = {0};
        struct error err = {0};
        cr_expect_not(slo_add(&slo, rows[i].goals, &err), "%s", rows[i].goals);
        cr_expect(strstr(err.message, rows[i].part), "%s: %s", rows[i].goals, err.message);
        slo_clear(&slo);
    }
}

Test(load_slo, does_not_hold_when_nothing_was_answered)
{
    struct tally tally;
    struct slo slo = {0};
    tally_init(&tally);
    cr_assert(slo_add(&slo, "p99<1s", NULL));
    cr_expect_not(slo_holds(&slo, &tally, 1));
    slo_clear(&slo);
    tally_clear(&tally);
}
