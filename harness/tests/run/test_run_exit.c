/* Each exit code of `run`, and what it says with it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/support/delivery.h"
#include "tests/support/running.h"
#include "tests/support/shell_run.h"

TestSuite(run_exit, .timeout = 120);

static struct started_program receiver;
static struct journalled journalled;

static void stop(void)
{
    (void)stop_program(&receiver);
    stop_journalled(&journalled);
}

#define EXPECT_CODE(end, wanted)                                                                   \
    cr_expect_eq((end).code, wanted, "exit %d, not %d: %s%s", (end).code, wanted,                  \
                 buf_text(&(end).out), buf_text(&(end).err))

#define ONE "panora/delivery/accepts-an-event"

Test(run_exit, is_0_against_the_right_receiver, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    run_against(receiver.url, ARGUMENTS("--quick", "--strict"), &end);
    EXPECT_CODE(end, 0);
    cr_expect(strstr(buf_text(&end.out), "hookcheck: ready: "));
    program_end_clear(&end);
    cr_expect_eq(stop_program(&receiver), 0, "the receiver ends well");
}

Test(run_exit, is_1_when_the_endpoint_falls_short, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--fault", "A01")));
    run_against(receiver.url, ARGUMENTS("--quick"), &end);
    EXPECT_CODE(end, 1);
    cr_expect(strstr(buf_text(&end.out), "hookcheck: not ready: "));
    program_end_clear(&end);
}

Test(run_exit, is_1_when_it_refuses_everything_and_nothing_passes, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--behaviour", "status=403")));
    json_t *report =
        run_for_json(receiver.url, ARGUMENTS("--quick", "--suite", "panora/signature"), &code);
    cr_expect_eq(code, 1);
    cr_expect(strstr(json_string_value(json_object_get(report, "loudest")), "403"));
    const json_t *cases = json_object_get(report, "cases");
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *one = json_array_get(cases, i);
        const char *verdict = json_string_value(json_object_get(one, "verdict"));
        const char *id = json_string_value(json_object_get(one, "id"));
        bool about_refusals = strstr(id, "refuses-") || strstr(id, "checks-every");
        cr_expect(!about_refusals || strcmp(verdict, "pass") != 0, "%s", id);
    }
    json_decref(report);
}

/* Everything here is refused before the first request. */
Test(run_exit, is_2_for_wrong_usage_and_nothing_was_sent, .fini = stop)
{
    static const struct {
        const char *arguments[4];
        const char *says;
    } rows[] = {
        {{"--onyl", "x"}, "did you mean \"--only\""},
        {{"--suite", "panora/signatur"}, "did you mean \"panora/signature\""},
        {{"--suite", "/nonexistent/suite.json"}, "/nonexistent/suite.json"},
        {{"--events", "crm.contact.craeted"}, "did you mean \"crm.contact.created\""},
        {{"--events", ","}, "at least one"},
        {{"--level", "mus"}, "did you mean \"must\""},
        {{"--dialect", "txt"}, "did you mean \"text\""},
        {{"--diagnose", "zzzzzzzz"},
         "--diagnose: no effort \"zzzzzzzz\"; choose one of: off, quick"},
        {{"--deadline", "5"}, "--deadline"},
        {{"--deadline", "0"}, "--deadline"},
        {{"--concurrency", "0"}, "--concurrency"},
        {{"--max-requests", "-1"}, "--max-requests"},
        {{"--rate", "fast"}, "--rate"},
        {{"--seed", "x"}, "--seed"},
        {{"--only", "no/such/case"}, "no case matches \"no/such/case\""},
        {{"--only", "panora/delivery/accepts-an-event", "--only",
          "panora/delivery/accepts-an-evnt"},
         "did you mean \"panora/delivery/accepts-an-event\""},
        {{"--only", "accpts-redelivery"}, "did you mean \"accepts-redelivery\""},
        {{"--skip", "accpts-redelivery"}, "--skip: no case matches \"accpts-redelivery\"; did you"},
        {{"--skip", "http/tsl/*=old"}, "--skip: no case matches \"http/tsl/*\""},
        {{"--only", "panora/delivery/*", "--skip", "panora/*"}, "no case was selected"},
        {{"--report", "json=/nonexistent/report.json"}, "/nonexistent"},
        {{"--report", "jsn=x.json"}, "did you mean \"json\""},
        {{"--report", "json"}, "FORMAT=FILE"},
        {{"--report", "json=-", "--report", "tap=-"}, "only one report"},
        {{"--report", "json=/tmp/x", "--report", "tap=/tmp/x"}, "two reports"},
        {{"--report", "json=-", "--failures", "har=-"}, "a report already goes to"},
        {{"--report", "text=-", "--failures", "har=-"}, "a report already goes to"},
        {{"--write-baseline", "-"}, "--write-baseline: a baseline goes to a file"},
        {{"--report", "json=/tmp/x", "--failures", "har=/tmp/x"}, "a report already goes to"},
        {{"--cacert", "/nonexistent.pem"}, "/nonexistent.pem"},
        {{"--resolve", "nonsense"}, "resolve"},
        {{"--header", "no colon"}, "no colon"},
        {{"--secret-file", "/nonexistent"}, "/nonexistent"},
        {{"http://127.0.0.1/second"}, "http://127.0.0.1/second"},
    };
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, NULL));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        const char *arguments[5] = {0};
        memcpy(arguments, rows[i].arguments, sizeof rows[i].arguments);
        run_against(journalled.receiver.url, arguments, &end);
        EXPECT_CODE(end, 2);
        cr_expect(strstr(buf_text(&end.err), rows[i].says), "%s %s: %s", arguments[0],
                  arguments[1] ? arguments[1] : "", buf_text(&end.err));
        cr_expect_eq(end.out.len, 0, "%s: %s", arguments[0], buf_text(&end.out));
        program_end_clear(&end);
    }
    cr_expect_eq(count_journal(&journalled), 0);
}

