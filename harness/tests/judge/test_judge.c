/* Verdicts for made-up answers: each expectation kept, broken and undecided, and what controls,
 * levels and tolerances make of it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/judging.h"
#include "tests/support/suite_text.h"

TestSuite(judge, .timeout = 120);

static struct library library;

static void set_up(void)
{
    library_init(&library);
}

static void tear_down(void)
{
    library_clear(&library);
}

struct verdict_row {
    const char *members, *answers, *control;
    enum verdict verdict;
    size_t decisive;
    const char *says; /* in the reason; NULL = anything */
};

static void check_rows(const struct verdict_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct verdict_row *row = &rows[i];
        struct suite *suite = suite_must_read(&library, row->members);
        struct judged judged;
        judged_make(&judged, &suite->cases[0], row->answers, row->control);
        judged_judge(&judged, &suite->cases[0]);
        const struct case_result *result = &judged.result;
        cr_expect_eq(result->verdict, row->verdict, "%s for %s (twin %s): %s, not %s (%s)",
                     row->members, row->answers, row->control, verdict_name(result->verdict),
                     verdict_name(row->verdict), result->reason);
        cr_expect_eq(result->decisive, row->decisive, "%s for %s: %zu decided", row->members,
                     row->answers, result->decisive);
        if (row->says)
            cr_expect(strstr(result->reason, row->says), "%s for %s: %s", row->members,
                      row->answers, result->reason);
        cr_expect(*result->expected && !strstr(result->expected, "%s"), "%s: %s", row->members,
                  result->expected);
        judged_clear(&judged);
        suite_free(suite);
    }
}

#define PASS VERDICT_PASS
#define WARN VERDICT_WARN
#define FAIL VERDICT_FAIL
#define OPEN VERDICT_INCONCLUSIVE

#define ACCEPTED  "'expect':{'accepted':true}"
#define REFUSED   "'expect':{'refused':true}"
#define SURVIVED  "'expect':{'survived':true}"
#define STRAIGHT  "'expect':{'not-redirected':true}"
#define COMPLETE  "'expect':{'complete':true}"
#define WITHIN    "'expect':{'within':'5ms'}"
#define STATUS    "'expect':{'status':['2xx',404]}"
#define TWO_STEPS "'steps':[{},{}],'expect':"
#define ALIKE     TWO_STEPS "{'alike':true}"
#define SAME      TWO_STEPS "{'same-status':true}"
#define NOT_ALL   TWO_STEPS "{'not-all-accepted':true}"
#define AS_WELL   TWO_STEPS "{'accepted-as-well':true}"
#define SURVIVES  TWO_STEPS "{'survives-as-well':true}"
#define REFUSES   TWO_STEPS "{'refused-as-well':true}"
#define IDLE      TWO_STEPS "{'survives-idle':true}"

