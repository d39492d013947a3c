/* What is asked of the endpoint beside the cases: why the first genuine event was refused. */
#include "run/diagnosing.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "tests/support/running.h"
#include "tests/support/skip.h"

TestSuite(run_diagnosing, .timeout = 120);

static struct journalled journalled;

static void stop(void)
{
    stop_journalled(&journalled);
}

/* One case, or the diagnosis would have more to say. */
static void run_one(const char *fault, struct program_end *end)
{
    cr_assert(start_journalled(&journalled, fault ? ARGUMENTS("--fault", fault) : NULL));
    run_against(journalled.receiver.url, ARGUMENTS("--only", "panora/delivery/accepts-an-event"),
                end);
}

Test(run_diagnosing, says_at_once_why_the_first_event_was_refused, .fini = stop)
{
    NEED_HOOKCHECK();
    struct program_end end;
    run_one("C01", &end);
    cr_expect(strstr(buf_text(&end.err), "a genuine event was refused. The endpoint computes the "
                                         "HMAC over JSON.stringify(event)"),
              "%s", buf_text(&end.err));
    program_end_clear(&end);
}

/* Signed as Panora signs, no forgery could be judged: each genuine twin is refused. */
Test(run_diagnosing, what_only_an_accepted_event_decides_is_made_as_the_endpoint_accepts_it,
     .fini = stop)
{
    NEED_HOOKCHECK();
    struct program_end end;
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "C01", "--fault", "B03")));
    run_against(journalled.receiver.url,
                ARGUMENTS("--only", "panora/signature/refuses-changed-digit*", "--only",
                          "panora/signature/refuses-not-hex"),
                &end);
    cr_expect_eq(end.code, 4);
    cr_expect_not_null(strstr(buf_text(&end.out), "nothing failed, but Panora's events are"), "%s",
                       buf_text(&end.out));
    cr_expect_not_null(strstr(buf_text(&end.out), "3 passed, 0 failed, 1 warned"), "%s",
                       buf_text(&end.out));
    cr_expect_not_null(strstr(buf_text(&end.out), "4 cases were tested with events made as the "
                                                  "endpoint accepts them"),
                       "%s", buf_text(&end.out));
    program_end_clear(&end);
}

/* All of it passes, and that is no success: Panora's own events are refused. */
Test(run_diagnosing, a_selection_that_passes_behind_the_first_mistake_is_undecided, .fini = stop)
{
    NEED_HOOKCHECK();
    struct program_end end;
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "C01")));
    run_against(
        journalled.receiver.url,
        ARGUMENTS("-q", "--only", "panora/signature/refuses-missing", "--report", "junit=-"), &end);
    cr_expect_eq(end.code, 4);
    cr_expect_not_null(strstr(buf_text(&end.out), "<error message=\"tested with events made as the "
                                                  "endpoint accepts them\""),
                       "%s", buf_text(&end.out));
    cr_expect_not_null(strstr(buf_text(&end.err),
                              "nothing failed, but Panora's events are refused, "
                              "because the endpoint"),
                       "%s", buf_text(&end.err));
    program_end_clear(&end);
}

/* Without genuine event of its own, the selection still shows which scheme it is about. */
Test(run_diagnosing, an_endpoint_that_accepts_is_sent_panoras_events, .fini = stop)
{
    NEED_HOOKCHECK();
    struct program_end end;
    cr_assert(start_journalled(&journalled, NULL));
    run_against(journalled.receiver.url,
                ARGUMENTS("--only", "panora/signature/refuses-changed-digit*"), &end);
    cr_expect_eq(end.code, 0, "%s", buf_text(&end.out));
    cr_expect_null(strstr(buf_text(&end.out), "made as the endpoint"), "%s", buf_text(&end.out));
    program_end_clear(&end);
}

Test(run_diagnosing, a_secret_that_differs_is_no_cause_that_was_proved, .fini = stop)
{
    NEED_HOOKCHECK();
    struct program_end end;
    run_one("D03", &end);
    cr_expect_eq(end.code, 1, "%s", buf_text(&end.out));
    cr_expect_not_null(strstr(buf_text(&end.err), "a genuine event was refused. Likely cause: The "
                                                  "endpoint refuses every signature made with this "
                                                  "secret"),
                       "%s", buf_text(&end.err));
    program_end_clear(&end);
}

/* Where requests have to wait, whoever waits hears of it before the search is over. */
Test(run_diagnosing, what_is_likely_is_said_before_rarer_causes_are_tried, .fini = stop)
{
    static const char *const in_order[] = {
        "a genuine event was refused. It met 401; the cause is looked for.\n",
        "Likely cause: The endpoint refuses every signature made with this secret",
        "Rarer causes are tried now.\n", "The run goes on with what can still be decided.\n"};
    NEED_HOOKCHECK();
    struct program_end end;
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "D03")));
    run_against(journalled.receiver.url,
                ARGUMENTS("--only", "panora/delivery/accepts-an-event", "--rate", "500/s"), &end);
    const char *at = buf_text(&end.err);
    for (size_t i = 0; at && i < ARRAY_LEN(in_order); i++)
        at = strstr(at, in_order[i]);
    cr_expect_not_null(at, "%s", buf_text(&end.err));
    program_end_clear(&end);
}

