/* Endpoints that die, hang or answer nonsense: the run ends, soon, and says what it met. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/raw_server.h"
#include "tests/support/running.h"

TestSuite(run_trouble, .timeout = 720);

static struct started_program receiver;

static void stop(void)
{
    (void)stop_program(&receiver);
}

/* Restarts the receiver on the same port whenever it has died. */
static const char supervisor[] =
    "\"$0\" receive --quiet --listen 127.0.0.1:0 \"$@\" | {\n"
    "    read -r first; echo \"$first\"; cat >/dev/null\n"
    "    while :; do\n"
    "        \"$0\" receive --quiet --listen \"127.0.0.1:${first##*:}\" \"$@\" >/dev/null\n"
    "    done\n"
    "}\n";

static bool start_supervised(const char *fault)
{
    const char *const argv[] = {"sh", "-c", supervisor, hookcheck_path(), "--fault", fault, NULL};
    const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    return start_program(&receiver, argv, env) && receiver.url;
}

/* Signatures of another length than the right one kill it. */
static const char *const guilty[] = {
    "refuses-empty",
    "refuses-truncated[1]",
    "refuses-truncated[32]",
    "refuses-truncated[63]",
    "refuses-extended[00]",
    "refuses-extended[deadbeef]",
    "refuses-very-long",
    "refuses-secret-itself",
    "refuses-pattern[anything]",
    "refuses-other-algorithm[hmac-sha1]",
    "refuses-other-algorithm[hmac-sha512]",
    "refuses-other-algorithm[hmac-md5]",
    "refuses-other-algorithm[named-hmac-sha1]",
    "refuses-base64",
    "refuses-duplicate-header[joined-good-bad]",
    "refuses-duplicate-header[joined-bad-good]",
    "leaks-nothing", /* has a cut signature among its requests */
};

static bool is_guilty(const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(guilty); i++)
        if (strcmp(strrchr(id, '/') + 1, guilty[i]) == 0)
            return true;
    return false;
}

Test(run_trouble, only_those_fail_that_killed_it, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_supervised("B02"));
    json_t *report = run_for_json(receiver.url, ARGUMENTS("--quick"), &code);
    const json_t *cases = json_object_get(report, "cases");
    cr_expect_eq(code, 1);
    cr_assert_gt(json_array_size(cases), 100);
    cr_expect_eq(count_verdict(report, "fail"), ARRAY_LEN(guilty));
    cr_expect_eq(count_verdict(report, "inconclusive"), 0, "the run went on");
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *one = json_array_get(cases, i);
        const char *id = json_string_value(json_object_get(one, "id"));
        bool failed = strcmp(json_string_value(json_object_get(one, "verdict")), "fail") == 0;
        cr_expect_eq(failed, is_guilty(id), "%s: %s", id,
                     json_string_value(json_object_get(one, "reason")));
    }
    cr_expect_str_eq(json_string_value(json_object_get(report, "stopped")), "");
    json_decref(report);
}

Test(run_trouble, ends_soon_when_the_endpoint_stays_dead, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--fault", "B02", "--restart", "1h")));
    int64_t begun_ns = clock_monotonic_ns();
    json_t *report = run_for_json(receiver.url, ARGUMENTS("--quick", "--recovery", "300ms"), &code);
    cr_expect_lt(clock_monotonic_ns() - begun_ns, 60 * NS_PER_S);
    cr_expect_eq(code, 1);
    cr_expect_geq(count_verdict(report, "fail"), 1);
    cr_expect_leq(count_verdict(report, "fail"), 5, "no more than were under way");
    cr_expect_gt(count_verdict(report, "inconclusive"), 10);
    cr_expect(
        strstr(json_string_value(json_object_get(report, "stopped")), "the endpoint went down"));
    json_decref(report);
}

