/* Percentiles, targets and deadlines, and what is counted at all. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "judge/expectation.h"

TestSuite(judge_check_timing, .timeout = 120);

#define COUNT_MAX 200

/* Answers that took `ms[i]`; `status` 0 = never sent, -1 = timed out. */
struct made {
    struct exchange exchanges[COUNT_MAX];
    const struct exchange *list[COUNT_MAX];
    const struct exchange *controls[COUNT_MAX];
    struct run_facts run;
    struct evidence evidence;
    struct case_result measured;
    struct finding finding;
};

static void begin(struct made *made)
{
    memset(made, 0, sizeof *made);
    made->run = (struct run_facts){.deadline_ns = 10 * NS_PER_S, .target_ns = NS_PER_S};
    made->evidence = (struct evidence){made->list, made->controls, 0, &made->run};
    made->finding.measured = &made->measured;
}

static struct exchange *add(struct made *made, int status, double ms)
{
    size_t i = made->evidence.count++;
    struct exchange *exchange = &made->exchanges[i];
    observation_init(&exchange->seen);
    exchange->seen.total_ns = (int64_t)(ms * NS_PER_MS);
    exchange->seen.status = status > 0 ? status : 0;
    exchange->seen.outcome = status > 0    ? OUTCOME_ANSWERED
                             : status == 0 ? OUTCOME_NOT_SENT
                                           : OUTCOME_TIMED_OUT;
    made->list[i] = exchange;
    return exchange;
}

static void check(struct made *made, const char *expectation)
{
    struct call call;
    struct error err = {0};
    cr_assert(call_parse(&call, &expectation_words, expectation, &err), "%s", err.message);
    expectation_of(&call)->check(&call, &made->evidence, &made->finding);
    call_clear(&call);
}

static double measure(const struct made *made, const char *name)
{
    for (size_t i = 0; i < made->measured.num_measures; i++)
        if (strcmp(made->measured.measures[i].name, name) == 0)
            return made->measured.measures[i].value;
    return -1;
}

static void end(struct made *made)
{
    case_result_clear(&made->measured);
    buf_clear(&made->finding.actual);
    buf_clear(&made->finding.reason);
}

static bool is_near(double a, double b)
{
    return fabs(a - b) < 0.0015;
}

/* 1, 2, ... 100 ms, by nearest rank. */
Test(judge_check_timing, takes_percentiles_by_nearest_rank)
{
    static struct made made;
    begin(&made);
    for (int i = 100; i >= 1; i--)
        (void)add(&made, 204, i);
    check(&made, "prompt");
    cr_expect_eq(made.finding.kind, FINDING_KEPT);
    cr_expect(is_near(measure(&made, "p50"), 50), "%f", measure(&made, "p50"));
    cr_expect(is_near(measure(&made, "p95"), 95), "%f", measure(&made, "p95"));
    cr_expect(is_near(measure(&made, "p99"), 99), "%f", measure(&made, "p99"));
    cr_expect(is_near(measure(&made, "slowest"), 100));
    cr_expect(is_near(measure(&made, "samples"), 100));
    end(&made);
}

Test(judge_check_timing, says_no_p99_of_fewer_than_a_hundred)
{
    static struct made made;
    begin(&made);
    for (int i = 1; i <= 99; i++)
        (void)add(&made, 204, i);
    check(&made, "prompt");
    cr_expect_eq(measure(&made, "p99"), -1);
    cr_expect_not_null(strstr(buf_text(&made.finding.actual), "99 responses"));
    cr_expect_not_null(strstr(buf_text(&made.finding.actual), "slowest"));
    end(&made);
}

/* With nineteen, the 95th of 100 would be the slowest by another name. */
Test(judge_check_timing, says_no_p95_of_fewer_than_twenty)
{
    static struct made made;
    static const size_t counts[] = {19, 20};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        begin(&made);
        for (size_t k = 1; k <= counts[i]; k++)
            (void)add(&made, 204, (double)k);
        check(&made, "prompt");
        const char *actual = buf_text(&made.finding.actual);
        bool has_p95 = measure(&made, "p95") >= 0;
        cr_expect_eq(has_p95, counts[i] == 20);
        cr_expect_eq(strstr(actual, "p95 1") != NULL, counts[i] == 20, "%s", actual);
        cr_expect_eq(strstr(actual, "too few for a p95") != NULL, counts[i] == 19, "%s", actual);
        cr_expect(is_near(measure(&made, "slowest"), (double)counts[i]));
        end(&made);
    }
}

