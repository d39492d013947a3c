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

TestSuite(judge, .timeout = 20);

static struct library library;

static void set_up(void)
{
    library_init(&library);
}

static void tear_down(void)
{
    library_clear(&library);
}

static struct suite *must_read(const char *members)
{
    struct error err = {0};
    struct suite *suite = suite_from_case(&library, members, &err);
    cr_assert(suite, "%s: %s", members, err.message);
    return suite;
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
        struct suite *suite = must_read(row->members);
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

        {ACCEPTED, "429", NULL, OPEN, 0, "limits the rate"},
        {"'deliver':{'times':3}," ACCEPTED, "204 429 204", NULL, OPEN, 1, "limits the rate"},
        {"'deliver':{'times':3}," ACCEPTED, "429 429 401", NULL, FAIL, 2, NULL},
        {"'expect':{'retry-after':true}", "204", NULL, PASS, 0, NULL},
        {"'expect':{'retry-after':true}", "500", NULL, PASS, 0, NULL},
        {"'expect':{'retry-after':true}", "429", NULL, WARN, 0, "no Retry-After"},

        {REFUSED, "401", "204", PASS, 0, ""},
        {REFUSED, "404", "204", PASS, 0, NULL},
        {REFUSED, "429", "204", PASS, 0, NULL},
        {REFUSED, "204", "204", FAIL, 0, NULL},
        {REFUSED, "302", "204", FAIL, 0, NULL},
        {REFUSED, "500", "204", WARN, 0, "something broke"},
        {REFUSED, "501", "204", WARN, 0, "something broke"},
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
        {ALIKE, "401 403", NULL, FAIL, 1, "differ in their status"},
        {ALIKE, "401 429", NULL, PASS, 0, NULL},
        {ALIKE, "401 reset", NULL, OPEN, 1, "not each"},
        {ALIKE, "hung hung", NULL, OPEN, 0, NULL},
        {ALIKE, "401 unsent", NULL, OPEN, 1, "for a test"},
        {ALIKE, "401", NULL, OPEN, 1, "nothing was sent"},

        {SAME, "401 401", NULL, PASS, 0, NULL},
        {SAME, "401 400", NULL, FAIL, 1, "401 for"},
        {SAME, "reset reset", NULL, OPEN, 0, NULL},
        {SAME, "unsent 401", NULL, OPEN, 0, NULL},

        {NOT_ALL, "204 401", "204", PASS, 1, NULL},
        {NOT_ALL, "500 204", "204", PASS, 0, NULL},
        {NOT_ALL, "204 200", "204", FAIL, 1, "each of them was accepted"},
        {NOT_ALL, "204 reset", "204", OPEN, 1, NULL},
        {NOT_ALL, "403 403", "403", OPEN, 0, "twin"},
        {NOT_ALL, "204 unsent", "204", OPEN, 1, NULL},

        {IDLE, "204 204", NULL, PASS, 1, NULL},
        {IDLE, "204 unsent", NULL, OPEN, 1, NULL},
        {IDLE, "reset 204", NULL, OPEN, 1, NULL},
        {IDLE, "204 reset", NULL, OPEN, 1, "fresh connection"},
        {IDLE, "204", NULL, OPEN, 1, NULL},

        {AS_WELL, "204 204", NULL, PASS, 1, NULL},
        {AS_WELL, "204 400", NULL, FAIL, 1, NULL},
        {AS_WELL, "204 429", NULL, OPEN, 1, "limits the rate"},
        {AS_WELL, "401 401", NULL, OPEN, 0, "plainly"},
        {SURVIVES, "204 431", NULL, PASS, 1, NULL},
        {SURVIVES, "204 500", NULL, FAIL, 1, NULL},
        {SURVIVES, "204 reset", NULL, FAIL, 1, NULL},
    };
    check_rows(rows, ARRAY_LEN(rows));
}

/* As Node does with a head that is too large: it answers, and closes with bytes left unread. */
Test(judge, a_4xx_that_a_reset_cut_off_is_a_refusal_of_what_is_too_large, .init = set_up,
     .fini = tear_down)
{
    static const struct {
        int status;
        enum verdict verdict;
    } rows[] = {{431, PASS}, {413, PASS}, {500, FAIL}, {204, FAIL}, {0, FAIL}};
    struct suite *suite = must_read(SURVIVES);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct judged judged;
        judged_make(&judged, &suite->cases[0], "204 reset", NULL);
        judged.exchanges[1].seen.status = rows[i].status;
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%d: %s", rows[i].status,
                     verdict_name(judged.result.verdict));
        judged_clear(&judged);
    }
    suite_free(suite);
}

