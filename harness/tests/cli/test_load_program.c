/* `load`, run as a user would. */
#include <criterion/criterion.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/command.h"
#include "tests/support/json_schema.h"
#include "tests/support/raw_server.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/started_receiver.h"

TestSuite(cli_load_program, .timeout = 120);

static const char *const receivers_secret[] = {"HOOKCHECK_SECRET=" RECEIVER_SECRET, NULL};

#define LOAD(end, ...)                                                                             \
    run_hookcheck_with((const char *const[]){"load", __VA_ARGS__, NULL}, receivers_secret,         \
                       (struct bytes){0}, (end))

static char *url_of(const struct started_receiver *receiver)
{
    return mem_format("http://127.0.0.1:%d/hook", receiver_port(receiver->receiver));
}

Test(cli_load_program, reports_as_the_schema_says)
{
    NEED_HOOKCHECK();
    static const char *const faults[] = {NULL, "A01"};
    json_t *schema = json_load_file("reports/load.schema.json", JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(schema);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        struct started_receiver receiver;
        struct program_end end;
        struct error err = {0};
        started_begin_wrong(&receiver, faults[i], NULL);
        char *url = url_of(&receiver);
        LOAD(&end, url, "--rate", "500", "--max-requests", "200", "--forged", "20%", "--slo",
             "errors<99%", "--report", "json=-");
        cr_expect_eq(end.code, faults[i] ? EXIT_FELL_SHORT : EXIT_OK, "%d: %s", end.code,
                     buf_text(&end.err));
        json_t *report = json_loads(buf_text(&end.out), JSON_REJECT_DUPLICATES, NULL);
        cr_assert_not_null(report, "%s", buf_text(&end.out));
        cr_expect(json_schema_check(schema, report, &err), "%s", err.message);
        cr_expect_eq(json_integer_value(json_object_get(report, "answered")), 200);
        cr_expect(json_number_value(json_object_get(report, "requests_per_second")) > 0);
        cr_expect(strstr(buf_text(&end.err), faults[i] ? "\nFINDING  forged event (" : "passed: "));
        json_decref(report);
        program_end_clear(&end);
        free(url);
        started_end(&receiver);
    }
    json_decref(schema);
}

Test(cli_load_program, refuses_what_it_cannot_do_before_it_sends)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *arguments[4];
        const char *part;
    } rows[] = {
        {{"http://example.com/"}, "repeat its name: --i-may-load-this-host example.com"},
        {{"http://example.com/", "--i-may-load-this-host", "example.org"},
         "\"example.org\" is not the URL's host, example.com"},
        {{"http://127.0.0.1:1/", "--rate", "0"}, "--rate: \"0\" is not a rate"},
        {{"http://127.0.0.1:1/", "--forged", "5"}, "--forged: \"5\" is not a percentage"},
        {{"http://127.0.0.1:1/", "--forged=101%"}, "--forged: \"101%\" is not a percentage"},
        {{"http://127.0.0.1:1/", "--clients=3", "--rate=5"}, "exclude each other"},
        {{"http://127.0.0.1:1/", "--clients=3", "--connections=5"},
         "--connections works only with --rate"},
        {{"http://127.0.0.1:1/", "--slo", "p99<5"}, "--slo: \"p99<5\": the limit must be a time"},
        {{"http://127.0.0.1:1/", "--find-capacity"}, "--find-capacity needs goals (--slo)"},
        {{"http://127.0.0.1:1/", "--events", "a,,b"}, "an event type is missing"},
        {{"http://127.0.0.1:1/", "--events", "a=0"}, "--events: a: "},
        {{"http://127.0.0.1:1/", "--size", "0"}, "--size: "},
        {{"http://127.0.0.1:1/", "--duration", "0"}, "--duration: it must be greater than 0"},
        {{"http://127.0.0.1:1/", "--report", "xml=a"}, "--report: no report format \"xml\""},
        {{"http://127.0.0.1:1/", "--report", "json"}, "is not FORMAT=FILE"},
        {{"http://127.0.0.1:1/", "--export", "gatling"}, "--export: no engine \"gatling\""},
        {{"http://127.0.0.1:1/", "--export", "k6"},
         "DIR, the folder for the project, is missing after "},
        {{"http://127.0.0.1:1/", "--export=k6", "reports"}, "the folder reports is not empty"},
        {{"http://127.0.0.1:1/", "--export=k6", "x", "--threads=2"},
         "--threads does not work with --export"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        const char *const *a = rows[i].arguments;
        LOAD(&end, a[0], a[1], a[2], a[3]);
        cr_expect_eq(end.code, EXIT_WRONG_USAGE, "%d: %d", (int)i, end.code);
        cr_expect(strstr(buf_text(&end.err), rows[i].part), "%s", buf_text(&end.err));
        cr_expect_eq(end.out.len, 0);
        program_end_clear(&end);
    }
}

