/* Single expectations that look at more of an answer than its status. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/judging.h"
#include "tests/support/suite_text.h"

TestSuite(judge_check_answer, .timeout = 120);

static struct library library;

static void set_up(void)
{
    library_init(&library);
}

static void tear_down(void)
{
    library_clear(&library);
}

#define PASS VERDICT_PASS
#define WARN VERDICT_WARN
#define FAIL VERDICT_FAIL
#define OPEN VERDICT_INCONCLUSIVE

#define TWO_STEPS "'steps':[{},{}],'expect':"

Test(judge_check_answer, a_429_with_retry_after_is_polite, .init = set_up, .fini = tear_down)
{
    struct suite *suite = suite_must_read(&library, "'expect':{'retry-after':true}");
    struct judged judged;
    judged_make(&judged, &suite->cases[0], "429", NULL);
    headers_add(&judged.exchanges[0].seen.headers, "retry-after", "1");
    judged_judge(&judged, &suite->cases[0]);
    cr_expect_eq(judged.result.verdict, VERDICT_PASS, "%s", judged.result.reason);
    judged_clear(&judged);
    suite_free(suite);
}

Test(judge_check_answer, bodies_are_brief_and_plain, .init = set_up, .fini = tear_down)
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
        struct suite *suite = suite_must_read(&library, rows[i].members);
        struct judged judged;
        judged_make(&judged, &suite->cases[0], "200", NULL);
        buf_add_text(&judged.exchanges[0].seen.body, rows[i].body);
        judged.exchanges[0].seen.body_len = strlen(rows[i].body);
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s for %s: %s", rows[i].members,
                     rows[i].body, judged.result.reason);
        judged_clear(&judged);
        suite_free(suite);
    }
}

Test(judge_check_answer, going_on_once_is_enough, .init = set_up, .fini = tear_down)
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
        struct suite *suite =
            suite_must_read(&library, "'deliver':{'times':2},'expect':{'continues':true}");
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

Test(judge_check_answer, not_implemented_refuses_a_method, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *method, *answer;
        enum verdict verdict;
    } rows[] = {{"PATCH", "501", PASS}, {"PATCH", "500", WARN}, {"POST", "501", WARN}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct suite *suite = suite_must_read(&library, "'expect':{'refused':true}");
        struct judged judged;
        judged_make(&judged, &suite->cases[0], rows[i].answer, "204");
        free(judged.exchanges[0].request.method);
        judged.exchanges[0].request.method = mem_text(rows[i].method);
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s %s", rows[i].method,
                     rows[i].answer);
        judged_clear(&judged);
        suite_free(suite);
    }
}

Test(judge_check_answer, refusals_look_alike_but_for_incidental_headers, .init = set_up,
     .fini = tear_down)
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
        struct suite *suite = suite_must_read(&library, TWO_STEPS "{'alike':true}");
        struct judged judged;
        judged_make(&judged, &suite->cases[0], "401 401", NULL);
        headers_add(&judged.exchanges[0].seen.headers, rows[i].name, rows[i].first);
        headers_add(&judged.exchanges[1].seen.headers, rows[i].name, rows[i].second);
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s: %s", rows[i].name,
                     judged.result.reason);
        buf_add_text(&judged.exchanges[1].seen.body, "another body");
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, FAIL, "bodies count");
        judged_clear(&judged);
        suite_free(suite);
    }
}

/* Genuine events, forgeries, genuine events: what they were answered, and the verdict. */
struct siege_row {
    const char *answers;
    enum verdict verdict;
};

static void expect_sieges(const char *steps, const struct siege_row *rows, size_t count)
{
    struct suite *suite = suite_must_read(&library, steps);
    for (size_t i = 0; i < count; i++) {
        struct judged judged;
        judged_make(&judged, &suite->cases[0], rows[i].answers, NULL);
        for (size_t k = 0; k < judged.count; k++)
            judged.exchanges[k].genuine = judged.steps[k] % 2 == 0; /* forgeries in between */
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s: %s", rows[i].answers,
                     judged.result.reason);
        judged_clear(&judged);
    }
    suite_free(suite);
}