Test(judge, each_expectation_is_kept_broken_or_undecided, .init = set_up, .fini = tear_down)
{
    static const struct verdict_row rows[] = {
        {ACCEPTED, "204", NULL, PASS, 0, ""},
        {ACCEPTED, "302", NULL, FAIL, 0, NULL},
        {ACCEPTED, "401", NULL, FAIL, 0, NULL},
        {ACCEPTED, "500", NULL, FAIL, 0, NULL},
        {ACCEPTED, "reset", NULL, FAIL, 0, NULL},
        {ACCEPTED, "hung", NULL, FAIL, 0, NULL},
        {ACCEPTED, "refused", NULL, FAIL, 0, NULL},
        {ACCEPTED, "malformed", NULL, FAIL, 0, NULL},
        {ACCEPTED, "unsent", NULL, OPEN, 0, "not sent: for a test"},
        {ACCEPTED, "", NULL, OPEN, 0, "nothing was sent"},
        {"'deliver':{'times':3}," ACCEPTED, "204 401 500", NULL, FAIL, 1, NULL},
        {"'deliver':{'times':3}," ACCEPTED, "204 unsent 401", NULL, FAIL, 2, NULL},

        {ACCEPTED, "429", NULL, OPEN, 0, "limits the request rate"},
        {"'deliver':{'times':3}," ACCEPTED, "204 429 204", NULL, OPEN, 1,
         "limits the request rate"},
        {"'deliver':{'times':3}," ACCEPTED, "429 429 401", NULL, FAIL, 2, NULL},
        {"'expect':{'retry-after':true}", "204", NULL, PASS, 0, NULL},
        {"'expect':{'retry-after':true}", "500", NULL, PASS, 0, NULL},
        {"'expect':{'retry-after':true}", "429", NULL, WARN, 0, "without Retry-After"},
        {"'deliver':{'times':3},'expect':{'retry-after':true}", "204 429 unsent", NULL, WARN, 1,
         "without Retry-After"},
        {"'deliver':{'times':2},'expect':{'retry-after':true}", "204 unsent", NULL, PASS, 0, NULL},
        {"'deliver':{'times':2},'expect':{'retry-after':true}", "204 503", NULL, WARN, 1,
         "without Retry-After"},
        {"'deliver':{'times':2},'expect':{'retry-after':true}", "503 503", NULL, PASS, 0, NULL},
        {"'expect':{'retry-after':true}", "unsent", NULL, OPEN, 0, "not sent: for a test"},

        {REFUSED, "401", "204", PASS, 0, ""},
        {REFUSED, "404", "204", PASS, 0, NULL},
        {REFUSED, "429", "204", PASS, 0, NULL},
        {REFUSED, "204", "204", FAIL, 0, NULL},
        {REFUSED, "302", "204", FAIL, 0, NULL},
        {REFUSED, "500", "204", WARN, 0, "failed instead of refusing"},
        {REFUSED, "501", "204", WARN, 0, "failed instead of refusing"},
        {REFUSED, "reset", "204", FAIL, 0, NULL},
        {REFUSED, "closed", "204", FAIL, 0, NULL},
        {REFUSED, "hung", "204", FAIL, 0, NULL},
        {REFUSED, "unsent", "204", OPEN, 0, "for a test"},

        {SURVIVED, "204", NULL, PASS, 0, NULL},
        {SURVIVED, "400", NULL, PASS, 0, NULL},
        {SURVIVED, "500", NULL, FAIL, 0, NULL},
        {SURVIVED, "reset", NULL, FAIL, 0, NULL},
        {SURVIVED, "unsent", NULL, OPEN, 0, NULL},

        {STRAIGHT, "204", NULL, PASS, 0, NULL},
        {STRAIGHT, "401", NULL, PASS, 0, NULL},
        {STRAIGHT, "307", NULL, FAIL, 0, "points to nowhere"},
        {STRAIGHT, "hung", NULL, OPEN, 0, NULL},
        {STRAIGHT, "reset", NULL, OPEN, 0, NULL},

        {COMPLETE, "204", NULL, PASS, 0, NULL},
        {COMPLETE, "500", NULL, PASS, 0, NULL},
        {COMPLETE, "cut", NULL, FAIL, 0, NULL},
        {COMPLETE, "malformed", NULL, FAIL, 0, NULL},
        {COMPLETE, "hung", NULL, FAIL, 0, NULL},
        {COMPLETE, "refused", NULL, OPEN, 0, NULL},

        {WITHIN, "204", NULL, PASS, 0, NULL},
        {"'expect':{'within':'4ms'}", "204", NULL, FAIL, 0, NULL},
        {WITHIN, "hung", NULL, FAIL, 0, NULL},
        {WITHIN, "unsent", NULL, OPEN, 0, NULL},

        {STATUS, "299", NULL, PASS, 0, NULL},
        {STATUS, "404", NULL, PASS, 0, NULL},
        {STATUS, "403", NULL, FAIL, 0, NULL},
        {STATUS, "reset", NULL, FAIL, 0, NULL},

        {ALIKE, "401 401", NULL, PASS, 0, NULL},
        {ALIKE, "401 403", NULL, FAIL, 1, "differ in the status"},
        {ALIKE, "401 429", NULL, PASS, 0, NULL},
        {ALIKE, "401 503", NULL, PASS, 0, NULL},
        {ALIKE, "503 503", NULL, PASS, 0, NULL},
        {ALIKE, "401 reset", NULL, OPEN, 1, "not all"},
        {ALIKE, "hung hung", NULL, OPEN, 0, NULL},
        {ALIKE, "401 unsent", NULL, OPEN, 1, "for a test"},
        {ALIKE, "401", NULL, OPEN, 1, "nothing was sent"},

        {SAME, "401 401", NULL, PASS, 0, NULL},
        {SAME, "401 400", NULL, FAIL, 1, "401 for"},
        {SAME, "reset reset", NULL, OPEN, 0, NULL},
        {SAME, "unsent 401", NULL, OPEN, 0, NULL},

        {NOT_ALL, "204 401", "204", PASS, 1, NULL},
        {NOT_ALL, "500 204", "204", PASS, 0, NULL},
        {NOT_ALL, "204 200", "204", FAIL, 1, "all of them were accepted"},
        {NOT_ALL, "204 reset", "204", OPEN, 1, NULL},
        {NOT_ALL, "403 403", "403", OPEN, 0, "matching genuine event"},
        {NOT_ALL, "204 unsent", "204", OPEN, 1, NULL},

        {IDLE, "204 204", NULL, PASS, 1, NULL},
        {IDLE, "204 unsent", NULL, OPEN, 1, NULL},
        {IDLE, "reset 204", NULL, OPEN, 1, NULL},
        {IDLE, "204 reset", NULL, OPEN, 1, "new connection"},
        {IDLE, "204", NULL, OPEN, 1, NULL},

        {AS_WELL, "204 204", NULL, PASS, 1, NULL},
        {AS_WELL, "204 400", NULL, FAIL, 1, NULL},
        {AS_WELL, "204 429", NULL, OPEN, 1, "limits the request rate"},
        {AS_WELL, "401 401", NULL, OPEN, 0, "sent normally"},
        {AS_WELL, "unsent unsent", NULL, OPEN, 0, "for a test"},
        {REFUSES, "204 401", NULL, PASS, 1, NULL},
        {REFUSES, "204 204", NULL, FAIL, 1, NULL},
        {REFUSES, "204 500", NULL, WARN, 1, "was not accepted"},
        {REFUSES, "204 505", NULL, PASS, 1, NULL},
        {REFUSES, "204 reset", NULL, WARN, 1, "was not accepted"},
        {REFUSES, "204 307", NULL, WARN, 1, "was not accepted"},
        {REFUSES, "403 403", NULL, OPEN, 0, "failed too"},
        {SURVIVES, "204 431", NULL, PASS, 1, NULL},
        {SURVIVES, "204 500", NULL, FAIL, 1, NULL},
        {SURVIVES, "204 reset", NULL, FAIL, 1, NULL},
    };
    check_rows(rows, ARRAY_LEN(rows));
}

