/* What the options of `run` choose, hold and hide. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/support/running.h"
#include "tests/support/shell_run.h"

TestSuite(run_options, .timeout = 600);

static struct journalled journalled;

static void set_up(void)
{
    if (hookcheck_path())
        cr_assert(start_journalled(&journalled, NULL));
}

static void stop(void)
{
    stop_journalled(&journalled);
}

static json_t *report_with(const char *const *arguments, int wanted_code)
{
    int code;
    json_t *report = run_for_json(journalled.receiver.url, arguments, &code);
    cr_expect_eq(code, wanted_code, "%s: exit %d", arguments[0], code);
    return report;
}

static size_t num_cases(const json_t *report)
{
    return json_array_size(json_object_get(report, "cases"));
}

#define GENUINE "panora/delivery/accepts-an-event"
#define ZEROS   "panora/signature/refuses-zeros"

/* --- which cases --- */

Test(run_options, choose_cases_by_globs_on_full_ids, .init = set_up, .fini = stop)
{
    NEED_HOOKCHECK();
    json_t *report = report_with(ARGUMENTS("--only", "*/refuses-z*", "--only", GENUINE), 0);
    cr_expect_eq(num_cases(report), 2);
    cr_expect_str_eq(verdict_in(report, GENUINE), "pass");
    cr_expect_str_eq(verdict_in(report, ZEROS), "pass", "its control was sent, though unreported");
    json_decref(report);
    report = report_with(
        ARGUMENTS("--only", "panora/signature/refuses-truncated*", "--skip", "*truncated[63]"), 0);
    cr_expect_eq(num_cases(report), 2);
    json_decref(report);
    report = report_with(ARGUMENTS("--only", "panora/signature/refuses-changed-digit"), 0);
    cr_expect_eq(num_cases(report), 3, "the name of a case means all its values");
    json_decref(report);
}

struct choice_row {
    const char *arguments[4];
    const char *there, *not_there; /* ids of cases */
};

Test(run_options, choose_cases_by_level_events_dialect_and_suite, .init = set_up, .fini = stop)
{
#define TYPE(t) "panora/delivery/accepts-every-type[" t "]"
    static const struct choice_row rows[] = {
        {{"--level", "must"}, GENUINE, "panora/delivery/answers-briefly"},
        {{"--level", "should"},
         "panora/delivery/answers-briefly",
         "panora/signature/uppercase-hex"},
        {{"--level", "may"}, "panora/signature/uppercase-hex", ""},
        {{"--events", "crm.deal.push"}, TYPE("crm.deal.push"), TYPE("crm.contact.created")},
        {{"--events", "crm.deal.push,crm.contact.created"},
         TYPE("crm.contact.created"),
         TYPE("crm.task.push")},
        {{"--events", "crm.deal.push"}, "panora/delivery/accepts-unknown-type", ""},
        {{"--dialect", "text"}, GENUINE, "panora/delivery/accepts-object-data"},
        {{"--dialect", "object"}, "panora/delivery/accepts-object-data", ""},
        {{"--suite", "panora/delivery"}, GENUINE, ZEROS},
        {{"--suite", "panora/signature"}, ZEROS, GENUINE},
        {{"--suite", "panora"}, ZEROS, ""},
    };
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *arguments[6] = {rows[i].arguments[0], rows[i].arguments[1], "--quick", "--skip",
                                    "*idle*"};
        json_t *report = report_with(arguments, 0);
        cr_expect_str_neq(verdict_in(report, rows[i].there), "", "%s %s: no %s", arguments[0],
                          arguments[1], rows[i].there);
        cr_expect_str_eq(verdict_in(report, rows[i].not_there), "", "%s %s: %s", arguments[0],
                         arguments[1], rows[i].not_there);
        json_decref(report);
    }
}

Test(run_options, quick_leaves_out_long_waits_only, .init = set_up, .fini = stop)
{
#define IDLE(t) "panora/delivery/survives-idle-connection[" t "]"
    NEED_HOOKCHECK();
    json_t *report = report_with(ARGUMENTS("--quick", "--only", "*survives-idle*"), 0);
    cr_expect_str_eq(verdict_in(report, IDLE("1s")), "pass");
    cr_expect_str_eq(verdict_in(report, IDLE("4.5s")), "");
    json_decref(report);
}