Test(cli_load_program, says_that_nothing_listens)
{
    NEED_HOOKCHECK();
    struct program_end end;
    LOAD(&end, "http://127.0.0.1:1/hook");
    cr_expect_eq(end.code, EXIT_UNREACHED);
    cr_expect(strstr(buf_text(&end.err), "cannot connect to http://127.0.0.1:1/hook"), "%s",
              buf_text(&end.err));
    program_end_clear(&end);
}

/* What this machine lacks is no error of the endpoint. */
Test(cli_load_program, is_undecided_without_descriptors)
{
    NEED_HOOKCHECK();
    struct started_receiver receiver;
    struct buf out = {0};
    started_begin(&receiver, NULL);
    char *command =
        mem_format("ulimit -n 12; HOOKCHECK_SECRET='%s' '%s' load "
                   "http://127.0.0.1:%d/hook --clients 40 --max-requests 200 2>&1",
                   RECEIVER_SECRET, getenv("HOOKCHECK_BIN"), receiver_port(receiver.receiver));
    cr_expect_eq(shell_run(command, &out), EXIT_UNDECIDED);
    cr_expect_not_null(strstr(buf_text(&out), "(ulimit -n)"), "%s", buf_text(&out));
    cr_expect_not_null(strstr(buf_text(&out), "undecided: 200 requests, 0 errors"));
    for (const char *line = buf_text(&out); line; line = strchr(line, '\n')) {
        line += *line == '\n';
        cr_expect_leq(strcspn(line, "\n"), 80, "%.120s", line);
    }
    free(command);
    buf_clear(&out);
    started_end(&receiver);
}

Test(cli_load_program, ends_with_its_report_when_interrupted)
{
    NEED_HOOKCHECK();
    static const struct raw_step holding[] = {{RAW_HOLD, NULL, 0}};
    struct raw_server *server = raw_server_start(holding, ARRAY_LEN(holding), NULL);
    char *command = mem_format("HOOKCHECK_SECRET=x timeout -s INT 2 '%s' load http://127.0.0.1:%d/ "
                               "--duration 120s --deadline 100s; echo $?",
                               hookcheck_path(), raw_server_port(server));
    const char *const argv[] = {"sh", "-c", command, NULL};
    struct program_end end;
    int64_t begun_ns = clock_monotonic_ns();
    run_program(&(struct program){.argv = argv}, &end);
    cr_expect(clock_monotonic_ns() - begun_ns < 60 * NS_PER_S);
    cr_expect(strstr(buf_text(&end.out), "interrupted\n"), "%s", buf_text(&end.out));
    cr_expect(strstr(buf_text(&end.out), "\n124\n"), "%s", buf_text(&end.out)); /* timeout's own */
    program_end_clear(&end);
    free(command);
    raw_server_stop(server);
}

/* One that goes well, and one that accepts forgeries. */
/* By the receiver's journal, and by a command that reads it. */
Test(cli_load_program, accounts_for_events)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *fault; /* with its option, or two that say nothing */
        const char *part;
        int code;
    } rows[] = {
        {NULL, " 0 lost, 0 doubled, 0 forged ones processed, by --", EXIT_OK},
        {"G13", "EVENTS ", EXIT_FELL_SHORT},
        {"A17", "forged ones processed (7e57c0de-", EXIT_FELL_SHORT},
        {"G14", " doubled (7e57c0de-", EXIT_OK},
    };
    char path[] = "/tmp/hookcheck-journal-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    char *command = mem_format("fixtures/effect/from-journal.sh %s", path);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (int by_command = 0; by_command < 2; by_command++) {
            struct started_receiver receiver;
            struct program_end end;
            started_begin(&receiver, &(struct receiver_options){.faults = &rows[i].fault,
                                                                .num_faults = rows[i].fault != NULL,
                                                                .journal = path});
            char *url = url_of(&receiver);
            LOAD(&end, url, "--rate", "400", "--max-requests", "90", "--forged", "20%",
                 "--duplicates", "20%", "--effect-wait", "2s",
                 by_command ? "--effect-command" : "--journal", by_command ? command : path);
            cr_expect_eq(end.code, rows[i].code, "%zu: %d", i, end.code);
            struct buf flat = {0}; /* its lines are wrapped */
            for (const char *c = buf_text(&end.out); *c; c++)
                if (*c != '\n' && (*c != ' ' || c[1] != ' '))
                    buf_add_char(&flat, *c);
            cr_expect(strstr(buf_text(&flat), rows[i].part), "%zu: %s", i, buf_text(&end.out));
            buf_clear(&flat);
            program_end_clear(&end);
            free(url);
            started_end(&receiver);
            cr_assert_eq(ftruncate(fd, 0), 0);
        }
    }
    free(command);
    (void)close(fd);
    (void)unlink(path);
}