Test(run_exit, is_2_for_a_url_that_is_none)
{
    static const char *const urls[] = {"ftp://127.0.0.1/", "127.0.0.1", "http://", "",
                                       "http://a b/"};
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct program_end end;
        run_against(urls[i], ARGUMENTS("--quick"), &end);
        EXPECT_CODE(end, 2);
        cr_expect_gt(end.err.len, 0);
        program_end_clear(&end);
    }
}

Test(run_exit, is_2_without_a_secret, .fini = stop)
{
    static const struct {
        const char *env, *says;
    } rows[] = {{"X=1", "no secret"}, {"HOOKCHECK_SECRET=", "HOOKCHECK_SECRET is empty"}};
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, NULL));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_hookcheck_with(ARGUMENTS("run", journalled.receiver.url), ARGUMENTS(rows[i].env),
                           (struct bytes){0}, &end);
        EXPECT_CODE(end, 2);
        cr_expect(strstr(buf_text(&end.err), rows[i].says), "%s", buf_text(&end.err));
        program_end_clear(&end);
    }
    cr_expect_eq(count_journal(&journalled), 0);
}

Test(run_exit, is_2_for_a_suite_file_with_a_typo_three_levels_down, .fini = stop)
{
    static const char text[] =
        "{\"suite\":\"my/suite\",\"cases\":[{\"id\":\"a\",\"title\":\"t\",\"steps\":[{},{\"wire\":"
        "[{\"op\":\"no-signatur\"}],\"expect\":{\"refused\":true}}]}]}";
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, NULL));
    char *file = shell_temporary(bytes_of(text));
    run_against(journalled.receiver.url, ARGUMENTS("--suite", file), &end);
    EXPECT_CODE(end, 2);
    cr_expect(strstr(buf_text(&end.err), "/cases/0/steps/1/wire/0/op: no mutation \"no-signatur\"; "
                                         "did you mean \"no-signature\"?"),
              "%s", buf_text(&end.err));
    cr_expect_eq(count_journal(&journalled), 0);
    program_end_clear(&end);
    (void)unlink(file);
    free(file);
}

/* --- 3 --- */

/* Nobody could be reached: the report is written all the same. */
static void expect_unreached(const char *url, const char *says, const char *verdict)
{
    struct program_end end;
    struct buf text = {0};
    char *path = shell_temporary(bytes_of(""));
    char *report = mem_format("json=%s", path);
    run_against(url, ARGUMENTS("--quick", "--deadline", "2s", "--report", report), &end);
    EXPECT_CODE(end, 3);
    cr_expect(strstr(buf_text(&end.out), says), "%s: %s", url, buf_text(&end.out));
    cr_expect(file_read(path, 1 << 24, &text, NULL));
    json_t *json = json_loadb(buf_text(&text), text.len, JSON_ALLOW_NUL, NULL);
    cr_expect_str_eq(verdict_in(json, ONE), verdict);
    cr_expect(strstr(json_string_value(json_object_get(json, "loudest")), says), "%s", says);
    json_decref(json);
    program_end_clear(&end);
    buf_clear(&text);
    (void)unlink(path);
    free(path);
    free(report);
}

Test(run_exit, is_3_when_nobody_listens, .fini = stop)
{
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    char *url = mem_text(receiver.url);
    (void)stop_program(&receiver);
    expect_unreached(url, "connection refused", "inconclusive");
    free(url);
}

Test(run_exit, is_3_when_the_name_has_no_address)
{
    NEED_HOOKCHECK();
    expect_unreached("http://no-such-host.invalid/hook", "name not resolved", "inconclusive");
}