Test(run_options, unsigned_leaves_the_signature_aside, .fini = stop)
{
    static const char *const env[] = {"X=1", NULL};
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "A01")));
    struct program_end end;
    run_hookcheck_with(
        ARGUMENTS("run", journalled.receiver.url, "--quick", "--unsigned", "--skip", "*idle*"), env,
        (struct bytes){0}, &end);
    cr_expect_eq(end.code, 0, "without any secret: %s%s", buf_text(&end.out), buf_text(&end.err));
    program_end_clear(&end);
    json_t *report = report_with(ARGUMENTS("--quick", "--unsigned", "--only", ZEROS), 2);
    cr_expect_str_eq(verdict_in(report, ZEROS), "skip");
    json_decref(report);
    report = report_with(ARGUMENTS("--only", ZEROS), 1);
    json_decref(report);
}

Test(run_options, strict_lets_warnings_count, .fini = stop)
{
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "B01")));
    json_t *report = report_with(ARGUMENTS("--only", "*/refuses-truncated"), 0);
    cr_expect_eq(count_verdict(report, "warn"), 3);
    json_decref(report);
    report = report_with(ARGUMENTS("--only", "*/refuses-truncated", "--strict"), 1);
    json_decref(report);
}

/* --- what is sent --- */

Test(run_options, dry_run_sends_nothing, .init = set_up, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    run_against(journalled.receiver.url, ARGUMENTS("--dry-run", "--quick"), &end);
    cr_expect_eq(end.code, 0);
    cr_expect(strstr(buf_text(&end.out), ZEROS ": crm.contact.created, a signature of zeros"));
    cr_expect(strstr(buf_text(&end.out), "control: crm.contact.created ("));
    cr_expect_null(strstr(buf_text(&end.out), TEST_SECRET));
    cr_expect_eq(count_journal(&journalled), 0);
    program_end_clear(&end);
}

/* What a journal says of requests, without the times. */
static void add_requests(const char *journal, struct buf *out)
{
    for (const char *at = journal; (at = strstr(at, "\"headers\"")) != NULL;) {
        const char *end = strstr(at, ",\"verified\"");
        if (!end)
            return;
        buf_add(out, at, (size_t)(end - at));
        buf_add_char(out, '\n');
        at = end;
    }
}

static void requests_of_run(const char *seed, struct buf *out)
{
    struct buf journal = {0};
    read_journal(&journalled, &journal);
    size_t before = journal.len;
    json_decref(report_with(ARGUMENTS("--seed", seed, "--concurrency", "1", "--only", "*refuses-w*",
                                      "--only", "*any-digest*", "--only", "*every-type*"),
                            0));
    buf_reset(&journal);
    read_journal(&journalled, &journal);
    add_requests(buf_text(&journal) + before, out);
    buf_clear(&journal);
}

Test(run_options, the_same_seed_sends_the_same_bytes, .init = set_up, .fini = stop)
{
    struct buf first = {0};
    struct buf second = {0};
    struct buf other = {0};
    NEED_HOOKCHECK();
    requests_of_run("42", &first);
    requests_of_run("42", &second);
    requests_of_run("43", &other);
    cr_expect_gt(first.len, 10000);
    cr_expect(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
    cr_expect_not(bytes_equal(buf_bytes(&first), buf_bytes(&other)));
    buf_clear(&first);
    buf_clear(&second);
    buf_clear(&other);
}

Test(run_options, object_dialect_sends_objects, .init = set_up, .fini = stop)
{
    struct buf journal = {0};
    struct buf body = {0};
    NEED_HOOKCHECK();
    json_decref(report_with(ARGUMENTS("--dialect", "object", "--only", GENUINE), 0));
    read_journal(&journalled, &journal);
    const char *at = strstr(buf_text(&journal), "\"body_base64\":\"");
    cr_assert(at);
    at += strlen("\"body_base64\":\"");
    cr_assert(decode_base64((struct bytes){at, strcspn(at, "\"")}, &body));
    cr_expect(strstr(buf_text(&body), "\"data\":{"), "%s", buf_text(&body));
    buf_clear(&journal);
    buf_clear(&body);
}

/* --- budgets --- */

static double duration_ms(const json_t *report)
{
    return json_number_value(json_object_get(report, "duration_ms"));
}

Test(run_options, max_requests_is_kept_exactly, .init = set_up, .fini = stop)
{
    static const char *const budgets[] = {"1", "5", "23"};
    size_t sent = 0;
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
        json_decref(
            report_with(ARGUMENTS("--max-requests", budgets[i], "--suite", "panora/signature"), 4));
        sent += strtoul(budgets[i], NULL, 10);
        cr_expect_eq(count_journal(&journalled), sent, "--max-requests %s", budgets[i]);
    }
}

