/* What the user's command says becomes a verdict, and only where nothing else explains it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/judging.h"
#include "tests/support/suite_text.h"

TestSuite(judge_check_effect, .timeout = 120);

static struct library library;

static void set_up(void)
{
    library_init(&library);
}

static void tear_down(void)
{
    library_clear(&library);
}

#define ONCE      "'steps':[{},{'event':{'again':1}}],'expect':{'processed':'once'}"
#define MUST_ONCE "'level':'must'," ONCE
#define AT_LEAST  "'expect':{'processed':'at-least-once'}"
#define NOT       "'wire':[{'op':'no-signature'}],'expect':{'not-processed':true}"

#define UNKNOWN  (-1)
#define UNASKED  (-2)
#define SAME_ID  1 /* a genuine event with the id of the first */
#define REPEATED 2
#define DIED     4

struct row {
    const char *members;
    const char *answers;
    int times; /* or UNKNOWN, UNASKED: for each of the exchanges */
    const char *control;
    int control_times;
    int flags;
    enum verdict verdict;
    const char *words; /* in reason or actual */
};

static const struct row rows[] = {
    {ONCE, "204 204", 1, NULL, 0, 0, VERDICT_PASS, ""},
    {ONCE, "204 204", 2, NULL, 0, 0, VERDICT_FAIL, "processed twice"},
    {ONCE, "204 204", 20, NULL, 0, 0, VERDICT_FAIL, "processed 20 times"},
    {ONCE, "204 204", 0, NULL, 0, 0, VERDICT_FAIL, "not processed within 5.00 s"},
    {ONCE, "204 409", 1, NULL, 0, 0, VERDICT_PASS, ""},
    {ONCE, "204 reset", 1, NULL, 0, 0, VERDICT_PASS, ""},
    {ONCE, "204 204", 2, NULL, 0, REPEATED, VERDICT_INCONCLUSIVE, "died"},
    {ONCE, "204 204", 2, NULL, 0, DIED, VERDICT_INCONCLUSIVE, "died"},
    {ONCE, "204 204", 0, NULL, 0, DIED, VERDICT_INCONCLUSIVE, "died"},
    {ONCE, "204 204", 1, NULL, 0, DIED, VERDICT_PASS, ""},
    {ONCE, "204 204", UNKNOWN, NULL, 0, 0, VERDICT_INCONCLUSIVE, "for a test"},
    {ONCE, "204 204", UNASKED, NULL, 0, 0, VERDICT_INCONCLUSIVE, "not asked"},
    {ONCE, "204 unsent", 1, NULL, 0, 0, VERDICT_INCONCLUSIVE, "not sent"},
    {ONCE, "401 401", 0, NULL, 0, 0, VERDICT_INCONCLUSIVE, "not accepted"},
    {ONCE, "401 401", 2, NULL, 0, 0, VERDICT_FAIL, "processed twice"},
    {AT_LEAST, "204", 1, NULL, 0, 0, VERDICT_PASS, ""},
    {AT_LEAST, "204", 2, NULL, 0, 0, VERDICT_PASS, ""},
    {AT_LEAST, "204", 0, NULL, 0, 0, VERDICT_FAIL, "not processed"},
    {AT_LEAST, "401", 0, NULL, 0, 0, VERDICT_INCONCLUSIVE, "not accepted"},
    {AT_LEAST, "refused", 0, NULL, 0, 0, VERDICT_INCONCLUSIVE, ""},
    {NOT, "401", 0, "204", 1, 0, VERDICT_PASS, ""},
    {NOT, "204", 0, "204", 1, 0, VERDICT_PASS, ""},
    {NOT, "reset", 0, "204", 1, 0, VERDICT_PASS, ""},
    {NOT, "401", 1, "204", 1, 0, VERDICT_FAIL, "401 in 5.0 ms; processed once"},
    {NOT, "204", 1, "204", 1, 0, VERDICT_FAIL, "204 in 5.0 ms; processed once"},
    {NOT, "401", 1, "401", 0, 0, VERDICT_FAIL, "processed once"},
    {NOT, "401", 1, "204", 1, SAME_ID, VERDICT_INCONCLUSIVE, "same id_event"},
    {NOT, "401", 0, "204", 0, 0, VERDICT_INCONCLUSIVE, "not processed either"},
    {NOT, "401", 0, "204", UNKNOWN, 0, VERDICT_INCONCLUSIVE, "for a test"},
    {NOT, "401", 0, "401", 0, 0, VERDICT_INCONCLUSIVE, "genuine event failed too"},
    {NOT, "401", UNKNOWN, "204", 1, 0, VERDICT_INCONCLUSIVE, "for a test"},
    {NOT, "unsent", UNASKED, "204", 1, 0, VERDICT_INCONCLUSIVE, "not sent"},
};

static void say(struct exchange *exchange, int times)
{
    exchange->processed = (struct processed){.state = PROCESSED_TIMES, .times = times};
    if (times == UNASKED)
        exchange->processed = (struct processed){.state = PROCESSED_UNASKED};
    if (times == UNKNOWN)
        exchange->processed = (struct processed){.state = PROCESSED_UNKNOWN, .why = "for a test"};
}

static void judge_row(const struct row *row, struct judged *judged)
{
    struct error err = {0};
    struct suite *suite = suite_from_case(&library, row->members, &err);
    cr_assert(suite, "%s: %s", row->members, err.message);
    judged_make(judged, &suite->cases[0], row->answers, row->control);
    char first[] = "one";
    char other[] = "two";
    for (size_t i = 0; i < judged->count; i++) {
        say(&judged->exchanges[i], row->times);
        judged->exchanges[i].id_event = first;
        judged->exchanges[i].repeated = row->flags & REPEATED;
    }
    say(&judged->control, row->control_times);
    judged->control.genuine = true;
    judged->control.id_event = row->flags & SAME_ID ? first : other;
    judged->pointers[judged->count] = &judged->control;
    judged->run.num_all = judged->count + 1;
    judged->run.effect_wait_ns = 5 * NS_PER_S;
    judged->run.died = row->flags & DIED;
    judged_judge(judged, &suite->cases[0]);
    suite_free(suite);
}

Test(judge_check_effect, every_row, .init = set_up, .fini = tear_down)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct judged judged;
        judge_row(&rows[i], &judged);
        const struct case_result *result = &judged.result;
        cr_expect_eq(result->verdict, rows[i].verdict, "row %zu: %s, %s, %s", i,
                     verdict_name(result->verdict), result->actual, result->reason);
        cr_expect(strstr(result->actual, rows[i].words) || strstr(result->reason, rows[i].words),
                  "row %zu: %s; %s", i, result->actual, result->reason);
        judged_clear(&judged);
    }
}
