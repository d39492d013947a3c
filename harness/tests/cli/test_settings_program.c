/* hookcheck.json, variables and the command line together, tried with the built program. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/settings.h"
#include "cli/settings_schema.h"
#include "tests/support/run_program.h"
#include "tests/support/running.h"
#include "tests/support/shell_run.h"

TestSuite(cli_settings_program, .timeout = 120);

#define SCHEMA_FILE "fixtures/hookcheck.schema.json"

/* What `command` prints and how it ends, in a folder "sub" of one whose hookcheck.json is `file`;
 * $H is the program. */
static int run_below(const char *file, const char *command, struct buf *out)
{
    struct error err = {0};
    char folder[] = "/tmp/hookcheck-settings-XXXXXX";
    cr_assert(mkdtemp(folder));
    char *path = mem_format("%s/hookcheck.json", folder);
    if (file)
        cr_assert(file_write(path, bytes_of(file), 0644, &err), "%s", err.message);
    char *line =
        mem_format("H='%s'; unset HOOKCHECK_SECRET; cd %s && mkdir sub && cd sub && { %s; } "
                   "2>&1; code=$?; rm -r %s; exit $code",
                   hookcheck_path(), folder, command, folder);
    int code = shell_run(line, out);
    free(path);
    free(line);
    return code;
}

static const char two_endpoints[] =
    "{\"//\": \"a comment\","
    " \"endpoints\": {"
    "  \"local\": {\"url\": \"http://127.0.0.1:1/hook\", \"quick\": true, \"// why\": 1},"
    "  \"staging\": {\"url\": \"http://127.0.0.1:2/hook\", \"secret\": {\"env\": \"STG\"},"
    "   \"header\": {\"X-Auth\": {\"env\": \"STG_AUTH\"}}, \"level\": \"must\","
    "   \"max-requests\": 7, \"report\": [\"out.xml\"]}},"
    " \"secret\": {\"file\": \"secret\"}, \"deadline\": \"5s\", \"level\": \"should\","
    " \"cacert\": \"ca.pem\","
    " \"skip\": [{\"case\": \"panora/timing/*\", \"reason\": \"it is slow\"}]}";

/* The row of `setting` in `hookcheck config ARGUMENTS`: "VALUE | FROM". */
static void expect_setting(const char *command, const char *setting, const char *value,
                           const char *from)
{
    struct buf out = {0};
    char *line = mem_format("%s --json", command);
    cr_assert_eq(run_below(two_endpoints, line, &out), 0, "%s: %s", command, buf_text(&out));
    json_t *rows = json_loads(buf_text(&out), 0, NULL);
    size_t index;
    json_t *row;
    bool found = false;
    json_array_foreach(rows, index, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "setting")), setting) != 0)
            continue;
        found = true;
        cr_expect_str_eq(json_string_value(json_object_get(row, "value")), value, "%s", command);
        cr_expect_str_eq(json_string_value(json_object_get(row, "from")), from, "%s", command);
    }
    cr_expect(found, "%s: no %s", command, setting);
    json_decref(rows);
    free(line);
    buf_clear(&out);
}