Test(run_options, rate_and_concurrency_hold_requests_back, .fini = stop)
{
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, ARGUMENTS("--behaviour", "delay=30ms")));
    json_t *report = report_with(
        ARGUMENTS("--rate", "20/s", "--max-requests", "8", "--only", "*every-type*"), 4);
    cr_expect_geq(duration_ms(report), 350, "8 requests, 50 ms apart");
    json_decref(report);
    report = report_with(
        ARGUMENTS("--concurrency", "1", "--max-requests", "10", "--only", "*every-type*"), 4);
    cr_expect_geq(duration_ms(report), 300, "10 requests one after another, 30 ms each");
    json_decref(report);
}

Test(run_options, max_time_ends_the_run_even_inside_a_wait, .init = set_up, .fini = stop)
{
    NEED_HOOKCHECK();
    json_t *report = report_with(
        ARGUMENTS("--max-time", "2s", "--only", "*survives-idle*", "--only", GENUINE), 4);
    cr_expect_lt(duration_ms(report), 4400, "%g ms", duration_ms(report));
    cr_expect_str_eq(verdict_in(report, GENUINE), "pass");
    cr_expect_str_eq(verdict_in(report, IDLE("4.5s")), "inconclusive");
    cr_expect(strstr(json_string_value(json_object_get(report, "stopped")), "--max-time"));
    json_decref(report);
}

/* What never began took no time. */
Test(run_options, cases_that_were_not_sent_last_nothing, .init = set_up, .fini = stop)
{
    NEED_HOOKCHECK();
    json_t *report = report_with(ARGUMENTS("--max-requests", "1", "--quick"), 4);
    for (size_t i = 0; i < num_cases(report); i++) {
        const json_t *one = json_array_get(json_object_get(report, "cases"), i);
        cr_expect_lt(duration_ms(one), 10000, "%s", json_string_value(json_object_get(one, "id")));
    }
    json_decref(report);
}

/* --- waiting for the endpoint --- */

static const char late_script[] =
    "(sleep 0.4; exec \"$0\" receive --quiet --listen \"${1#http://}\" >/dev/null) &\n"
    "pid=$!\n"
    "\"$0\" run \"http://${1#http://}/\" --wait 10s --only \"$2\" --no-progress\n"
    "code=$?\n"
    "kill $pid\n"
    "exit $code\n";

Test(run_options, wait_waits_for_the_first_answer, .init = set_up, .fini = stop)
{
    static const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    struct program_end end;
    NEED_HOOKCHECK();
    char *place = mem_text(journalled.receiver.url);
    (void)stop_program(&journalled.receiver);
    const char *const argv[] = {"sh", "-c", late_script, hookcheck_path(), place, GENUINE, NULL};
    run_program(&(struct program){.argv = argv, .env = env}, &end);
    cr_expect_eq(end.code, 0, "%s%s", buf_text(&end.out), buf_text(&end.err));
    program_end_clear(&end);
    free(place);
}

/* --- reports and what they must not hold --- */

Test(run_options, each_report_goes_where_it_is_asked_to, .init = set_up, .fini = stop)
{
    static const struct {
        const char *format, *begins;
    } rows[] = {
        {"text", "hookcheck "}, {"json", "{"}, {"junit", "<?xml"}, {"tap", "TAP version 1"}};
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        struct buf file = {0};
        char *path = shell_temporary(bytes_of("what was there before"));
        char *to_file = mem_format("%s=%s", rows[i].format, path);
        char *to_stdout = mem_format("%s=-", rows[i].format);
        run_against(journalled.receiver.url, ARGUMENTS("--only", GENUINE, "--report", to_file),
                    &end);
        cr_expect_eq(end.code, 0);
        cr_expect(file_read(path, 1 << 20, &file, NULL));
        cr_expect_eq(strncmp(buf_text(&file), rows[i].begins, strlen(rows[i].begins)), 0, "%s: %s",
                     rows[i].format, buf_text(&file));
        cr_expect(strstr(buf_text(&end.out), "hookcheck: ready: "), "the text stays on stdout");
        program_end_clear(&end);
        run_against(journalled.receiver.url, ARGUMENTS("--only", GENUINE, "--report", to_stdout),
                    &end);
        cr_expect_eq(strncmp(buf_text(&end.out), rows[i].begins, strlen(rows[i].begins)), 0, "%s",
                     buf_text(&end.out));
        cr_expect(i == 0 || strstr(buf_text(&end.err), "hookcheck: ready: "),
                  "the text goes to stderr");
        cr_expect(i > 0 || !strstr(buf_text(&end.err), "ready"), "the text is printed once: %s",
                  buf_text(&end.err));
        program_end_clear(&end);
        (void)unlink(path);
        free(path);
        free(to_file);
        free(to_stdout);
        buf_clear(&file);
    }
}