Test(run_trouble, says_first_that_it_ended_after_a_refusal, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--fault", "B17", "--restart", "1h")));
    json_t *report = run_for_json(receiver.url, ARGUMENTS("--quick", "--recovery", "300ms"), &code);
    const char *loudest = json_string_value(json_object_get(report, "loudest"));
    const json_t *diagnoses = json_object_get(report, "diagnoses");
    cr_expect_eq(code, 1);
    cr_expect(strstr(loudest, "The endpoint went down after it refused a forgery (401)") == loudest,
              "%s", loudest);
    cr_expect(strstr(loudest, "cases could not run"), "%s", loudest);
    cr_expect_eq(json_array_size(diagnoses), 1);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(diagnoses, 0), "id")),
                     "dies-on-refusals");
    json_decref(report);
}

static const json_t *diagnosis_in(const json_t *report, const char *id)
{
    const json_t *diagnoses = json_object_get(report, "diagnoses");
    for (size_t i = 0; i < json_array_size(diagnoses); i++) {
        const json_t *one = json_array_get(diagnoses, i);
        if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
            return one;
    }
    return NULL;
}

/* What ends it is sent last, and causes are looked for before: afterwards nobody could be asked. */
Test(run_trouble, finds_causes_before_it_sends_what_ends_the_endpoint, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver,
                             ARGUMENTS("--fault", "A02", "--fault", "B11", "--restart", "1h")));
    json_t *report = run_for_json(
        receiver.url,
        ARGUMENTS("--recovery", "300ms", "--only", "panora/signature/refuses-*", "--only",
                  "panora/delivery/accepts-an-event", "--only", "http/robustness/abort-mid-body"),
        &code);
    const json_t *open_door = diagnosis_in(report, "checks-only-when-present");
    const json_t *aborted = diagnosis_in(report, "dies-on-abort");
    cr_expect_eq(code, 1);
    cr_assert(open_door && aborted);
    cr_expect_str_eq(json_string_value(json_object_get(open_door, "confidence")), "proved");
    cr_expect_str_eq(json_string_value(json_object_get(aborted, "confidence")), "likely");
    cr_expect(strstr(json_string_value(json_object_get(report, "loudest")), "abort-mid-body"));
    json_decref(report);
}

/* The time for the run is up in the middle of the search: every case has its verdict all the same.
 */
Test(run_trouble, that_outlasts_the_run_leaves_no_case_without_a_verdict, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--fault", "B02")));
    json_t *report = run_for_json(
        receiver.url, ARGUMENTS("--quick", "--recovery", "60s", "--max-time", "2s"), &code);
    cr_expect(code == 1 || code == 4, "exit %d", code);
    cr_expect(strstr(json_string_value(json_object_get(report, "stopped")), "--max-time"));
    const json_t *cases = json_object_get(report, "cases");
    cr_expect_gt(json_array_size(cases), 100);
    for (size_t i = 0; i < json_array_size(cases); i++)
        cr_expect(json_is_string(json_object_get(json_array_get(cases, i), "id")), "case %zu", i);
    json_decref(report);
}

/* The endpoint takes the object dialect only: it is not gone because a canary in the other one is
 * refused. */
Test(run_trouble, is_not_seen_where_a_canary_is_refused_like_its_kind, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--behaviour", "status=422")));
    json_t *report = run_for_json(receiver.url, ARGUMENTS("--quick"), &code);
    cr_expect_eq(code, 1);
    cr_expect_str_eq(json_string_value(json_object_get(report, "stopped")), "");
    json_decref(report);
}

/* 429 for forgeries alone: three of them are tried again and again, the others once. */
Test(run_trouble, by_a_limit_on_forgeries_is_learnt, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--variation", "limits-forgeries")));
    json_t *report = run_for_json(receiver.url, ARGUMENTS("--quick"), &code);
    cr_expect_eq(code, 0);
    cr_expect_eq(count_verdict(report, "inconclusive"), 0);
    const json_t *summary = json_object_get(report, "summary");
    json_int_t requests = json_integer_value(json_object_get(summary, "requests"));
    cr_expect(requests > 300 && requests < 1000, "%lld", (long long)requests);
    json_decref(report);
}

