/* What is sent is composed before, and stays as it is whatever a run does with its copy. */
#include "run/plan.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "run/testcase.h"
#include "tests/support/suite_text.h"

TestSuite(run_plan, .timeout = 120);

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

static size_t num_forged(const struct planned *planned)
{
    size_t count = 0;
    for (size_t i = 0; i < planned->count; i++)
        count += !planned->requests[i].exchange.genuine;
    return count;
}

/* Whoever counts forgeries keeps genuine events out from then on, so what asks for that comes
 * first: it waits for nothing, which would put it off, and stands before the others. */
Test(run_plan, what_forgeries_do_to_genuine_events_is_asked_before_many_were_sent, .init = set_up,
     .fini = tear_down)
{
    static const char id[] = "panora/delivery/forgeries-do-not-lock-out";
    struct error err = {0};
    cr_assert(library_load_suites(&library, NULL, 0, &err), "%s", err.message);
    options.suites = library.suites;
    options.num_suites = library.num_suites;
    struct plan *plan = make();
    const struct planned *first = NULL;
    for (size_t i = 0; i < plan->num_cases && !first; i++)
        if (plan->cases[i].one->alone && num_forged(&plan->cases[i]) >= 50)
            first = &plan->cases[i];
    cr_assert_not_null(first);
    cr_expect_str_eq(first->one->id, id);
    cr_expect_eq(first->wait_ns, 0);
    plan_free(plan);
}

/* --- made once more, by another scheme --- */

static bool plan_raw(const struct scheme *scheme, struct bytes body, struct buf *message,
                     struct buf *key)
{
    buf_add_bytes(message, body);
    buf_add_text(key, "another key");
    return true;
}

static bool sign_raw(const struct scheme *scheme, struct bytes message, struct bytes key,
                     struct buf *value)
{
    char hex[SIGNATURE_SIZE];
    signature_make(key, message, hex);
    buf_add_text(value, hex);
    return true;
}

static const struct scheme raw = {
    .header = PANORA_SIGNATURE_HEADER, .plan = plan_raw, .sign = sign_raw};

static struct plan *make_again(const struct plan *plan, const bool *wanted)
{
    return plan_resign(plan, &raw, plan->composer.usual_type, DIALECT_OBJECT, wanted);
}

Test(run_plan, made_once_more_it_holds_what_is_wanted_in_the_same_places, .init = set_up,
     .fini = tear_down)
{
    static const bool wanted[] = {true, false, false};
    struct plan *plan = make();
    struct plan *again = make_again(plan, wanted);
    cr_assert_eq(again->num_cases, 3);
    cr_assert_eq(again->cases[0].count, 1);
    cr_expect_eq(again->cases[1].count, 0);
    cr_expect_eq(again->cases[2].count, 0);
    cr_expect_eq(again->cases[0].one, plan->cases[0].one);
    cr_expect_eq(again->cases[0].plan, again);
    cr_assert_eq(again->num_controls, 1);
    const struct planned_request *forged = &again->cases[0].requests[0];
    const struct planned_request *twin = &again->controls[forged->control].requests[0];
    cr_expect(twin->exchange.by_scheme && forged->exchange.by_scheme);
    cr_expect_not(twin->usual, "no canary is made of it");
    cr_expect(scheme_fits(&raw, &twin->exchange.request));
    cr_expect_not(scheme_fits(&raw, &forged->exchange.request));
    cr_expect(strstr(buf_text(&twin->exchange.request.body), "\"data\":{"), "as the endpoint's");
    plan_free(again);
    plan_free(plan);
}

/* The whole body signed is a forgery by Panora's rule, and genuine by this one. */
Test(run_plan, what_changes_sides_is_not_made_once_more, .init = set_up, .fini = tear_down)
{
    static const bool wanted[] = {true};
    struct error err = {0};
    suite_free(suite);
    suite = suite_from_text(&library,
                            "{'suite':'my/suite','about':'a','cases':["
                            "{'id':'one','title':'t','level':'must','sign':[{'op':'sign-body'}],"
                            "'expect':{'refused':true}}]}",
                            &err);
    cr_assert(suite, "%s", err.message);
    struct plan *plan = make();
    struct plan *again = make_again(plan, wanted);
    cr_expect_eq(again->cases[0].count, 0);
    plan_free(again);
    plan_free(plan);
}