Test(judge, a_429_with_retry_after_is_polite, .init = set_up, .fini = tear_down)
{
    struct suite *suite = must_read("'expect':{'retry-after':true}");
    struct judged judged;
    judged_make(&judged, &suite->cases[0], "429", NULL);
    headers_add(&judged.exchanges[0].seen.headers, "retry-after", "1");
    judged_judge(&judged, &suite->cases[0]);
    cr_expect_eq(judged.result.verdict, VERDICT_PASS, "%s", judged.result.reason);
    judged_clear(&judged);
    suite_free(suite);
}

Test(judge, a_refusal_counts_only_beside_an_accepted_twin, .init = set_up, .fini = tear_down)
{
    static const struct verdict_row rows[] = {
        {REFUSED, "401", "401", OPEN, 0, "its genuine twin was not accepted either (401"},
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

Test(judge, bodies_are_brief_and_plain, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *members, *body;
        enum verdict verdict;
    } rows[] = {
        {"'expect':{'brief':'4'}", "1234", PASS},
        {"'expect':{'brief':'4'}", "12345", FAIL},
        {"'expect':{'plain':true}", "", PASS},
        {"'expect':{'plain':true}", "ok", PASS},
        {"'expect':{'plain':true}", "{\"ok\":true}", FAIL},
        {"'expect':{'plain':true}", " \"ok\" ", FAIL},
        {"'expect':{'plain':true}", "12", FAIL},
        {"'expect':{'json':{'member':'/a/1','equals':{'b':null}}}", "{\"a\":[0,{\"b\":null}]}",
         PASS},
        {"'expect':{'json':{'member':'/a/1','equals':2}}", "{\"a\":[0,1]}", FAIL},
        {"'expect':{'json':{'member':'/a/x','equals':2}}", "{\"a\":[2,2]}", FAIL},
        {"'expect':{'json':{'member':'/b','equals':2}}", "{\"a\":1}", FAIL},
        {"'expect':{'json':{'member':'/b','equals':2}}", "nope", FAIL},
        {"'expect':{'json':{'member':'/b','equals':2}}", "", FAIL},
        {"'expect':{'json':{'member':'','equals':2}}", "2", PASS},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite = must_read(rows[i].members);
        struct judged judged;
        judged_make(&judged, &suite->cases[0], "200", NULL);
        (void)buf_add_text(&judged.exchanges[0].seen.body, rows[i].body);
        judged.exchanges[0].seen.body_len = strlen(rows[i].body);
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s for %s: %s", rows[i].members,
                     rows[i].body, judged.result.reason);
        judged_clear(&judged);
        suite_free(suite);
    }
}

Test(judge, going_on_once_is_enough, .init = set_up, .fini = tear_down)
{
    static const struct {
        bool first, second; /* waited in vain */
        const char *answers;
        enum verdict verdict;
    } rows[] = {
        {false, false, "204 204", PASS}, {true, false, "204 204", PASS},
        {false, true, "204 204", PASS},  {true, true, "204 204", FAIL},
        {true, false, "204 hung", FAIL}, {true, false, "204 unsent", FAIL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite = must_read("'deliver':{'times':2},'expect':{'continues':true}");
        struct judged judged;
        judged_make(&judged, &suite->cases[0], rows[i].answers, NULL);
        judged.exchanges[0].seen.waited_in_vain = rows[i].first;
        judged.exchanges[1].seen.waited_in_vain = rows[i].second;
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "row %zu: %s", i,
                     judged.result.reason);
        judged_clear(&judged);
        suite_free(suite);
    }
}

Test(judge, not_implemented_refuses_a_method, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *method, *answer;
        enum verdict verdict;
    } rows[] = {{"PATCH", "501", PASS}, {"PATCH", "500", WARN}, {"POST", "501", WARN}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite = must_read(REFUSED);
        struct judged judged;
        judged_make(&judged, &suite->cases[0], rows[i].answer, "204");
        judged.exchanges[0].request.method = mem_text(rows[i].method);
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s %s", rows[i].method,
                     rows[i].answer);
        judged_clear(&judged);
        suite_free(suite);
    }
}

Test(judge, refusals_look_alike_but_for_incidental_headers, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *name, *first, *second;
        enum verdict verdict;
    } rows[] = {
        {"Date", "a", "b", PASS},
        {"X-Request-Id", "a", "b", PASS},
        {"X-RateLimit-Left", "9", "8", PASS},
        {"Content-Type", "text/plain", "text/html", FAIL},
        {"X-Debug", "length", "digest", FAIL},
        {"X-Debug", "same", "same", PASS},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite = must_read(ALIKE);
        struct judged judged;
        judged_make(&judged, &suite->cases[0], "401 401", NULL);
        headers_add(&judged.exchanges[0].seen.headers, rows[i].name, rows[i].first);
        headers_add(&judged.exchanges[1].seen.headers, rows[i].name, rows[i].second);
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s: %s", rows[i].name,
                     judged.result.reason);
        (void)buf_add_text(&judged.exchanges[1].seen.body, "another body");
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, FAIL, "bodies count");
        judged_clear(&judged);
        suite_free(suite);
    }
}