/* One answer of three is a 503, however slowly requests come: that is not waited out for ever, and
 * is no matter of what events hold. */
Test(run_trouble, of_answers_that_no_patience_mends_ends_soon, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--fault", "H02=503,33")));
    json_t *report = run_for_json(receiver.url, ARGUMENTS("--only", "panora/*/*"), &code);
    cr_expect_eq(code, 1);
    cr_expect_str_eq(json_string_value(json_object_get(report, "stopped")), "");
    const json_t *diagnoses = json_object_get(report, "diagnoses");
    cr_expect_eq(json_array_size(diagnoses), 1);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(diagnoses, 0), "id")),
                     "fails-at-random");
    char *notes = json_dumps(json_object_get(report, "notes"), 0);
    cr_expect(notes && strstr(notes, "however far apart"), "%s", notes ? notes : "no notes");
    free(notes);
    json_decref(report);
}

/* Rarer, each case passes when it is repeated; but whoever sends an event once loses some. */
Test(run_trouble, of_events_that_are_lost_now_and_then_fails_the_run, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--fault", "H02=503,15")));
    json_t *report = run_for_json(receiver.url, ARGUMENTS("--only", "panora/*/*"), &code);
    cr_expect_eq(code, 1);
    cr_expect_geq(count_verdict(report, "fail"), 1);
    const json_t *diagnosis = json_array_get(json_object_get(report, "diagnoses"), 0);
    cr_expect_str_eq(json_string_value(json_object_get(diagnosis, "id")), "fails-at-random");
    cr_expect_geq(json_array_size(json_object_get(diagnosis, "cases")), 1);
    json_decref(report);
}

Test(run_trouble, of_hostile_answers_ends_with_1_in_bounded_time, .fini = stop)
{
    static const struct {
        const char *behaviour, *met; /* in the first and loudest sentence */
        const char *deadline;
    } rows[] = {
        {"redirect=302", "302", "5s"},
        {"redirect=307", "307", "5s"},
        {"reset", "connection reset", "5s"},
        {"close", "closed without an answer", "5s"},
        {"garbage", "malformed", "5s"},
        {"endless", "timed out", "300ms"},
        {"silence", "timed out", "300ms"},
        {"drip=20ms", "timed out", "300ms"},
        {"truncate=5", "", "5s"},
        {"status=500", "500", "5s"},
    };
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int code;
        cr_assert(start_receiver(&receiver, ARGUMENTS("--behaviour", rows[i].behaviour)));
        int64_t begun_ns = clock_monotonic_ns();
        json_t *report = run_for_json(
            receiver.url,
            ARGUMENTS("--quick", "--deadline", rows[i].deadline, "--recovery", "200ms"), &code);
        cr_expect_lt(clock_monotonic_ns() - begun_ns, 100 * NS_PER_S, "%s", rows[i].behaviour);
        cr_expect_eq(code, 1, "%s: exit %d", rows[i].behaviour, code);
        const char *loudest = json_string_value(json_object_get(report, "loudest"));
        cr_expect(loudest && *loudest && strstr(loudest, rows[i].met), "%s: %s", rows[i].behaviour,
                  loudest);
        cr_expect_gt(count_verdict(report, "fail"), 0, "%s", rows[i].behaviour);
        json_decref(report);
        (void)stop_program(&receiver);
    }
}

