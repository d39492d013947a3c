/*
 * The gate from end to end: an endpoint counts what arrives. A loaded machine only makes a run
 * slower, so that these bounds hold whatever else goes on.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/running.h"

TestSuite(run_gate, .timeout = 120);

#define RATE 10

static struct started_program counting;

static void set_up(void)
{
    static const char *const argv[] = {"node", "harness/tests/run/counting.mjs", NULL};
    cr_assert(start_program(&counting, argv, NULL));
}

static void tear_down(void)
{
    (void)stop_program(&counting);
}

static json_t *counts(void)
{
    char *script = mem_format("fetch('%.*s/count').then((r) => r.text()).then(console.log)",
                              (int)(strlen(counting.url) - strlen("/hook")), counting.url);
    const char *const argv[] = {"node", "-e", script, NULL};
    const struct program program = {.argv = argv};
    struct program_end end;
    run_program(&program, &end);
    json_t *json = json_loads(buf_text(&end.out), 0, NULL);
    cr_assert_not_null(json, "%s", buf_text(&end.out));
    program_end_clear(&end);
    free(script);
    return json;
}

static json_int_t count_of(const json_t *all, const char *method)
{
    return json_integer_value(json_object_get(all, method));
}

Test(run_gate, the_rate_holds_for_events_waits_and_followed_redirects, .init = set_up,
     .fini = tear_down)
{
    struct program_end end;
    NEED_HOOKCHECK();
    int64_t begun_ns = clock_monotonic_ns();
    run_against(counting.url,
                ARGUMENTS("-q", "--rate", "10/s", "--wait", "5s", "--only",
                          "panora/signature/refuses-truncated*"),
                &end);
    double seconds = (double)(clock_monotonic_ns() - begun_ns) / (double)NS_PER_S;
    json_t *all = counts();
    json_int_t total = count_of(all, "POST") + count_of(all, "GET") + count_of(all, "HEAD");
    cr_expect_geq(count_of(all, "POST"), 3);
    cr_expect_geq(count_of(all, "GET"), 14, "redirects are followed");
    cr_expect_geq(count_of(all, "HEAD"), 1, "the first answer is waited for");
    cr_expect_leq((double)total, seconds * RATE + 1, "%lld requests in %.2f s", (long long)total,
                  seconds);
    json_decref(all);
    program_end_clear(&end);
}

Test(run_gate, the_number_holds_for_followed_redirects, .init = set_up, .fini = tear_down)
{
    struct program_end end;
    NEED_HOOKCHECK();
    run_against(
        counting.url,
        ARGUMENTS("-q", "--max-requests", "9", "--only", "panora/signature/refuses-truncated*"),
        &end);
    json_t *all = counts();
    json_int_t total = count_of(all, "POST") + count_of(all, "GET");
    cr_expect_gt(count_of(all, "GET"), 0);
    cr_expect_eq(total, 9, "%lld requests", (long long)total);
    json_decref(all);
    program_end_clear(&end);
}
