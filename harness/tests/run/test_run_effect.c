/*
 * --effect-command from end to end: the receiver's journal is asked, by the example script, what
 * became of the events of a run.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/running.h"
#include "tests/support/shell_run.h"

TestSuite(run_effect, .timeout = 120);

#define FORGERIES   "panora/effect/does-not-process-forgeries"
#define ACCEPTED    "panora/effect/processes-what-it-accepts"
#define REDELIVERED "panora/effect/processes-once-when-redelivered"
#define RACED       "panora/effect/processes-once-when-raced"
#define ASKED       "--only", "panora/effect/*", "--effect-wait", "0s", "--effect-command"

static struct journalled endpoint;
static char *script; /* the example, with the journal */

static void begin(const char *fault)
{
    const char *const arguments[] = {"--fault", fault, NULL};
    cr_assert(start_journalled(&endpoint, fault ? arguments : NULL));
    script = mem_format("fixtures/effect/from-journal.sh '%s'", endpoint.path);
}

static void end(void)
{
    free(script);
    script = NULL;
    stop_journalled(&endpoint);
}

/* Whether there is such a diagnosis with such a confidence, whose sentence holds `words`. */
static bool is_diagnosed(const json_t *report, const char *id, const char *confidence,
                         const char *words)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(report, "diagnoses"), i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
            return strcmp(json_string_value(json_object_get(one, "confidence")), confidence) == 0 &&
                   strstr(json_string_value(json_object_get(one, "sentence")), words) != NULL &&
                   json_array_size(json_object_get(one, "cases")) > 0;
    }
    return false;
}

struct row {
    const char *fault;
    int code;
    const char *forgeries, *accepted, *redelivered, *raced;
    const char *diagnosis, *confidence, *words;
};

static const struct row rows[] = {
    {NULL, 0, "pass", "pass", "pass", "pass", NULL, NULL, NULL},
    {"A17", 1, "fail", "pass", "pass", "pass", "refused-but-processed", "likely", "or the command"},
    {"A01", 1, "fail", "pass", "pass", "pass", "checks-nothing", "proved", ""},
    {"A02", 1, "fail", "pass", "pass", "pass", "checks-only-when-present", "proved", ""},
    {"A18", 0, "pass", "pass", "pass", "pass", NULL, NULL, NULL},
    {"G04", 0, "pass", "pass", "pass", "warn", "races-duplicates", "proved", "two steps"},
    {"G13", 1, "inconclusive", "fail", "warn", "warn", "accepted-but-lost", "likely",
     "or the command"},
    {"G14", 0, "pass", "pass", "warn", "warn", "processed-twice", "proved", "again"},
    {"C01", 4, "pass", "pass", "pass", "pass", "signs-raw-body", "proved", ""},
};

static void check_row(const struct row *row)
{
    begin(row->fault);
    int code = 0;
    json_t *report = run_for_json(endpoint.receiver.url, ARGUMENTS(ASKED, script), &code);
    const char *name = row->fault ? row->fault : "right";
    cr_expect_eq(code, row->code, "%s: %d", name, code);
    cr_expect_str_eq(verdict_in(report, FORGERIES "[no-signature]"), row->forgeries, "%s", name);
    cr_expect_str_eq(verdict_in(report, ACCEPTED "[five-at-once]"), row->accepted, "%s", name);
    cr_expect_str_eq(verdict_in(report, REDELIVERED), row->redelivered, "%s", name);
    cr_expect_str_eq(verdict_in(report, RACED), row->raced, "%s", name);
    if (row->diagnosis && strcmp(name, "C01") != 0)
        cr_expect(is_diagnosed(report, row->diagnosis, row->confidence, row->words), "%s", name);
    if (!row->diagnosis)
        cr_expect_eq(json_array_size(json_object_get(report, "diagnoses")), 0, "%s", name);
    json_decref(report);
    end();
}

Test(run_effect, each_fault_is_told_by_what_the_journal_says)
{
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check_row(&rows[i]);
}

Test(run_effect, what_tells_one_event_from_another_is_believed, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    begin("G13=3");
    json_t *report =
        run_for_json(endpoint.receiver.url, ARGUMENTS(ASKED, script, "--concurrency", "1"), &code);
    cr_expect_eq(code, 1);
    cr_expect(is_diagnosed(report, "accepted-but-lost", "likely", "within --effect-wait."),
              "no other cause");
    json_decref(report);
}

Test(run_effect, a_race_is_told_without_it_as_well, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    begin("G04");
    json_t *report = run_for_json(endpoint.receiver.url, ARGUMENTS("--only", "*redelivery"), &code);
    cr_expect_eq(code, 1);
    cr_expect_str_eq(verdict_in(report, "panora/delivery/accepts-redelivery"), "pass");
    cr_expect_str_eq(verdict_in(report, "panora/delivery/accepts-concurrent-redelivery"), "fail");
    cr_expect(is_diagnosed(report, "races-duplicates", "proved", "arrive together"));
    json_decref(report);
}