Test(judge, idle_connections_are_closed_in_an_orderly_way, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *what, *answers;
        bool reused, keep_alive, was_reset;
        int64_t closed_ns;
        enum verdict verdict;
        const char *measured;
    } rows[] = {
        {"used again", "204 204", true, true, false, -1, PASS, "open for at least 4.50 s"},
        {"reset on use", "204 reset", true, true, false, -1, FAIL, ""},
        {"empty on use", "204 closed", true, true, false, -1, FAIL, ""},
        {"silent on use", "204 hung", true, true, false, -1, FAIL, ""},
        {"reset while idle", "204 204", false, true, true, NS_PER_S / 2, FAIL, "after 500 ms"},
        {"closed at once", "204 204", false, true, false, NS_PER_S / 2, WARN, "after 500 ms"},
        {"closed later", "204 204", false, true, false, 2 * NS_PER_S, PASS, "after 2.00 s"},
        {"closed as announced", "204 204", false, false, false, 0, PASS, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite = must_read(IDLE);
        struct judged judged;
        judged_make(&judged, &suite->cases[0], rows[i].answers, NULL);
        judged.exchanges[1].seen.reused = rows[i].reused;
        judged.exchanges[0].seen.keep_alive = rows[i].keep_alive;
        judged.exchanges[0].seen.idle_was_reset = rows[i].was_reset;
        judged.exchanges[0].seen.idle_closed_ns = rows[i].closed_ns;
        judged.exchanges[1].seen.started_ns = judged.exchanges[0].seen.total_ns + 9 * NS_PER_S / 2;
        judged_judge(&judged, &suite->cases[0]);
        const char *measured = judged.result.num_measures ? judged.result.measures[0].sentence : "";
        cr_expect(*rows[i].measured ? strstr(measured, rows[i].measured) != NULL : !*measured,
                  "%s: \"%s\"", rows[i].what, measured);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s: %s", rows[i].what,
                     judged.result.reason);
        judged_clear(&judged);
        suite_free(suite);
    }
}

Test(judge, https_is_asked_of_public_hosts_only, .init = set_up, .fini = tear_down)
{
    static const struct {
        bool is_tls, is_private;
        enum verdict verdict;
    } rows[] = {
        {true, false, PASS}, {true, true, PASS}, {false, true, VERDICT_SKIP}, {false, false, FAIL}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite = must_read("'deliver':{'times':0},'expect':{'https':true}");
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
        struct suite *suite = must_read(rows[i].members);
        const struct suite_case *one = &suite->cases[0];
        cr_expect_eq(judge_needs_control(one, 0), rows[i].control, "%s", rows[i].members);
        cr_expect_eq(judge_needs_raw(one), rows[i].raw, "%s", rows[i].members);
        cr_expect_eq(judge_waits_for_run(one), rows[i].waits, "%s", rows[i].members);
        cr_expect_eq(judge_needs_effect(one), strstr(rows[i].members, "processed") != NULL, "%s",
                     rows[i].members);
        suite_free(suite);
    }
}

/* Who refuses before everything is read closes with a reset, which may overtake the answer; to a
 * head that no server has to read to its end, all of it. */
Test(judge, a_reset_behind_a_refusal_or_a_huge_head_is_no_failure, .init = set_up,
     .fini = tear_down)
{
    static const struct {
        const char *answer;
        int status; /* of what came of the answer */
        size_t head;
        enum verdict verdict;
    } rows[] = {
        {"reset", 431, 65536, PASS}, {"cut", 400, 65536, PASS},  {"reset", 431, 100, PASS},
        {"reset", 0, 65536, WARN},   {"closed", 0, 65536, WARN}, {"closed", 0, 100, FAIL},
        {"reset", 500, 65536, WARN}, {"hung", 0, 65536, FAIL},   {"401", 401, 65536, PASS},
        {"unsent", 0, 65536, OPEN},
    };
    struct suite *suite = must_read(TWO_STEPS "{'survives-as-well':true}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct judged judged;
        char *answers = mem_format("204 %s", rows[i].answer);
        char *padding = mem_alloc(rows[i].head + 1);
        memset(padding, 'x', rows[i].head);
        padding[rows[i].head] = '\0';
        judged_make(&judged, &suite->cases[0], answers, NULL);
        judged.exchanges[1].seen.status = rows[i].status;
        headers_add(&judged.exchanges[1].request.headers, "X-Padding", padding);
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s %d behind %zu bytes: %s",
                     rows[i].answer, rows[i].status, rows[i].head,
                     verdict_name(judged.result.verdict));
        judged_clear(&judged);
        free(padding);
        free(answers);
    }
    suite_free(suite);
}