Test(run_diagnosing, nothing_is_said_of_an_event_that_was_accepted, .fini = stop)
{
    NEED_HOOKCHECK();
    struct program_end end;
    run_one(NULL, &end);
    cr_expect_eq(end.code, 0, "%s", buf_text(&end.out));
    cr_expect_null(strstr(buf_text(&end.err), "refused"), "%s", buf_text(&end.err));
    program_end_clear(&end);
}

/* `--diagnose off` asks nothing: what is sent are the cases, and few samples of what is refused. */
Test(run_diagnosing, few_samples_are_taken_of_what_is_refused, .fini = stop)
{
    NEED_HOOKCHECK();
    struct program_end end;
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "D03")));
    run_against(journalled.receiver.url,
                ARGUMENTS("--diagnose", "off", "--only", "panora/timing/acknowledges-promptly*"),
                &end);
    size_t sent = count_journal(&journalled);
    cr_expect_geq(sent, 10);
    cr_expect_leq(sent, 40, "%zu requests", sent);
    program_end_clear(&end);
}

/* Where requests wait for each other, what the refusal leaves undecided is not sent; a forgery that
 * gets in is found all the same. */
Test(run_diagnosing, a_known_refusal_spares_an_endpoint_whose_rate_is_limited, .fini = stop)
{
    NEED_HOOKCHECK();
    int code = 0;
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "D01", "--fault", "A02")));
    json_t *report = run_for_json(journalled.receiver.url, ARGUMENTS("--rate", "500/s"), &code);
    cr_assert_not_null(report);
    cr_expect_eq(code, 1);
    cr_expect_leq(count_journal(&journalled), 560, "%zu requests", count_journal(&journalled));
    cr_expect_str_eq(verdict_in(report, "panora/delivery/accepts-an-event"), "fail");
    cr_expect_str_eq(verdict_in(report, "panora/signature/refuses-missing"), "fail");
    cr_expect_str_eq(verdict_in(report, "panora/payload/accepts-text[astral]"), "inconclusive");
    cr_expect_eq(json_array_size(json_object_get(report, "diagnoses")), 2);
    json_decref(report);
}

/* Another secret, and after so many requests nothing but 429: the cause is told from what came
 * before the limit, and little is sent against it. */
static void run_against_limit(const char *most, const char *option, struct program_end *end)
{
    const char *const argv[] = {"node", "harness/tests/run/throttled.mjs", most, NULL};
    cr_assert(start_program(&journalled.receiver, argv, NULL) && journalled.receiver.url);
    run_against(journalled.receiver.url, ARGUMENTS("--report", "json=-", option), end);
}

static json_int_t requests_of(const json_t *report)
{
    const json_t *summary = json_object_get(report, "summary");
    return json_integer_value(json_object_get(summary, "requests"));
}

/* Without a first look as well, once the limit stands. */
Test(run_diagnosing, who_limits_the_rate_is_not_asked_on_in_a_quick_run, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    NEED_TOOL("node", "an endpoint that limits the rate");
    run_against_limit("60", "--quick", &end);
    json_t *report = json_loads(buf_text(&end.out), 0, NULL);
    cr_expect_eq(end.code, 1);
    cr_expect_leq(requests_of(report), 250, "%lld requests", (long long)requests_of(report));
    json_decref(report);
    program_end_clear(&end);
}

Test(run_diagnosing, who_limits_the_rate_as_well_is_not_asked_on, .fini = stop)
{
    NEED_HOOKCHECK();
    NEED_TOOL("node", "an endpoint that limits the rate");
    static const struct {
        const char *most;
        json_int_t requests_max;
    } limits[] = {{"80", 110}, {"230", 350}};
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        struct program_end end;
        run_against_limit(limits[i].most, NULL, &end);
        json_t *report = json_loads(buf_text(&end.out), 0, NULL);
        json_int_t requests = requests_of(report);
        cr_expect_eq(end.code, 1);
        cr_expect_leq(requests, limits[i].requests_max, "%lld requests", (long long)requests);
        cr_expect_not_null(strstr(buf_text(&end.err), "it has another secret"), "%s",
                           buf_text(&end.err));
        cr_expect_not_null(strstr(buf_text(&end.err), "limits the request rate (429)"));
        const json_t *first = json_array_get(json_object_get(report, "diagnoses"), 0);
        cr_expect_str_eq(json_string_value(json_object_get(first, "id")), "other-secret");
        cr_expect_str_eq(json_string_value(json_object_get(first, "confidence")), "likely");
        json_decref(report);
        program_end_clear(&end);
        (void)stop_program(&journalled.receiver);
    }
}

/* Whoever adds an experiment sees here whether those of --diagnose quick still suffice. */
Test(run_diagnosing, a_quick_run_has_enough_requests_to_prove_a_bypass, .fini = stop)
{
    static const char *const faults[] = {"A02", "A14", "A24"};
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        int code;
        cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", faults[i])));
        json_t *report = run_for_json(journalled.receiver.url,
                                      ARGUMENTS("--quick", "--max-time", "600s"), &code);
        const json_t *causes = json_object_get(report, "diagnoses");
        cr_expect_eq(code, 1);
        cr_expect_eq(json_array_size(causes), 1, "%s", faults[i]);
        cr_expect_str_eq(
            json_string_value(json_object_get(json_array_get(causes, 0), "confidence")), "proved",
            "%s", faults[i]);
        json_decref(report);
        stop();
    }
}