Test(run_effect, what_goes_down_later_has_lost_nothing_of_it, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    const char *const faults[] = {"--fault", "G13", "--fault", "B11", NULL};
    cr_assert(start_journalled(&endpoint, faults));
    script = mem_format("fixtures/effect/from-journal.sh '%s'", endpoint.path);
    json_t *report = run_for_json(
        endpoint.receiver.url,
        ARGUMENTS("--allow-disruptive", "--only", "*/abort-mid-body", ASKED, script), &code);
    cr_expect_eq(code, 1);
    cr_expect_str_eq(verdict_in(report, "http/robustness/abort-mid-body"), "fail");
    cr_expect_str_eq(verdict_in(report, ACCEPTED "[alone]"), "fail");
    cr_expect(is_diagnosed(report, "accepted-but-lost", "likely", ""));
    cr_expect(is_diagnosed(report, "dies-on-abort", "proved", ""));
    json_decref(report);
}

Test(run_effect, nothing_is_sent_for_it_unless_it_is_asked_for, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    begin(NULL);
    json_t *report =
        run_for_json(endpoint.receiver.url, ARGUMENTS("--only", "panora/effect/*"), &code);
    cr_expect_eq(code, 2, "nothing was asked");
    cr_expect_not_null(
        strstr(json_string_value(json_object_get(report, "loudest")), "--effect-command"));
    cr_expect_eq(count_verdict(report, "skip"), json_array_size(json_object_get(report, "cases")));
    cr_expect_eq(count_journal(&endpoint), 0);
    json_decref(report);
}

Test(run_effect, a_dry_run_asks_nobody, .fini = end)
{
    NEED_HOOKCHECK();
    struct program_end ended;
    begin(NULL);
    char *mark = mem_format("touch '%s.asked' #", endpoint.path);
    run_against(endpoint.receiver.url, ARGUMENTS("--dry-run", ASKED, mark), &ended);
    cr_expect_eq(ended.code, 0);
    cr_expect(strstr(buf_text(&ended.out), "asks --effect-command about 1"), "%s",
              buf_text(&ended.out));
    cr_expect_eq(count_journal(&endpoint), 0);
    char *asked = mem_format("%s.asked", endpoint.path);
    cr_expect_neq(access(asked, F_OK), 0);
    free(asked);
    free(mark);
    program_end_clear(&ended);
}

static void expect_refused(const char *const *arguments, const char *words)
{
    struct program_end ended;
    run_against(endpoint.receiver.url, arguments, &ended);
    cr_expect_eq(ended.code, 2, "%s: %d", words, ended.code);
    cr_expect(strstr(buf_text(&ended.err), words), "%s: %s", words, buf_text(&ended.err));
    program_end_clear(&ended);
}

Test(run_effect, what_cannot_tell_is_refused_before_anything_is_sent, .fini = end)
{
    NEED_HOOKCHECK();
    begin(NULL);
    expect_refused(ARGUMENTS("--effect-wait", "1s"), "needs --effect-command");
    expect_refused(ARGUMENTS("--effect-command", " "), "the command is empty");
    expect_refused(ARGUMENTS("--effect-command", "x", "--effect-wait", "3m"), "--max-time");
    expect_refused(ARGUMENTS(ASKED, "./no-such-script"), "exit code 127");
    expect_refused(ARGUMENTS(ASKED, "true"), "never sent");
    expect_refused(ARGUMENTS(ASKED, "fixtures/effect/from-journal.sh /no/such/journal"),
                   "exit code 2");
    cr_expect_eq(count_journal(&endpoint), 0);
}

Test(run_effect, the_same_events_cannot_be_asked_about_twice, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    begin(NULL);
    json_t *report =
        run_for_json(endpoint.receiver.url, ARGUMENTS("--seed", "5", ASKED, script), &code);
    cr_expect_eq(code, 0);
    const char *rerun = json_string_value(json_object_get(report, "rerun"));
    cr_expect_null(strstr(rerun, "--seed"), "%s", rerun);
    cr_expect_null(strstr(rerun, endpoint.path), "it may hold a password: %s", rerun);
    cr_expect(strstr(rerun, "--effect-command \"$HOOKCHECK_EFFECT_COMMAND\""), "%s", rerun);
    json_decref(report);
    expect_refused(ARGUMENTS("--seed", "5", ASKED, script), "the same --seed");
}

/* Says no until a second has passed since it was first asked about a sent event: as a queue whose
 * worker is slow. It knows sent events by the journal. */
static const char late[] =
    "n=$(fixtures/effect/from-journal.sh '%s' \"$HOOKCHECK_ID_EVENT\"); [ \"$n\" != 0 ] || exit 1; "
    "f='%s.first'; [ -e \"$f\" ] || date +%%s >\"$f\"; "
    "[ $(($(date +%%s) - $(cat \"$f\"))) -ge 2 ]";