Test(cli_load_program, is_shown_and_compared_from_its_report)
{
    NEED_HOOKCHECK();
    static const char *const faults[] = {NULL, "A01"};
    char folder[] = "/tmp/hookcheck-load-XXXXXX";
    char *paths[2];
    struct program_end end;
    cr_assert_not_null(mkdtemp(folder));
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        struct started_receiver receiver;
        paths[i] = mem_format("%s/%zu.json", folder, i);
        started_begin_wrong(&receiver, faults[i], NULL);
        char *url = url_of(&receiver);
        LOAD(&end, url, "--rate", "400", "--max-requests", "100", "--forged", "30%", "--report",
             paths[i], "--report", "html=-");
        cr_expect(strstr(buf_text(&end.out), "<h2 id=\"time\">Over time</h2>"));
        cr_expect_eq(strstr(buf_text(&end.out), "forged events accepted") != NULL, i == 1);
        program_end_clear(&end);
        free(url);
        started_end(&receiver);
    }
    RUN(&end, "report", paths[1]);
    cr_expect_eq(end.code, EXIT_OK);
    cr_expect(strstr(buf_text(&end.out), "\nfailed: 100 answered, "), "%s", buf_text(&end.out));
    program_end_clear(&end);
    RUN(&end, "report", paths[0], paths[1]);
    cr_expect_eq(end.code, EXIT_FELL_SHORT);
    cr_expect(strstr(buf_text(&end.out), "  new: forged events accepted\n"), "%s",
              buf_text(&end.out));
    program_end_clear(&end);
    RUN(&end, "report", paths[1], paths[0], "--report", "html=-");
    cr_expect_eq(end.code, EXIT_OK);
    cr_expect(strstr(buf_text(&end.out), "failed, then passed"));
    program_end_clear(&end);
    RUN(&end, "report", paths[0], "reports/examples/report.json");
    cr_expect_eq(end.code, EXIT_WRONG_USAGE);
    cr_expect(strstr(buf_text(&end.err), "a load can be compared only with a load"));
    program_end_clear(&end);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        (void)unlink(paths[i]);
        free(paths[i]);
    }
    (void)rmdir(folder);
}

Test(cli_load_program, exports_a_project_without_any_secret)
{
    NEED_HOOKCHECK();
    char folder[] = "/tmp/hookcheck-load-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    char *dir = mem_format("%s/project", folder);
    char *path = mem_format("%s/plan.json", dir);
    struct program_end end;
    LOAD(&end, "http://me:my-password@127.0.0.1:1/hook", dir, "--export", "locust", "--header",
         "X-Gate: my-gate-key", "--slo", "p99<500ms,errors<0.1%", "--rate", "300/s");
    cr_expect_eq(end.code, EXIT_OK, "%s", buf_text(&end.err));
    json_t *plan = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(plan);
    char *text = json_dumps(plan, JSON_COMPACT);
    cr_expect(!strstr(text, "my-"), "%s", text);
    cr_expect(json_is_null(json_object_get(plan, "url")), "it holds a password");
    cr_expect_eq(json_integer_value(json_object_get(plan, "rate")), 300);
    cr_expect(strstr(text, "{\"X-Gate\":\"HOOKCHECK_HEADER_X_GATE\"}"), "%s", text);
    cr_expect(strstr(text, "\"measure\":\"p99\",\"below\":true,\"or_equal\":false,\"limit\":500"),
              "%s", text);
    program_end_clear(&end);
    const char *const remove[] = {"rm", "-r", folder, NULL};
    run_program(&(struct program){.argv = remove}, &end);
    program_end_clear(&end);
    free(text);
    json_decref(plan);
    free(path);
    free(dir);
}

/* The one word is the folder then; the endpoint comes from the variable, or from whoever runs it.
 */
Test(cli_load_program, exports_without_a_url)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *env[2];
        const char *url;
    } rows[] = {{{"HOOKCHECK_URL=http://127.0.0.1:1/h", NULL}, "http://127.0.0.1:1/h"},
                {{NULL}, NULL}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char folder[] = "/tmp/hookcheck-load-XXXXXX";
        cr_assert_not_null(mkdtemp(folder)); /* empty, and so it may be used */
        char *path = mem_format("%s/plan.json", folder);
        struct program_end end;
        run_hookcheck_with((const char *const[]){"load", "--export", "k6", folder, NULL},
                           rows[i].env, (struct bytes){0}, &end);
        cr_expect_eq(end.code, EXIT_OK, "%s", buf_text(&end.err));
        json_t *plan = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
        const char *url = json_string_value(json_object_get(plan, "url"));
        cr_expect(rows[i].url ? url && strcmp(url, rows[i].url) == 0 : !url);
        json_decref(plan);
        program_end_clear(&end);
        const char *const remove[] = {"rm", "-r", folder, NULL};
        run_program(&(struct program){.argv = remove}, &end);
        program_end_clear(&end);
        free(path);
    }
}