Test(judge, a_refusal_counts_only_beside_an_accepted_twin, .init = set_up, .fini = tear_down)
{
    static const struct verdict_row rows[] = {
        {REFUSED, "401", "401", OPEN, 0, "the matching genuine event failed too (401"},
        {REFUSED, "401", "hung", OPEN, 0, "timed out"},
        {REFUSED, "401", NULL, OPEN, 0, "never sent"},
        {REFUSED, "500", "500", OPEN, 0, NULL},
        {REFUSED, "204", "401", FAIL, 0, NULL}, /* it got in, whatever the twin met */
        {REFUSED, "unsent", "unsent", OPEN, 0, "for a test"},
    };
    check_rows(rows, ARRAY_LEN(rows));
}

Test(judge, levels_and_tolerances_soften, .init = set_up, .fini = tear_down)
{
#define SOFT "'tolerate':{'status':'409','because':'known'},"
    static const struct verdict_row rows[] = {
        {"'level':'should'," ACCEPTED, "401", NULL, WARN, 0, NULL},
        {"'level':'may'," ACCEPTED, "401", NULL, VERDICT_INFO, 0, NULL},
        {"'level':'should'," REFUSED, "500", "204", WARN, 0, NULL},
        {"'level':'may'," REFUSED, "500", "204", VERDICT_INFO, 0, NULL},
        {"'level':'may'," ACCEPTED, "204", NULL, PASS, 0, NULL},
        {"'level':'should'," ACCEPTED, "unsent", NULL, OPEN, 0, NULL},
        {SOFT ACCEPTED, "409", NULL, WARN, 0, "known"},
        {SOFT ACCEPTED, "408", NULL, FAIL, 0, NULL},
        {SOFT ACCEPTED, "reset", NULL, FAIL, 0, NULL},
        {SOFT ACCEPTED, "204", NULL, PASS, 0, NULL},
        {SOFT "'level':'may'," ACCEPTED, "409", NULL, VERDICT_INFO, 0, NULL},
    };
    check_rows(rows, ARRAY_LEN(rows));
}