Test(judge_check_answer, forgeries_lock_out_only_who_was_let_in_before, .init = set_up,
     .fini = tear_down)
{
    static const struct siege_row rows[] = {
        {"204 204 401 401 204 204", PASS},       {"204 204 401 401 429 429", FAIL},
        {"204 204 401 429 403 503", FAIL},       {"204 204 401 429 429 204", PASS},
        {"204 429 429 429 429 429", OPEN},       {"401 204 401 401 429 429", OPEN},
        {"204 unsent 401 unsent 429 429", FAIL}, {"204 204 unsent unsent 204 204", OPEN},
        {"unsent unsent 401 401 429 429", OPEN}, {"204 204 401 401 unsent unsent", OPEN},
        {"204 204 401 401 reset refused", OPEN}, {"204 429 401 429 429 204", PASS},
    };
    expect_sieges("'steps':[{'deliver':{'times':2}},"
                  "{'sign':[{'op':'wrong-secret'}],'deliver':{'times':2}},"
                  "{'deliver':{'times':2}}],'expect':{'not-locked-out':true}",
                  rows, ARRAY_LEN(rows));
}

Test(judge_check_answer, who_recovers_is_besieged_once_more, .init = set_up, .fini = tear_down)
{
    static const struct siege_row rows[] = {
        {"204 401 204 401 204", PASS},
        {"204 401 204 401 429", FAIL},
        {"204 429 429 401 204", PASS},
        {"204 401 429 401 unsent", OPEN},
    };
    expect_sieges("'steps':[{},{'sign':[{'op':'wrong-secret'}]},{},"
                  "{'sign':[{'op':'wrong-secret'}]},{}],'expect':{'not-locked-out':true}",
                  rows, ARRAY_LEN(rows));
}

#define TWELVE "204 204 204 204 500 204 204 204 204 204 204 204 "

/* Some of them fail by chance, before and after. */
Test(judge_check_answer, who_fails_now_and_then_is_locked_out_by_what_failed_none_before,
     .init = set_up, .fini = tear_down)
{
    static const struct siege_row rows[] = {
        {TWELVE "401 429 429", FAIL}, {TWELVE "401 500 429", FAIL}, {TWELVE "401 500 500", OPEN},
        {TWELVE "401 204 204", PASS}, {TWELVE "401 429 204", PASS},
    };
    expect_sieges("'steps':[{'deliver':{'times':12}},{'sign':[{'op':'wrong-secret'}]},"
                  "{'deliver':{'times':2}}],'expect':{'not-locked-out':true}",
                  rows, ARRAY_LEN(rows));
}

Test(judge_check_answer, what_a_server_does_to_any_large_head_says_nothing, .init = set_up,
     .fini = tear_down)
{
    static const struct {
        const char *answers; /* a usual event, a harmless one as large, a forgery as large */
        enum verdict verdict;
    } rows[] = {
        {"204 204 401", PASS},   {"204 204 204", FAIL},         {"204 204 500", WARN},
        {"204 204 reset", FAIL}, {"204 431 431", VERDICT_SKIP}, {"204 reset reset", VERDICT_SKIP},
        {"401 401 401", OPEN},   {"204 unsent 401", OPEN},      {"204 204 unsent", OPEN},
    };
    struct suite *suite =
        suite_must_read(&library, "'steps':[{},{},{}],'expect':{'refused-for-itself':true}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct judged judged;
        judged_make(&judged, &suite->cases[0], rows[i].answers, NULL);
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%s: %s", rows[i].answers,
                     verdict_name(judged.result.verdict));
        judged_clear(&judged);
    }
    suite_free(suite);
}