Test(run_effect, an_event_may_be_processed_after_its_answer, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    begin(NULL);
    char *command = mem_format(late, endpoint.path, endpoint.path);
    int64_t begun_ns = clock_monotonic_ns();
    json_t *report = run_for_json(endpoint.receiver.url,
                                  ARGUMENTS("--only", "panora/effect/*", "--quick", "--effect-wait",
                                            "20s", "--effect-command", command),
                                  &code);
    cr_expect_eq(code, 0);
    cr_expect_eq(count_verdict(report, "pass"), 7);
    cr_expect_lt(clock_monotonic_ns() - begun_ns, 15 * NS_PER_S, "it does not wait in vain");
    char *first = mem_format("%s.first", endpoint.path);
    (void)unlink(first);
    free(first);
    free(command);
    json_decref(report);
}

Test(run_effect, a_command_that_fails_leaves_the_cases_open, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    begin("A17");
    /* right about what was never sent, and broken from then on */
    char *command = mem_format("[ -s '%s' ] || exit 1; exit 4 #", endpoint.path);
    json_t *report = run_for_json(endpoint.receiver.url, ARGUMENTS(ASKED, command), &code);
    cr_expect_eq(code, 4);
    cr_expect_eq(count_verdict(report, "inconclusive"), 7);
    cr_expect_eq(json_array_size(json_object_get(report, "diagnoses")), 0);
    free(command);
    json_decref(report);
}

Test(run_effect, who_counts_arrivals_is_not_taken_for_proof, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    begin(NULL);
    char *command = mem_format("grep -cF \"\\\"$HOOKCHECK_ID_EVENT\\\"\" '%s'", endpoint.path);
    json_t *report = run_for_json(endpoint.receiver.url, ARGUMENTS(ASKED, command), &code);
    cr_expect(is_diagnosed(report, "refused-but-processed", "likely", "what arrives"));
    cr_expect(!is_diagnosed(report, "processed-twice", "likely", "again") ||
              is_diagnosed(report, "processed-twice", "likely", "or the command"));
    free(command);
    json_decref(report);
}

Test(run_effect, options_of_the_run_hold_for_it, .fini = end)
{
    NEED_HOOKCHECK();
    int code = 0;
    begin(NULL);
    json_t *report =
        run_for_json(endpoint.receiver.url, ARGUMENTS("--unsigned", ASKED, script), &code);
    cr_expect_str_eq(verdict_in(report, FORGERIES "[no-signature]"), "skip");
    json_decref(report);
    report =
        run_for_json(endpoint.receiver.url, ARGUMENTS("--max-requests", "8", ASKED, script), &code);
    cr_expect_eq(code, 4);
    cr_expect_str_eq(verdict_in(report, RACED), "inconclusive");
    json_decref(report);
    report = run_for_json(endpoint.receiver.url,
                          ARGUMENTS("--max-time", "30s", "--effect-wait", "1s", "--only",
                                    ACCEPTED "*", "--effect-command",
                                    "[ $HOOKCHECK_ID_EVENT ] && sleep 0.2 && echo 0"),
                          &code);
    cr_expect_str_eq(verdict_in(report, ACCEPTED "[alone]"), "fail");
    json_decref(report);
}

/* $0 hookcheck, $1 URL, $2 journal, $3 the process id of a command that hangs goes there. */
static const char interrupting[] =
    "\"$0\" run \"$1\" --only 'panora/effect/*' --effect-wait 0s --report json=\"$3.json\" "
    "  --effect-command \"[ -s '$2' ] || exit 1; echo \\$\\$ >'$3'; sleep 40 #\" >/dev/null 2>&1 "
    "&\n"
    "pid=$!\n"
    "until [ -s \"$3\" ]; do sleep 0.02; done\n"
    "kill -INT $pid\n"
    "wait $pid\n"
    "echo \"ended with $?\"\n"
    "sleep 0.2\n"
    "kill -0 \"$(cat \"$3\")\" 2>/dev/null && echo 'still there'\n"
    "grep -c 'the run was interrupted' \"$3.json\"\n"
    "rm -f \"$3\" \"$3.json\"\n";

Test(run_effect, an_interruption_ends_the_command_too, .fini = end)
{
    NEED_HOOKCHECK();
    static const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    struct program_end ended;
    begin(NULL);
    char *mark = mem_format("%s.mark", endpoint.path);
    const char *const argv[] = {
        "sh",          "-c", interrupting, hookcheck_path(), endpoint.receiver.url,
        endpoint.path, mark, NULL};
    int64_t begun_ns = clock_monotonic_ns();
    run_program(&(struct program){.argv = argv, .env = env}, &ended);
    cr_expect(strstr(buf_text(&ended.out), "ended with 130"), "%s", buf_text(&ended.out));
    cr_expect_null(strstr(buf_text(&ended.out), "still there"), "%s", buf_text(&ended.out));
    cr_expect_lt(clock_monotonic_ns() - begun_ns, 20 * NS_PER_S);
    free(mark);
    program_end_clear(&ended);
}