Test(cli_settings_program, the_nearer_layer_wins)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *command;
        const char *setting;
        const char *value;
        const char *from;
    } rows[] = {
        {"$H config", "level", "should", "../hookcheck.json: /level"},
        {"$H config", "target", "1s", "default"},
        {"$H config", "cacert", "../ca.pem", "../hookcheck.json: /cacert"},
        {"$H config", "secret", "file ../secret", "../hookcheck.json: /secret"},
        {"$H config staging", "url", "http://127.0.0.1:2/hook",
         "../hookcheck.json: /endpoints/staging/url"},
        {"$H config staging", "level", "must", "../hookcheck.json: /endpoints/staging/level"},
        {"$H config staging", "deadline", "5s", "../hookcheck.json: /deadline"},
        {"$H config staging", "max-requests", "7",
         "../hookcheck.json: /endpoints/staging/max-requests"},
        {"$H config staging", "report", "../out.xml",
         "../hookcheck.json: /endpoints/staging/report"},
        {"$H config staging", "secret", "variable STG",
         "../hookcheck.json: /endpoints/staging/secret"},
        {"$H config staging", "header", "X-Auth from variable STG_AUTH",
         "../hookcheck.json: /endpoints/staging/header"},
        {"HOOKCHECK_LEVEL=may $H config staging", "level", "may", "HOOKCHECK_LEVEL"},
        {"HOOKCHECK_LEVEL=may $H config staging --level should", "level", "should", "command line"},
        {"HOOKCHECK_URL=local $H config", "url", "http://127.0.0.1:1/hook",
         "../hookcheck.json: /endpoints/local/url"},
        {"HOOKCHECK_URL=http://127.0.0.1:9/x $H config", "url", "http://127.0.0.1:9/x",
         "HOOKCHECK_URL"},
        {"$H config local", "quick", "true", "../hookcheck.json: /endpoints/local/quick"},
        {"$H config local --no-quick", "quick", "false", "command line"},
        {"HOOKCHECK_QUICK=1 $H config staging", "quick", "true", "HOOKCHECK_QUICK"},
        {"$H config staging --secret-env MINE", "secret", "variable MINE", "command line"},
        {"$H config --no-config", "level", "may", "default"},
        {"$H config \"$(printf 'http://127.0.0.1:9/\\033[m')\"", "url",
         "http://127.0.0.1:9/\\x1b[m", "command line"},
        {"cp ../hookcheck.json o.json; $H config --config o.json", "level", "should",
         "o.json: /level"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_setting(rows[i].command, rows[i].setting, rows[i].value, rows[i].from);
}

Test(cli_settings_program, what_is_wrong_in_the_file_is_said_with_its_place)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *file;
        const char *command;
        const char *complaint;
    } rows[] = {
        {"{\"levle\": \"must\"}", "$H config",
         "hookcheck config: ../hookcheck.json: no key \"levle\"; did you mean \"level\"?\n"},
        {"{\"level\": 3}", "$H config",
         "hookcheck config: ../hookcheck.json: /level: is a number; a string is needed here\n"},
        {"{\"secret\": \"whsec_x\"}", "$H config",
         "hookcheck config: ../hookcheck.json: /secret: a secret does not belong in this file: "
         "write {\"env\": NAME} or {\"file\": FILE}\n"},
        {"{\"endpoints\": {\"a\": {\"url\": \"http://x/\", \"header\": {\"A\": \"b\"}}}}",
         "$H config http://y/",
         "hookcheck config: ../hookcheck.json: /endpoints/a/header/A: a secret does not belong in "
         "this file: write {\"env\": NAME} or {\"file\": FILE}\n"},
        {"{\"endpoints\": {\"staging\": {\"url\": \"http://x/\"}}}", "$H run stagign",
         "hookcheck run: ../hookcheck.json: no endpoint \"stagign\"; did you mean \"staging\"?\n"},
        {"{\"endpoints\": {\"staging\": {}}}", "$H run staging",
         "hookcheck run: ../hookcheck.json: /endpoints/staging/url: is missing; a string is "
         "needed here\n"},
        {"{\"header\": {\"A\": {\"env\": \"NOT_THERE\"}}}", "$H run http://127.0.0.1:1/",
         "hookcheck run: ../hookcheck.json: /header/A: the environment variable NOT_THERE is not "
         "set\n"},
        {"{\"skip\": [{\"case\": \"x\"}]}", "$H config",
         "hookcheck config: ../hookcheck.json: /skip/0/reason: is missing; a string is needed "
         "here\n"},
        {"{\"deadline\": \"fast\"}", "$H run http://127.0.0.1:1/",
         "hookcheck run: ../hookcheck.json: /deadline: \"fast\" is not a duration such as 250ms, "
         "10s or 2m\n"},
        {"{\"secret\": {\"env\": \"NOT_THERE\"}}", "$H run http://127.0.0.1:1/",
         "hookcheck run: ../hookcheck.json: /secret: the environment variable NOT_THERE, which "
         "should contain the secret, is not set\n"},
        {NULL, "$H run staging",
         "hookcheck run: \"staging\" is not a URL, and no hookcheck.json here or above names an "
         "endpoint\n"},
        {NULL, "mkfifo ../hookcheck.json; $H config",
         "hookcheck config: ../hookcheck.json is not a file; settings are read from files: rename "
         "it, or use --no-config\n"},
        {NULL, "HOOKCHECK_STRICT=maybe $H run http://127.0.0.1:1/",
         "hookcheck run: HOOKCHECK_STRICT: \"maybe\" is neither true nor false\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        cr_expect_eq(run_below(rows[i].file, rows[i].command, &out), 2, "%s", rows[i].complaint);
        cr_expect_str_eq(buf_text(&out), rows[i].complaint);
        buf_clear(&out);
    }
}

