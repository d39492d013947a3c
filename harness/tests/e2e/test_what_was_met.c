/*
 * What a run says besides verdicts, from end to end against the receiver: what genuine events met
 * instead of the handler, what Panora would record, limits as numbers; and suites of one's own.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "base/array.h"
#include "tests/support/run_program.h"
#include "tests/support/started_program.h"

TestSuite(e2e_what_was_met, .timeout = 180);

#define OWN_SUITE "fixtures/suites/own-handler.json"

/* A receiver with these arguments, and a run of these suites or cases; the report is the caller's.
 */
static json_t *run_against(const char *option, const char *value, const char *const *run,
                           int expected_code)
{
    struct started_program receiver;
    struct program_end end;
    const char *arguments[12] = {"run", NULL, "-q", "--quick", "--report", "json=-"};
    size_t count = 6;
    cr_assert(start_receiver(&receiver, (const char *const[]){option, value, NULL}), "%s", value);
    arguments[1] = receiver.url;
    for (size_t i = 0; run[i]; i++)
        arguments[count++] = run[i];
    run_hookcheck(arguments, (struct bytes){0}, &end);
    (void)stop_program(&receiver);
    cr_expect_eq(end.code, expected_code, "%s: code %d: %s", value, end.code, buf_text(&end.err));
    json_t *report = json_loadb(buf_text(&end.out), end.out.len, JSON_ALLOW_NUL, NULL);
    cr_assert(report, "%s: %s", value, buf_text(&end.err));
    program_end_clear(&end);
    return report;
}

static const char *text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    return text ? text : "";
}

/* A genuine event is met by each of these at the same place: before the handler. */
Test(e2e_what_was_met, instead_of_the_handler_comes_first)
{
    static const struct {
        const char *fault;
        const char *words;
        const char *evidence;
        int code; /* a rate limit leaves all of it undecided */
    } rows[] = {
        {"E01", "a redirect to another address", "307, header Location: /elsewhere", 1},
        {"E03", "a redirect to a sign-in page", "302, header Location: /sign-in", 1},
        {"E04", "a CSRF check", "\"CSRF\" in its body", 1},
        {"E05", "a login wall", "WWW-Authenticate: Bearer", 1},
        {"E07", "a firewall or bot check", "\"Just a moment...\" in its body", 1},
        {"E09", "no route", "\"Cannot POST\" in its body", 1},
        {"E09=405", "a route that does not accept POST", "405", 1},
        {"E09=413", "a limit on the body size", "413", 1},
        {"E09=415", "does not accept application/json", "415", 1},
        {"E09=429", "a rate limit", "429", 4},
    };
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_t *report = run_against(
            "--fault", rows[i].fault,
            (const char *const[]){"--only", "panora/delivery/accepts-*", NULL}, rows[i].code);
        const char *loudest = text_of(report, "loudest");
        cr_expect(strstr(loudest, "No genuine event was accepted"), "%s: %s", rows[i].fault,
                  loudest);
        cr_expect(strstr(loudest, rows[i].words), "%s: %s", rows[i].fault, loudest);
        cr_expect(strstr(loudest, rows[i].evidence), "%s: %s", rows[i].fault, loudest);
        cr_expect(strstr(loudest, "responses were exactly this one"), "%s: %s", rows[i].fault,
                  loudest);
        json_decref(report);
    }
}

Test(e2e_what_was_met, is_nothing_when_events_get_in)
{
    static const char *const faults[] = {"A01", "E10", "F01"};
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        json_t *report = run_against(
            "--fault", faults[i],
            (const char *const[]){"--only", "panora/delivery/accepts-an-event", NULL}, 0);
        cr_expect_str_eq(text_of(report, "loudest"), "", "%s", faults[i]);
        json_decref(report);
    }
}

/* Panora follows 301 to 303 with a GET and believes its 200; 307 and 308 are only predicted. */
Test(e2e_what_was_met, by_redirects_stands_as_panora_would_record_it)
{
    static const struct {
        const char *fault;
        const char *as_panora;
        int requests; /* the event, a last look, and the GET, if any */
    } rows[] = {
        {"E03",
         "delivered: it follows the 302 with a GET without the event to /sign-in, and gets 200", 3},
        {"E01=303",
         "failed: it follows the 303 with a GET without the event to /elsewhere, and gets 405", 3},
        {"E01=308", "sends the event again to the Location of the 308", 2},
        {"E01=302,http://other.invalid/", "follows the 302 with a GET without the event", 2},
    };
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_t *report =
            run_against("--fault", rows[i].fault,
                        (const char *const[]){"--only", "panora/delivery/accepts-an-event",
                                              "--diagnose", "off", NULL},
                        1);
        const json_t *one = json_array_get(json_object_get(report, "cases"), 0);
        const json_t *seen = json_array_get(json_object_get(one, "observations"), 0);
        const char *as_panora = text_of(seen, "as_panora");
        cr_expect_eq(strncmp(as_panora, rows[i].as_panora, strlen(rows[i].as_panora)), 0, "%s: %s",
                     rows[i].fault, as_panora);
        cr_expect_eq(
            json_integer_value(json_object_get(json_object_get(report, "summary"), "requests")),
            rows[i].requests, "%s", rows[i].fault);
        json_decref(report);
    }
}

