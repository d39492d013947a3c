/*
 * What a run promises about itself: its budget of requests, its rate, and how it ends when it is
 * interrupted or the endpoint dies. The receiver's journal is the witness.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/started_program.h"
#include "tests/support/tries.h"

TestSuite(run_limits, .timeout = 120);

static struct started_program receiver;
static char journal[] = "/tmp/hookcheck-journal-XXXXXX";
static char report[] = "/tmp/hookcheck-limits-XXXXXX";

static void set_up(void)
{
    (void)close(mkstemp(journal));
    (void)close(mkstemp(report));
}

static void tear_down(void)
{
    (void)stop_program(&receiver);
    (void)unlink(journal);
    (void)unlink(report);
}

static void start(const char *fault)
{
    const char *const arguments[] = {"--journal", journal, fault ? "--fault" : NULL, fault, NULL};
    cr_assert(start_receiver(&receiver, arguments));
}

/* Requests that the receiver has seen until now. */
static size_t num_seen(void)
{
    struct buf text = {0};
    struct error err = {0};
    size_t count = 0;
    cr_assert(file_read(journal, 256 * 1024 * 1024, &text, &err), "%s", err.message);
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    buf_clear(&text);
    return count;
}

static json_t *read_report(void)
{
    json_error_t error;
    json_t *json = json_load_file(report, JSON_ALLOW_NUL, &error);
    cr_assert_not_null(json, "%s", error.text);
    return json;
}

/* The suites whose requests all arrive as requests: a held or broken one is in no journal. */
#define WHOLE_SUITES                                                                               \
    "--suite", "panora/delivery", "--suite", "panora/signature", "--suite", "panora/timing"

Test(run_limits, the_budget_is_kept_exactly, .init = set_up, .fini = tear_down)
{
    static const char *const budgets[] = {"1", "2", "7", "50", "133", "300"};
    NEED_HOOKCHECK();
    start(NULL);
    for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
        struct program_end end;
        size_t before = num_seen();
        RUN(&end, "run", receiver.url, "-q", "--max-requests", budgets[i], WHOLE_SUITES, "--quick");
        size_t budget = strtoul(budgets[i], NULL, 10);
        size_t seen = num_seen() - before;
        cr_expect_leq(seen, budget, "%zu requests with a budget of %zu", seen, budget);
        /* groups of five that go together do not begin what they cannot end */
        cr_expect_geq(seen + 4, budget, "%zu requests with a budget of %zu", seen, budget);
        cr_expect_neq(strstr(buf_text(&end.out), "--max-requests"), NULL, "%s", buf_text(&end.out));
        program_end_clear(&end);
    }
}

Test(run_limits, the_rate_is_kept, .init = set_up, .fini = tear_down)
{
    struct program_end end;
    NEED_HOOKCHECK();
    start(NULL);
    struct tries tries = {0};
    double rate = 0;
    while (tries_go_on(&tries)) {
        size_t before = num_seen();
        int64_t begun_ns = clock_monotonic_ns();
        RUN(&end, "run", receiver.url, "-q", "--rate", "50/s", "--suite", "panora/timing",
            "--quick");
        double seconds = (double)(clock_monotonic_ns() - begun_ns) / (double)NS_PER_S;
        size_t sent = num_seen() - before;
        rate = (double)(sent - 5) / seconds; /* the last group left together */
        cr_expect_leq(rate, 50.0, "%zu requests in %.2f s", sent, seconds);
        tries.ok = rate >= 25.0;
        program_end_clear(&end);
    }
    cr_expect(tries.ok, "%.1f requests a second: far slower than allowed", rate);
}

/* Starts `run` in the background, interrupts it once the receiver has seen `after` requests. */
static int interrupt_after(size_t after, int signal_number)
{
    char *report_argument = mem_format("json=%s", report);
    const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    /* The first line is all that start_program waits for: the run's own comes at its end. */
    const char *const argv[] = {"sh",
                                "-c",
                                "echo begun; exec \"$HOOKCHECK_BIN\" run \"$0\" -q --no-progress "
                                "--report \"$1\"",
                                receiver.url,
                                report_argument,
                                NULL};
    struct started_program run = {0};
    cr_assert(start_program(&run, argv, env));
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < 12000 && num_seen() < after; i++)
        (void)nanosleep(&pause, NULL);
    cr_assert_geq(num_seen(), after);
    (void)kill(run.pid, signal_number);
    int code = stop_program(&run);
    free(report_argument);
    return code;
}

Test(run_limits, an_interruption_ends_it_with_a_partial_report, .init = set_up, .fini = tear_down)
{
    NEED_HOOKCHECK();
    start("F05=200ms");
    int64_t begun_ns = clock_monotonic_ns();
    int code = interrupt_after(3, SIGINT);
    cr_expect_eq(code, 130, "ended with %d", code);
    cr_expect_lt(clock_monotonic_ns() - begun_ns, 40 * NS_PER_S, "at once, not at its end");
    json_t *json = read_report();
    const json_t *cases = json_object_get(json, "cases");
    const json_t *counts = json_object_get(json, "summary");
    cr_expect_gt(json_array_size(cases), 100, "every case is there");
    cr_expect_str_eq(json_string_value(json_object_get(counts, "verdict")), "undecided");
    const json_t *last = json_array_get(cases, json_array_size(cases) - 1);
    cr_expect_str_eq(json_string_value(json_object_get(last, "verdict")), "inconclusive");
    cr_expect_not_null(strstr(json_string_value(json_object_get(last, "reason")), "interrupted"));
    json_decref(json);
}

/* A receiver that dies of a forgery and is started again after 0.3 s. */
Test(run_limits, recovery_is_measured, .init = set_up, .fini = tear_down)
{
    struct program_end end;
    const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, "RESTART=300ms", NULL};
    const char *const argv[] = {"sh",
                                "harness/tests/run/fault_run.sh",
                                report,
                                "B11",
                                "--quick",
                                "--suite",
                                "http/robustness",
                                NULL};
    const struct program program = {.argv = argv, .env = env};
    NEED_HOOKCHECK();
    run_program(&program, &end);
    json_t *json = read_report();
    const json_t *one = json_array_get(json_object_get(json, "cases"), 0);
    const json_t *recovery = json_object_get(one, "recovery_ms");
    cr_expect_str_eq(json_string_value(json_object_get(one, "id")),
                     "http/robustness/abort-mid-body");
    cr_expect_str_eq(json_string_value(json_object_get(one, "verdict")), "fail");
    cr_expect(json_is_true(json_object_get(one, "canary_failed")));
    cr_expect(json_number_value(recovery) >= 250 && json_number_value(recovery) < 30000, "%f ms",
              json_number_value(recovery));
    const json_t *next = json_array_get(json_object_get(json, "cases"), 1);
    cr_expect_str_eq(json_string_value(json_object_get(next, "verdict")), "pass",
                     "the run goes on");
    json_decref(json);
    program_end_clear(&end);
}