Test(judge_check_timing, counts_what_a_rate_limit_turned_away)
{
    static struct made made;
    begin(&made);
    for (int i = 0; i < 20; i++)
        (void)add(&made, i % 4 ? 204 : 429, 5);
    (void)add(&made, 401, 5);
    check(&made, "prompt");
    cr_expect_eq(made.finding.kind, FINDING_KEPT);
    cr_expect(is_near(measure(&made, "rate-limited"), 5), "%f", measure(&made, "rate-limited"));
    cr_expect(is_near(measure(&made, "samples"), 15));
    end(&made);
}

struct verdict_row {
    const char *what;
    size_t num_quick;
    size_t num_slow; /* 1.5 s: above the target, within the deadline */
    size_t num_hung;
    size_t num_late; /* answered, but counted from the intended time after the deadline */
    size_t num_unsent;
    size_t num_refused;
    enum finding_kind kind;
};

static const struct verdict_row verdicts[] = {
    {"all quick", 20, 0, 0, 0, 0, 0, FINDING_KEPT},
    {"one of twenty slow is within 95 of 100", 19, 1, 0, 0, 0, 0, FINDING_KEPT},
    {"two of twenty slow", 18, 2, 0, 0, 0, 0, FINDING_TOLERATED},
    {"one answer, slow", 0, 1, 0, 0, 0, 0, FINDING_TOLERATED},
    {"one hung", 99, 0, 1, 0, 0, 0, FINDING_BROKEN},
    {"all hung", 0, 0, 3, 0, 0, 0, FINDING_BROKEN},
    {"one so late that its answer came after the deadline", 99, 0, 0, 1, 0, 0, FINDING_BROKEN},
    {"not sent does not count", 20, 0, 0, 0, 50, 0, FINDING_KEPT},
    {"refused does not count", 20, 0, 0, 0, 0, 5, FINDING_KEPT},
    {"nothing accepted", 0, 0, 0, 0, 0, 5, FINDING_UNDECIDED},
    {"nothing sent", 0, 0, 0, 0, 5, 0, FINDING_UNDECIDED},
    {"nothing at all", 0, 0, 0, 0, 0, 0, FINDING_UNDECIDED},
};

static void add_many(struct made *made, size_t count, int status, double ms)
{
    for (size_t i = 0; i < count; i++)
        (void)add(made, status, ms);
}

Test(judge_check_timing, judges_by_target_and_deadline)
{
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
        const struct verdict_row *row = &verdicts[i];
        static struct made made;
        begin(&made);
        add_many(&made, row->num_quick, 204, 10);
        add_many(&made, row->num_slow, 204, 1500);
        add_many(&made, row->num_hung, -1, 10000);
        for (size_t k = 0; k < row->num_late; k++)
            add(&made, 204, 10)->late_ns = 10 * NS_PER_S;
        add_many(&made, row->num_unsent, 0, 0);
        add_many(&made, row->num_refused, 401, 5);
        check(&made, "prompt");
        cr_expect_eq(made.finding.kind, row->kind, "%s: %d", row->what, (int)made.finding.kind);
        end(&made);
    }
}

Test(judge_check_timing, counts_from_the_intended_time)
{
    static struct made made;
    begin(&made);
    for (int i = 0; i < 10; i++)
        add(&made, 204, 10)->late_ns = i * 300 * NS_PER_MS;
    check(&made, "prompt");
    cr_expect_eq(made.finding.kind, FINDING_TOLERATED, "a stall that delays the sender shows");
    cr_expect(is_near(measure(&made, "slowest"), 2710), "%f", measure(&made, "slowest"));
    end(&made);
}

Test(judge_check_timing, times_refusals_when_asked)
{
    static struct made made;
    begin(&made);
    add_many(&made, 5, 401, 1500);
    add_many(&made, 5, 204, 1);
    check(&made, "prompt=refused");
    cr_expect_eq(made.finding.kind, FINDING_TOLERATED);
    cr_expect(is_near(measure(&made, "samples"), 5));
    end(&made);
}

Test(judge_check_timing, grades_by_what_senders_allow)
{
    static const struct {
        double ms;
        const char *grade;
    } grades[] = {
        {1000, "excellent"}, {1001, "good"}, {3000, "good"}, {5000, "slow"}, {9999, "poor"}};
    for (size_t i = 0; i < ARRAY_LEN(grades); i++) {
        static struct made made;
        begin(&made);
        (void)add(&made, 204, grades[i].ms);
        check(&made, "prompt");
        cr_expect_not_null(strstr(made.measured.measures[0].sentence, grades[i].grade), "%s",
                           made.measured.measures[0].sentence);
        end(&made);
    }
}