/* It closed with bytes unread, which overtakes the end of the refusal. */
Test(judge_check_answer, a_refusal_of_a_large_head_may_be_cut_off, .init = set_up,
     .fini = tear_down)
{
    static const struct {
        size_t len; /* of a header's value */
        int status; /* of what was cut off; 0 = nothing came */
        bool is_tls;
        enum verdict verdict;
    } rows[] = {
        {40000, 431, true, PASS}, {40000, 431, false, PASS}, {40000, 500, true, FAIL},
        {40000, 200, true, FAIL}, {40000, 0, true, PASS},    {40000, 0, false, FAIL},
        {40, 431, true, FAIL},
    };
    struct suite *suite = suite_must_read(&library, "'expect':{'survived':true}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct judged judged;
        judged_make(&judged, &suite->cases[0], "reset", NULL);
        char *value = mem_alloc(rows[i].len + 1);
        memset(value, 'x', rows[i].len);
        headers_add(&judged.exchanges[0].request.headers, "X-Long", value);
        judged.exchanges[0].seen.status = rows[i].status;
        judged.run.is_tls = rows[i].is_tls;
        judged_judge(&judged, &suite->cases[0]);
        cr_expect_eq(judged.result.verdict, rows[i].verdict, "%zu: %s", i, judged.result.reason);
        judged_clear(&judged);
        free(value);
    }
    suite_free(suite);
}

Test(judge_check_answer, idle_connections_are_closed_in_an_orderly_way, .init = set_up,
     .fini = tear_down)
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
        struct suite *suite = suite_must_read(&library, TWO_STEPS "{'survives-idle':true}");
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

static enum verdict verdict_of(const struct suite *suite, const char *answers)
{
    struct judged judged;
    judged_make(&judged, &suite->cases[0], answers, NULL);
    judged_judge(&judged, &suite->cases[0]);
    enum verdict verdict = judged.result.verdict;
    judged_clear(&judged);
    return verdict;
}

/* What only who has the secret can send may end in an exception, but in nothing worse. */
Test(judge_check_answer, an_exception_is_outlived_but_a_hang_is_not, .init = set_up,
     .fini = tear_down)
{
    static const struct {
        const char *answer;
        enum verdict outlives;
        enum verdict survives;
    } rows[] = {{"500", PASS, FAIL},    {"401", PASS, PASS},  {"204", PASS, PASS},
                {"closed", FAIL, FAIL}, {"hung", FAIL, FAIL}, {"unsent", OPEN, OPEN}};
    struct suite *outlives = suite_must_read(&library, TWO_STEPS "{'outlives-as-well':true}");
    struct suite *survives = suite_must_read(&library, TWO_STEPS "{'survives-as-well':true}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *answers = mem_format("204 %s", rows[i].answer);
        cr_expect_eq(verdict_of(outlives, answers), rows[i].outlives, "%s", rows[i].answer);
        cr_expect_eq(verdict_of(survives, answers), rows[i].survives, "%s", rows[i].answer);
        free(answers);
    }
    suite_free(outlives);
    suite_free(survives);
}

/* Who refuses before everything is read closes with a reset, which may overtake the answer; to a
 * head that no server has to read to its end, all of it. */
Test(judge_check_answer, a_reset_behind_a_refusal_or_a_huge_head_is_no_failure, .init = set_up,
     .fini = tear_down)
{
    static const struct {
        const char *answer;
        int status; /* of what came of the answer */
        size_t head;
        enum verdict verdict;
    } rows[] = {
        {"reset", 431, 65536, PASS}, {"cut", 400, 65536, PASS},  {"reset", 431, 100, PASS},
        {"reset", 0, 65536, PASS},   {"closed", 0, 65536, PASS}, {"closed", 0, 100, FAIL},
        {"reset", 500, 65536, WARN}, {"hung", 0, 65536, FAIL},   {"401", 401, 65536, PASS},
        {"unsent", 0, 65536, OPEN},
    };
    struct suite *suite = suite_must_read(&library, TWO_STEPS "{'survives-as-well':true}");
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