Test(run_options, of_quiet_and_verbose_the_last_one_holds, .init = set_up, .fini = stop)
{
    static const struct {
        const char *flags;
        bool has_tree;
    } rows[] = {{"-vq", false}, {"-qv", true}};
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_against(journalled.receiver.url, ARGUMENTS(rows[i].flags, "--only", GENUINE), &end);
        cr_expect_eq(strstr(buf_text(&end.out), "1 case, seed") != NULL, rows[i].has_tree, "%s: %s",
                     rows[i].flags, buf_text(&end.out));
        program_end_clear(&end);
    }
}

/* "-" is standard output there, too, and no file of that name. */
Test(run_options, failures_go_to_standard_output_when_asked, .init = set_up, .fini = stop)
{
    NEED_HOOKCHECK();
    struct program_end end;
    run_against(journalled.receiver.url, ARGUMENTS("--only", GENUINE, "--failures", "har=-"), &end);
    cr_expect_eq(end.code, 0);
    cr_expect_eq(strncmp(buf_text(&end.out), "{\"log\"", 6), 0, "%s", buf_text(&end.out));
    cr_expect(strstr(buf_text(&end.err), "hookcheck: ready: "), "%s", buf_text(&end.err));
    cr_expect_neq(access("-", F_OK), 0);
    program_end_clear(&end);
}

#define HIDDEN_SECRET "whsec_very/secret+0123456789"
#define HIDDEN_HEADER "staging-token-0123456789"

static void expect_nothing_hidden(const struct buf *text, const char *what)
{
    static const char *const values[] = {HIDDEN_SECRET, HIDDEN_HEADER};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct buf forms[3] = {{0}};
        buf_add_text(&forms[0], values[i]);
        encode_hex(bytes_of(values[i]), &forms[1]);
        encode_base64((struct bytes){values[i], strlen(values[i]) / 3 * 3}, &forms[2]);
        for (size_t k = 0; k < ARRAY_LEN(forms); k++) {
            cr_expect_null(strstr(buf_text(text), buf_text(&forms[k])), "%s holds %s", what,
                           buf_text(&forms[k]));
            buf_clear(&forms[k]);
        }
    }
}

/* The worst that an endpoint can do: it lets everything in, so that every failure is printed with
 * what was sent, and it sends back what it got. */
Test(run_options, no_output_holds_the_secret_or_a_headers_value, .fini = stop)
{
    static const char *const env[] = {"HOOKCHECK_SECRET=" HIDDEN_SECRET, NULL};
    static const char *const formats[] = {"text=-", "json=-", "junit=-", "tap=-"};
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "A01", "--behaviour",
                                                      "text=" HIDDEN_SECRET " " HIDDEN_HEADER)));
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct program_end end;
        run_hookcheck_with(ARGUMENTS("run", journalled.receiver.url, "-v", "--quick", "--suite",
                                     "panora/signature", "--header",
                                     "X-Auth: Bearer " HIDDEN_HEADER, "--report", formats[i]),
                           env, (struct bytes){0}, &end);
        cr_expect_eq(end.code, 1, "%s", formats[i]);
        cr_expect_gt(end.out.len + end.err.len, 2000, "%s", formats[i]);
        expect_nothing_hidden(&end.out, formats[i]);
        expect_nothing_hidden(&end.err, "stderr");
        program_end_clear(&end);
    }
    struct buf journal = {0};
    read_journal(&journalled, &journal);
    cr_expect(strstr(buf_text(&journal), "Bearer " HIDDEN_HEADER), "it was sent all the same");
    buf_clear(&journal);
}

/* A secret that no header can hold keeps one case from being sent, not the run. */
Test(run_options, a_secret_that_no_header_holds_skips_the_case_that_would_send_it, .fini = stop)
{
    static const char *const env[] = {"HOOKCHECK_SECRET=line one\nline two", NULL};
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&journalled.receiver, NULL));
    run_hookcheck_with(ARGUMENTS("run", journalled.receiver.url, "--only",
                                 "*/refuses-secret-itself", "--only", GENUINE, "--report",
                                 "json=-"),
                       env, (struct bytes){0}, &end);
    json_t *report = json_loadb(buf_text(&end.out), end.out.len, JSON_ALLOW_NUL, NULL);
    cr_expect_str_eq(verdict_in(report, "panora/signature/refuses-secret-itself"), "skip");
    cr_expect_str_eq(verdict_in(report, GENUINE), "fail", "the receiver has another secret");
    json_decref(report);
    program_end_clear(&end);
}
