#include "run/experiment.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "tests/support/delivery.h"
#include "tests/support/started_program.h"

TestSuite(run_experiment, .timeout = 120);

static struct started_program receiver;
static struct target target;
static const struct engine_options options;
static const struct headers extra;

#define COUNT 6

static struct request requests[COUNT];
static struct observation seen[COUNT];

static void set_up(void)
{
    struct error err = {0};
    static const char *const arguments[] = {"--fault", "F05=30ms", NULL};
    cr_assert(start_receiver(&receiver, arguments));
    cr_assert(target_parse(&target, receiver.url, &err), "%s", err.message);
    for (size_t i = 0; i < COUNT; i++)
        requests[i] = delivery_request("{}");
}

static void tear_down(void)
{
    for (size_t i = 0; i < COUNT; i++) {
        request_clear(&requests[i]);
        observation_clear(&seen[i]);
    }
    target_clear(&target);
    (void)stop_program(&receiver);
}

static size_t run(const struct budget_limits *limits, struct experiment experiment)
{
    struct error err = {0};
    struct gate *gate = gate_new(limits, &target, &options, &err);
    cr_assert_not_null(gate, "%s", err.message);
    experiment.requests = requests;
    experiment.count = COUNT;
    size_t num_sent = experiment_run(gate, &extra, 10 * NS_PER_S, &experiment, seen);
    cr_expect_eq(gate_budget(gate)->num_sent, num_sent);
    gate_free(gate);
    return num_sent;
}

/* The most that were in flight at the same time. */
static size_t most_at_once(void)
{
    size_t most = 0;
    for (size_t i = 0; i < COUNT; i++) {
        size_t beside = 0;
        for (size_t k = 0; k < COUNT; k++)
            beside += seen[k].started_ns <= seen[i].started_ns &&
                      seen[i].started_ns < seen[k].started_ns + seen[k].total_ns;
        most = beside > most ? beside : most;
    }
    return most;
}

static const struct budget_limits no_limits;

Test(run_experiment, one_goes_after_another, .init = set_up, .fini = tear_down)
{
    cr_expect_eq(run(&no_limits, (struct experiment){0}), COUNT);
    cr_expect_eq(most_at_once(), 1);
    for (size_t i = 0; i < COUNT; i++)
        cr_expect_eq(seen[i].status, 400, "%d", seen[i].status);
}

Test(run_experiment, so_many_go_at_once, .init = set_up, .fini = tear_down)
{
    cr_expect_eq(run(&no_limits, (struct experiment){.at_once = 3}), COUNT);
    cr_expect_eq(most_at_once(), 3);
}

Test(run_experiment, groups_are_apart, .init = set_up, .fini = tear_down)
{
    const int64_t gap_ns = 50 * NS_PER_MS;
    cr_expect_eq(run(&no_limits, (struct experiment){.at_once = 2, .gap_ns = gap_ns}), COUNT);
    for (size_t i = 2; i < COUNT; i += 2)
        for (size_t k = i - 2; k < i; k++)
            cr_expect_geq(seen[i].started_ns, seen[k].started_ns + seen[k].total_ns + gap_ns / 2);
}

Test(run_experiment, one_connection_is_kept, .init = set_up, .fini = tear_down)
{
    cr_expect_eq(run(&no_limits, (struct experiment){.one_connection = true, .at_once = 3}), COUNT);
    cr_expect_not(seen[0].reused);
    for (size_t i = 1; i < COUNT; i++)
        cr_expect(seen[i].reused, "%zu", i);
}

Test(run_experiment, the_budget_of_requests_holds, .init = set_up, .fini = tear_down)
{
    const struct budget_limits limits = {.max_requests = 4};
    cr_expect_eq(run(&limits, (struct experiment){.at_once = 3}), 4);
    cr_expect_eq(seen[5].outcome, OUTCOME_NOT_SENT);
    cr_expect_not_null(strstr(seen[5].detail, "--max-requests"), "%s", seen[5].detail);
}

Test(run_experiment, the_rate_holds, .init = set_up, .fini = tear_down)
{
    const struct budget_limits limits = {.rate = 20};
    int64_t begun_ns = clock_monotonic_ns();
    cr_expect_eq(run(&limits, (struct experiment){.at_once = 3}), COUNT);
    cr_expect_geq(clock_monotonic_ns() - begun_ns, 150 * NS_PER_MS);
}

Test(run_experiment, an_interruption_ends_it, .init = set_up, .fini = tear_down)
{
    static const volatile sig_atomic_t interrupted = 1;
    const struct budget_limits limits = {.interrupted = &interrupted};
    cr_expect_eq(run(&limits, (struct experiment){.at_once = 3}), 0);
    cr_expect_not_null(strstr(seen[0].detail, "interrupted"), "%s", seen[0].detail);
}