/* Four requests show it, however many may be under way: each costs a whole deadline. */
Test(run_trouble, of_silence_ends_after_four_hangs, .fini = stop)
{
    static const char *const concurrencies[] = {"1", "8"};
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--behaviour", "silence")));
    for (size_t i = 0; i < ARRAY_LEN(concurrencies); i++) {
        int code;
        json_t *report = run_for_json(receiver.url,
                                      ARGUMENTS("--quick", "--deadline", "200ms", "--concurrency",
                                                concurrencies[i], "--skip", "*at-once", "--skip",
                                                "*concurrent*"),
                                      &code);
        cr_expect_eq(code, 1);
        const json_t *summary = json_object_get(report, "summary");
        /* and three that asked what listens there, and two experiments */
        cr_expect_leq(json_integer_value(json_object_get(summary, "requests")), 9);
        cr_expect_gt(count_verdict(report, "inconclusive"), 100);
        json_decref(report);
    }
}

/* One that merely keeps silent is not said to be down, and what would go one after another is not
 * waited for. */
Test(run_trouble, of_silence_is_called_silence_whatever_is_selected, .fini = stop)
{
    static const struct {
        const char *only, *stopped;
    } rows[] = {{"panora/timing/*", ""}, {"http/robustness/*", "the endpoint did not answer"}};
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--behaviour", "silence")));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int code;
        json_t *report = run_for_json(receiver.url,
                                      ARGUMENTS("--only", rows[i].only, "--deadline", "300ms",
                                                "--recovery", "200ms", "--max-time", "30s"),
                                      &code);
        const char *stopped = json_string_value(json_object_get(report, "stopped"));
        cr_expect_eq(code, 1, "%s: exit %d", rows[i].only, code);
        cr_expect_str_eq(stopped, rows[i].stopped);
        json_decref(report);
    }
}

static json_t *run_against_raw(const struct raw_step *steps, size_t num_steps)
{
    int code;
    struct raw_server *server = raw_server_start(steps, num_steps, NULL);
    cr_assert_not_null(server);
    char *url = mem_format("http://127.0.0.1:%d/", raw_server_port(server));
    json_t *report = run_for_json(
        url, ARGUMENTS("--quick", "--only", "http/robustness", "--recovery", "1s"), &code);
    raw_server_stop(server);
    free(url);
    cr_expect_eq(code, 1);
    return report;
}

/* Nobody was there before: it is told that each connection is reset, and no death is claimed. */
Test(run_trouble, what_never_answers_has_not_died)
{
    static const struct raw_step resets[] = {{RAW_READ_HEAD, NULL, 0}, {RAW_RESET, NULL, 0}};
    NEED_HOOKCHECK();
    json_t *report = run_against_raw(resets, ARRAY_LEN(resets));
    char *text = json_dumps(json_object_get(report, "diagnoses"), 0);
    cr_expect_null(strstr(text, "dies-on-a-request"), "%s", text);
    cr_expect_not_null(
        strstr(json_string_value(json_object_get(report, "loudest")), "connection reset"));
    free(text);
    json_decref(report);
}

/* It answers what no client can read, each time: that is no absence. */
Test(run_trouble, what_always_answers_malformed_has_not_gone)
{
    static const struct raw_step malformed[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_SEND, "HTTP/1.1 400 Bad\r\nX: \x1b[2J\r\nContent-Length: 0\r\n\r\n", 0}};
    NEED_HOOKCHECK();
    json_t *report = run_against_raw(malformed, ARRAY_LEN(malformed));
    cr_expect_str_eq(json_string_value(json_object_get(report, "stopped")), "");
    cr_expect_null(strstr(json_string_value(json_object_get(report, "loudest")), "went down"));
    json_decref(report);
}

/* A proxy in front of nothing answers 502 to everything: that is no limit on load. */
Test(run_trouble, what_always_answers_502_limits_nothing, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, ARGUMENTS("--behaviour", "status=502")));
    json_t *report =
        run_for_json(receiver.url, ARGUMENTS("--quick", "--only", "panora/timing"), &code);
    char *notes = json_dumps(json_object_get(report, "notes"), 0);
    cr_expect_null(strstr(notes, "limits its load"), "%s", notes);
    free(notes);
    json_decref(report);
}