/* Not there for a run that reads it: what somebody else put there could name commands. */
Test(cli_settings_program, a_file_of_another_user_is_used_only_when_it_is_named)
{
    NEED_HOOKCHECK();
    struct buf out = {0};
    if (geteuid() != 0)
        cr_skip_test("only root can give a file away");
    cr_expect_eq(run_below("{}", "chown 12345 ../hookcheck.json; $H config", &out), 2);
    cr_expect(strstr(buf_text(&out), "belongs to another user"), "%s", buf_text(&out));
    cr_expect_eq(run_below("{}",
                           "chown 12345 ../hookcheck.json; "
                           "$H config --config ../hookcheck.json",
                           &out),
                 0, "%s", buf_text(&out));
    buf_clear(&out);
}

Test(cli_settings_program, what_init_writes_is_read_and_fits_its_schema)
{
    NEED_HOOKCHECK();
    struct buf out = {0};
    int code = run_below(NULL,
                         "$H init && $H config staging && $H init; [ $? = 2 ] && "
                         "$H config --schema | cmp - hookcheck.schema.json",
                         &out);
    cr_expect_eq(code, 0, "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "variable STAGING_WEBHOOK_SECRET"), "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "hookcheck.json exists; --force replaces it"));
    buf_clear(&out);
}

/* A folder where the second file should be: neither is written. */
Test(cli_settings_program, init_writes_both_files_or_none)
{
    NEED_HOOKCHECK();
    struct buf out = {0};
    cr_expect_eq(run_below(NULL,
                           "mkdir hookcheck.schema.json && { $H init; [ $? = 2 ]; } && "
                           "[ ! -e hookcheck.json ]",
                           &out),
                 0, "%s", buf_text(&out));
    buf_clear(&out);
}

Test(cli_settings_program, a_mistyped_variable_is_told)
{
    NEED_HOOKCHECK();
    static const char file[] = "{\"endpoints\":{\"staging\":{\"url\":\"http://localhost:1\"}}}";
    struct buf out = {0};
    (void)run_below(file, "HOOKCHECK_QICK=1 $H config staging 2>&1", &out);
    cr_expect_not_null(strstr(buf_text(&out), "did you mean HOOKCHECK_QUICK?"), "%s",
                       buf_text(&out));
    buf_clear(&out);
}

/* With HOOKCHECK_WRITE_GOLDEN in the environment it is written anew. */
Test(cli_settings_program, the_schema_has_the_settings_that_there_are)
{
    struct error err = {0};
    struct buf wanted = {0};
    struct buf found = {0};
    settings_schema(&wanted);
    if (getenv("HOOKCHECK_WRITE_GOLDEN"))
        cr_expect(file_write(SCHEMA_FILE, buf_bytes(&wanted), 0644, &err), "%s", err.message);
    cr_assert(file_read(SCHEMA_FILE, 1024 * 1024, &found, &err), "%s", err.message);
    cr_expect(bytes_equal(buf_bytes(&found), buf_bytes(&wanted)),
              SCHEMA_FILE " is out of date; if the change is meant: make golden");
    buf_clear(&wanted);
    buf_clear(&found);
}

/* The next run would read it as settings. */
Test(cli_settings_program, no_report_replaces_the_settings)
{
    NEED_HOOKCHECK();
    static const char *const names[] = {"hookcheck.json", "json=/tmp/hookcheck.json"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct program_end end;
        run_against("http://127.0.0.1:1/", ARGUMENTS("--report", names[i]), &end);
        cr_expect_eq(end.code, 2);
        cr_expect_not_null(strstr(buf_text(&end.err), "is the file of settings"), "%s",
                           buf_text(&end.err));
        program_end_clear(&end);
    }
}
