/* What is sent is composed before, and stays as it is whatever a run does with its copy. */
#include "run/plan.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "run/testcase.h"
#include "tests/support/suite_text.h"

TestSuite(run_plan, .timeout = 20);

static struct library library;
static struct suite *suite;
static struct target target;
static struct secret secret;
static struct engine_options engine;
static struct headers own_headers;
static struct run_options options;

static void set_up(void)
{
    struct error err = {0};
    library_init(&library);
    secret_set(&secret, bytes_of("whsec_of_a_test"));
    cr_assert(target_parse(&target, "http://127.0.0.1:1/", &err), "%s", err.message);
    suite =
        suite_from_text(&library,
                        "{'suite':'my/suite','about':'a','cases':["
                        "{'id':'one','title':'t','level':'must','wire':[{'op':'no-signature'}],"
                        "'expect':{'refused':true}},"
                        "{'id':'two','title':'t','level':'must','wire':[{'op':'empty-signature'}],"
                        "'expect':{'refused':true}},"
                        "{'id':'large','title':'t','level':'must','event':{'size':'1MiB'},"
                        "'expect':{'accepted':true}}]}",
                        &err);
    cr_assert(suite, "%s", err.message);
    headers_add(&own_headers, "X-Own", "value");
    options = (struct run_options){.target = &target,
                                   .engine = &engine,
                                   .extra_headers = &own_headers,
                                   .catalogue = library.catalogue,
                                   .secret = &secret,
                                   .suites = &suite,
                                   .num_suites = 1,
                                   .level = LEVEL_MAY,
                                   .seed = 7,
                                   .concurrency = 4,
                                   .max_time_ns = 60 * NS_PER_S};
}

static void tear_down(void)
{
    suite_free(suite);
    target_clear(&target);
    secret_clear(&secret);
    headers_clear(&own_headers);
    library_clear(&library);
}

static struct plan *make(void)
{
    struct error err = {0};
    struct plan *plan = plan_make(&options, &err);
    cr_assert(plan, "%s", err.message);
    return plan;
}

Test(run_plan, forgeries_of_one_kind_share_a_control, .init = set_up, .fini = tear_down)
{
    struct plan *plan = make();
    cr_assert_eq(plan->num_cases, 3);
    cr_assert_eq(plan->num_controls, 1);
    cr_expect_eq(plan->num_requests, 4);
    cr_expect_eq(plan->cases[0].requests[0].control, 0);
    cr_expect_eq(plan->cases[1].requests[0].control, 0);
    cr_expect_eq(plan->cases[2].requests[0].control, NO_CONTROL);
    cr_expect(plan->controls[0].requests[0].exchange.genuine);
    cr_expect_str_eq(headers_find(&plan->cases[0].requests[0].exchange.request.headers, "X-Own"),
                     "value");
    plan_free(plan);
}

Test(run_plan, a_run_leaves_it_as_it_is, .init = set_up, .fini = tear_down)
{
    struct plan *plan = make();
    struct progress progress;
    struct buf before = {0};
    struct buf after = {0};
    plan_list(plan, &before);
    progress_init(&progress, plan);
    cr_assert_eq(progress.num_cases, 3);
    for (size_t i = 0; i < progress.num_cases; i++) {
        struct testcase *test = &progress.cases[i];
        cr_expect_eq(test->state, CASE_WAITING);
        cr_expect_eq(test->shots[0].owner, test);
        cr_expect_str_eq(test->exchanges[0].sent, plan->cases[i].requests[0].exchange.sent);
        buf_reset(&test->exchanges[0].request.body);
        test->exchanges[0].seen.outcome = OUTCOME_ANSWERED;
        testcase_reset(test);
    }
    progress_clear(&progress);
    plan_list(plan, &after);
    cr_expect_str_eq(buf_text(&after), buf_text(&before));
    cr_expect_not_null(strstr(buf_text(&after), "1048576 bytes of data"), "%s", buf_text(&after));
    cr_expect_eq(plan->cases[0].requests[0].exchange.seen.outcome, OUTCOME_NOT_SENT);
    buf_clear(&before);
    buf_clear(&after);
    plan_free(plan);
}

Test(run_plan, a_seed_alone_says_what_is_sent, .init = set_up, .fini = tear_down)
{
    struct plan *first = make();
    struct plan *second = make();
    for (size_t i = 0; i < first->num_cases; i++)
        cr_expect(bytes_equal(buf_bytes(&first->cases[i].requests[0].exchange.request.body),
                              buf_bytes(&second->cases[i].requests[0].exchange.request.body)));
    plan_free(first);
    plan_free(second);
}