Test(run_exit, is_3_without_trust_and_0_with_it, .fini = stop)
{
    struct program_end end;
    struct test_cert cert;
    NEED_HOOKCHECK();
    test_cert_make(&cert);
    cr_assert(start_receiver(&receiver, ARGUMENTS("--cert", cert.cert, "--key", cert.key)));
    cr_assert_eq(strncmp(receiver.url, "https://", 8), 0);
    expect_unreached(receiver.url, "TLS failed", "fail"); /* Panora does not get in either */
    run_against(receiver.url, ARGUMENTS("--cacert", cert.cert, "--only", ONE), &end);
    EXPECT_CODE(end, 0);
    program_end_clear(&end);
    run_against(receiver.url, ARGUMENTS("--insecure", "--only", ONE), &end);
    EXPECT_CODE(end, 0);
    program_end_clear(&end);
    test_cert_remove(&cert);
}

/* --- 4 and 6 --- */

Test(run_exit, is_4_when_something_could_not_be_decided, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, NULL));
    json_t *report =
        run_for_json(journalled.receiver.url, ARGUMENTS("--quick", "--max-requests", "7"), &code);
    cr_expect_eq(code, 4);
    cr_expect_eq(count_journal(&journalled), 7);
    cr_expect_eq(count_verdict(report, "fail"), 0);
    cr_expect_gt(count_verdict(report, "inconclusive"), 0);
    cr_expect(strstr(json_string_value(json_object_get(report, "stopped")), "--max-requests"));
    json_decref(report);
}

/* The only request was a forgery: nothing can be said of how genuine events fare. */
Test(run_exit, does_not_speak_of_genuine_events_that_were_never_sent, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    json_t *report = run_for_json(
        receiver.url, ARGUMENTS("--only", "*/refuses-zeros", "--max-requests", "1"), &code);
    cr_expect_eq(code, 4);
    cr_expect_str_eq(json_string_value(json_object_get(report, "loudest")), "");
    json_decref(report);
}

Test(run_exit, is_6_when_a_report_cannot_be_written_at_the_end, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    run_against(receiver.url, ARGUMENTS("--only", ONE, "--report", "json=/dev/full"), &end);
    EXPECT_CODE(end, 6);
    cr_expect(strstr(buf_text(&end.err), "/dev/full"), "%s", buf_text(&end.err));
    program_end_clear(&end);
}

Test(run_exit, says_so_when_nothing_that_is_required_was_selected, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    run_against(receiver.url,
                ARGUMENTS("-q", "--only", "panora/payload/nesting-limit", "--report", "junit=-"),
                &end);
    EXPECT_CODE(end, 2);
    cr_expect(strstr(buf_text(&end.err), "None of the selected cases is required"), "%s",
              buf_text(&end.err));
    cr_expect(strstr(buf_text(&end.out), "errors=\"1\"") &&
                  strstr(buf_text(&end.out), "<error message=\"None of the selected"),
              "%s", buf_text(&end.out));
    program_end_clear(&end);
    run_against(receiver.url, ARGUMENTS("--only", "http/tls/*"), &end);
    EXPECT_CODE(end, 2);
    cr_expect_null(strstr(buf_text(&end.out), "Left behind"), "no request was sent: %s",
                   buf_text(&end.out));
    program_end_clear(&end);
}

/* No format says of a port at which nothing listens that something failed there. */
Test(run_exit, no_report_of_a_closed_port_has_a_failure, .fini = stop)
{
    static const struct {
        const char *format, *has, *has_not;
    } rows[] = {
        {"json=-", "\"fail\": 0,", "\"verdict\": \"fail\""},
        {"junit=-", "<error message=\"not asked: no connection could be opened\"", "<failure"},
        {"tap=-", "severity: \"undecided\"", "severity: \"fail\""},
        {"sarif=-", "The endpoint was not reached: connection refused", "\"ruleId\""},
        {"markdown=-", "The endpoint was not reached: connection refused", "failed, and no"},
        {"github=-", "The endpoint was not reached: connection refused", "expected"},
        {"badge=-", "not reached", "1 failed"},
        {"shields=-", "not reached", "1 failed"},
    };
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    char *url = mem_text(receiver.url);
    (void)stop_program(&receiver);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_against(url, ARGUMENTS("--report", rows[i].format), &end);
        EXPECT_CODE(end, 3);
        cr_expect(strstr(buf_text(&end.out), rows[i].has), "%s: %.2000s", rows[i].format,
                  buf_text(&end.out));
        cr_expect_null(strstr(buf_text(&end.out), rows[i].has_not), "%s: %s", rows[i].format,
                       rows[i].has_not);
        cr_expect(strstr(buf_text(&end.err), " 0 failed, "), "%s", buf_text(&end.err));
        program_end_clear(&end);
    }
    free(url);
}

/* Of suites that are left out this time, a rule to skip cases may speak all the same. */
Test(run_exit, skips_may_name_cases_of_other_suites, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    run_against(
        receiver.url,
        ARGUMENTS("--quick", "--suite", "panora/delivery", "--only", ONE, "--skip", "http/tls/*"),
        &end);
    EXPECT_CODE(end, 0);
    program_end_clear(&end);
}