static double measure_of(const json_t *report, const char *name, const char **out_sentence)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(report, "cases"), i, one)
    {
        const json_t *measure = json_array_get(json_object_get(one, "measures"), 0);
        if (strcmp(text_of(measure, "name"), name) != 0)
            continue;
        *out_sentence = text_of(measure, "sentence");
        return json_number_value(json_object_get(measure, "value"));
    }
    *out_sentence = "";
    return 0;
}

Test(e2e_what_was_met, as_limits_is_measured)
{
    static const struct {
        const char *fault;
        const char *name;
        double value;
        const char *words;
    } rows[] = {
        {"F01", "body-limit", 102400, "102,400 bytes: the default of express.json"},
        {"G03", "body-limit", 10485760, "10,485,760 bytes"}, /* the receiver's own */
        {"B14=100", "nesting-limit", 100, "100 levels: the default of Ruby's JSON"},
        {"B14=777", "nesting-limit", 777, "777 levels"},
    };
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *sentence = NULL;
        json_t *report =
            run_against("--fault", rows[i].fault,
                        (const char *const[]){"--only", "panora/payload/*-limit", NULL}, 2);
        cr_expect_eq(measure_of(report, rows[i].name, &sentence), rows[i].value, "%s: %s",
                     rows[i].fault, sentence);
        cr_expect(strstr(sentence, rows[i].words), "%s: %s", rows[i].fault, sentence);
        json_decref(report);
    }
}

Test(e2e_what_was_met, by_a_suite_of_ones_own)
{
    static const struct {
        const char *behaviour;
        int code;
        const char *verdict;
        const char *reason;
    } rows[] = {
        {"json={\"received\":true}", 0, "pass", ""},
        {"json={\"received\":false}", 1, "fail", "the response has /received: false, not true"},
        {"json={\"ok\":true}", 1, "fail", "the response has no /received"},
        {"text=received", 1, "fail", "the response is not JSON"},
    };
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_t *report =
            run_against("--behaviour", rows[i].behaviour,
                        (const char *const[]){"--suite", OWN_SUITE, NULL}, rows[i].code);
        const json_t *one = json_array_get(json_object_get(report, "cases"), 0);
        cr_expect_str_eq(text_of(one, "id"), "example/own-handler/answers-a-new-connection");
        cr_expect_str_eq(text_of(one, "verdict"), rows[i].verdict, "%s", rows[i].behaviour);
        cr_expect_str_eq(text_of(one, "reason"), rows[i].reason, "%s", rows[i].behaviour);
        json_decref(report);
    }
}

Test(e2e_what_was_met, too_late_by_a_suite_of_ones_own)
{
    struct started_program receiver;
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(
        start_receiver(&receiver, (const char *const[]){"--behaviour", "json={\"received\":true}",
                                                        "--behaviour", "delay=1100ms", NULL}));
    RUN(&end, "run", receiver.url, "-q", "--suite", OWN_SUITE, "--only", "*/answers-a-new-*");
    cr_expect_eq(end.code, 1);
    cr_expect(strstr(buf_text(&end.out), "a response within 1.00 s"), "%s", buf_text(&end.out));
    program_end_clear(&end);
    (void)stop_program(&receiver);
}

static void expect_line(const struct buf *out, const char *line, bool wanted)
{
    cr_expect_eq(strstr(buf_text(out), line) != NULL, wanted, "%s", line);
}

/* A subscription to crm.deal.created arrives as crm.deal.push, and nothing else does. */
Test(e2e_what_was_met, is_narrowed_to_the_events_that_are_subscribed_to)
{
    struct program_end end;
    NEED_HOOKCHECK();
    RUN(&end, "run", "http://127.0.0.1:9", "--dry-run", "--events", "crm.deal.created");
    cr_expect_eq(end.code, 0, "%s", buf_text(&end.err));
    expect_line(&end.out, "panora/delivery/accepts-an-event: crm.deal.push (", true);
    expect_line(&end.out, "panora/delivery/accepts-push-type: crm.deal.push (", true);
    expect_line(&end.out, "panora/delivery/accepts-every-type[crm.deal.push]:", true);
    expect_line(&end.out, "panora/delivery/accepts-unknown-type: billing.invoice.settled (", true);
    expect_line(&end.out,
                "panora/payload/accepts-text[nul]: crm.deal.push, a special value in text (", true);
    expect_line(&end.out, "accepts-every-type[crm.contact.created]", false);
    expect_line(&end.out, "panora/delivery/accepts-pulled-array:", false);
    expect_line(&end.out, "crm.contact.", false);
    program_end_clear(&end);
    RUN(&end, "run", "http://127.0.0.1:9", "--dry-run", "--events", "crm.contact.deleted");
    cr_expect(
        strstr(buf_text(&end.err), "--events: Panora never sends anything for crm.contact.deleted"),
        "%s", buf_text(&end.err));
    program_end_clear(&end);
}