Test(judge_check_timing, tells_phases_apart)
{
    static struct made made;
    begin(&made);
    struct observation *seen = &add(&made, 204, 100)->seen;
    seen->dns_ns = 5 * NS_PER_MS;
    seen->connect_ns = 15 * NS_PER_MS;
    seen->tls_ns = 45 * NS_PER_MS;
    seen->sent_ns = 46 * NS_PER_MS;
    seen->first_byte_ns = 90 * NS_PER_MS;
    check(&made, "prompt");
    static const struct {
        const char *name;
        double ms;
    } phases[] = {{"dns", 5}, {"connect", 10}, {"tls", 30}, {"wait", 44}, {"transfer", 10}};
    for (size_t i = 0; i < ARRAY_LEN(phases); i++)
        cr_expect(is_near(measure(&made, phases[i].name), phases[i].ms), "%s: %f", phases[i].name,
                  measure(&made, phases[i].name));
    end(&made);
}

Test(judge_check_timing, finds_the_slope_over_size)
{
    static struct made made;
    static const size_t kib[] = {0, 512, 1024, 2048};
    begin(&made);
    for (size_t i = 0; i < ARRAY_LEN(kib); i++) {
        struct exchange *exchange = add(&made, 204, 3 + (double)kib[i] / 1024 * 20);
        exchange->request.body.len = kib[i] * 1024; /* only its length is looked at */
    }
    check(&made, "slope");
    cr_expect(is_near(measure(&made, "slope"), 20), "%f", measure(&made, "slope"));
    cr_expect_eq(made.finding.kind, FINDING_KEPT);
    end(&made);
}

Test(judge_check_timing, the_first_answer_of_the_run_is_the_earliest)
{
    static struct made made;
    begin(&made);
    add(&made, 204, 5)->seen.started_ns = 300;
    add(&made, 204, 1200)->seen.started_ns = 100;
    add(&made, 204, 5)->seen.started_ns = 200;
    made.run.all = made.list;
    made.run.num_all = made.evidence.count;
    check(&made, "first-prompt");
    cr_expect_eq(made.finding.kind, FINDING_TOLERATED);
    cr_expect(is_near(measure(&made, "first"), 1200));
    end(&made);
}

/* A type is slow if none of its events was quick: those of the usual type may wait behind others.
 * What is no plain event, a forgery or a large one, does not count. */
Test(judge_check_timing, a_type_is_slow_beside_the_others)
{
    static const struct {
        const char *label;
        double ticket_ms, again_ms, company_ms;
        enum finding_kind kind;
        const char *actual;
    } rows[] = {
        {"none", 5, 5, 5, FINDING_KEPT, "an event takes 5.0 ms"},
        {"one", 3000, 2500, 5, FINDING_BROKEN, "ticketing.ticket.push took 3.00 s; usually 5.0 ms"},
        {"two", 3000, 2500, 2100, FINDING_BROKEN,
         "ticketing.ticket.push took 3.00 s, and 1 more type as long; usually 5.0 ms"},
        {"once", 3000, 5, 5, FINDING_KEPT, "an event takes 5.0 ms"},
        {"below twice the target", 1900, 1900, 5, FINDING_KEPT, "an event takes 5.0 ms"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct made made;
        begin(&made);
        for (size_t k = 0; k < 6; k++)
            add(&made, 200, 5)->sent = mem_text("crm.contact.created");
        add(&made, 200, 9000)->sent = mem_text("crm.contact.created, 1048576 bytes of data");
        add(&made, 200, rows[i].ticket_ms)->sent = mem_text("ticketing.ticket.push");
        add(&made, 200, rows[i].again_ms)->sent = mem_text("ticketing.ticket.push");
        add(&made, 200, rows[i].company_ms)->sent = mem_text("crm.company.push");
        add(&made, 200, 9000)->sent = mem_text("crm.deal.push");
        for (size_t k = 0; k < made.evidence.count; k++)
            made.exchanges[k].genuine = k + 1 < made.evidence.count;
        made.run.all = made.list;
        made.run.num_all = made.evidence.count;
        check(&made, "every-type-prompt");
        cr_expect_eq(made.finding.kind, rows[i].kind, "%s", rows[i].label);
        cr_expect_str_eq(buf_text(&made.finding.actual), rows[i].actual);
        for (size_t k = 0; k < made.evidence.count; k++)
            free(made.exchanges[k].sent);
        end(&made);
    }
}