Test(judge, the_worst_finding_speaks, .init = set_up, .fini = tear_down)
{
#define THREE "'steps':[{'expect':{'accepted':true}},{'expect':{'refused':true}}]"
    static const struct verdict_row rows[] = {
        {THREE, "204 401", "204", PASS, 0, NULL},
        {THREE, "500 500", "204", FAIL, 0, NULL},
        {THREE, "204 500", "204", WARN, 1, NULL},
        {THREE, "unsent 500", "204", WARN, 1, NULL},
        {THREE, "unsent 204", "204", FAIL, 1, NULL},
        {THREE, "204 unsent", "204", OPEN, 1, NULL},
        {"'expect':{'status':'2xx','within':'1ms'}", "204", NULL, FAIL, 0, NULL},
    };
    check_rows(rows, ARRAY_LEN(rows));
}

/* --- what needs more than a status --- */

Test(judge, https_is_asked_of_public_hosts_only, .init = set_up, .fini = tear_down)
{
    static const struct {
        bool is_tls, is_private;
        enum verdict verdict;
    } rows[] = {
        {true, false, PASS}, {true, true, PASS}, {false, true, VERDICT_SKIP}, {false, false, FAIL}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite =
            suite_must_read(&library, "'deliver':{'times':0},'expect':{'https':true}");
        struct judged judged;
        judged_make(&judged, &suite->cases[0], "", NULL);
        judged.run.is_tls = rows[i].is_tls;
        judged.run.is_private = rows[i].is_private;
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "row %zu", i);
        judged_clear(&judged);
        suite_free(suite);
    }
}

Test(judge, says_what_a_case_needs, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *members;
        bool control, raw, waits;
    } rows[] = {
        {ACCEPTED, false, false, false},
        {REFUSED, true, false, false},
        {COMPLETE, false, true, false},
        {NOT_ALL, true, false, false},
        {IDLE, false, true, false},
        {"'exact':true," ACCEPTED, false, true, false},
        {"'one-connection':true," ACCEPTED, false, true, false},
        {TWO_STEPS "{'leaks-nothing':true}", false, false, true},
        {"'expect':{'not-processed':true}", true, false, true},
        {"'expect':{'processed':'once'}", false, false, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite = suite_must_read(&library, rows[i].members);
        const struct suite_case *one = &suite->cases[0];
        cr_expect_eq(judge_needs_control(one, 0), rows[i].control, "%s", rows[i].members);
        cr_expect_eq(judge_needs_raw(one), rows[i].raw, "%s", rows[i].members);
        cr_expect_eq(judge_waits_for_run(one), rows[i].waits, "%s", rows[i].members);
        cr_expect_eq(judge_needs_effect(one), strstr(rows[i].members, "processed") != NULL, "%s",
                     rows[i].members);
        suite_free(suite);
    }
}
