/*
 * The built program against an Express endpoint written as Panora's documentation shows it: a
 * foreign HTTP server, a foreign JSON parser and a foreign HMAC. Node and npm are needed for this
 * test only; Express is installed below build/ by the test itself.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/run_program.h"
#include "tests/support/skip.h"
#include "tests/support/started_program.h"

TestSuite(foreign_documented_endpoint, .timeout = 180);

#define FOLDER "build/e2e"
#define REPORT FOLDER "/report.json"

static bool shell(const char *command)
{
    return system(command) == 0;
}

static bool install_endpoint(void)
{
    return shell("mkdir -p " FOLDER " && cp harness/tests/foreign/documented/* " FOLDER
                 " && cd " FOLDER
                 " && { [ -d node_modules/express ] || npm install --silent --no-audit --no-fund "
                 ">npm.log 2>&1; }");
}

static const json_t *find_case(const json_t *report, const char *id)
{
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(report, "cases"), index, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
            return one;
    }
    return NULL;
}

static void expect_verdict(const json_t *report, const char *id, const char *verdict,
                           const char *field, const char *words)
{
    const json_t *one = find_case(report, id);
    cr_assert_not_null(one, "%s is not in the report", id);
    cr_expect_str_eq(json_string_value(json_object_get(one, "verdict")), verdict, "%s", id);
    const char *text = json_string_value(json_object_get(one, field));
    cr_expect(text && strstr(text, words), "%s: %s is \"%s\", without \"%s\"", id, field,
              text ? text : "(nothing)", words);
}

Test(foreign_documented_endpoint, takes_events_but_dies_of_forgeries_and_leaks_the_digest)
{
    NEED_HOOKCHECK();
    NEED_TOOL("node", "the documented endpoint");
    NEED_TOOL("npm", "the documented endpoint");
    if (!install_endpoint())
        SKIP("the documented endpoint: npm cannot install Express, see " FOLDER "/npm.log");
    const char *const server[] = {"node", FOLDER "/supervise.mjs", "node", FOLDER "/endpoint.mjs",
                                  NULL};
    const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET "-of-16-bytes", NULL};
    struct started_program endpoint = {0};
    cr_assert(start_program(&endpoint, server, env), "the endpoint did not start");
    char url[256];
    (void)snprintf(url, sizeof url, "%s/webhook", endpoint.url);
    const char *const arguments[] = {"run",      url,
                                     "--only",   "panora/delivery/accepts-an-event",
                                     "--only",   "panora/signature/refuses-missing",
                                     "--only",   "panora/signature/refuses-changed-data",
                                     "--only",   "panora/signature/checks-every-size*",
                                     "--only",   "panora/signature/leaks-nothing",
                                     "--report", "json=" REPORT,
                                     NULL};
    struct program_end end = {0};
    run_hookcheck_with(arguments, env, (struct bytes){0}, &end);
    (void)stop_program(&endpoint);
    cr_expect_eq(end.code, 1, "%s%s", buf_text(&end.out), buf_text(&end.err));

    json_error_t error;
    json_t *report = json_load_file(REPORT, JSON_ALLOW_NUL, &error);
    cr_assert_not_null(report, "%s", error.text);
    expect_verdict(report, "panora/delivery/accepts-an-event", "pass", "actual", "200 in");
    /* answers 400 and goes on, although it has no event: an unhandled rejection ends the process */
    expect_verdict(report, "panora/signature/refuses-missing", "fail", "reason", "down afterwards");
    expect_verdict(report, "panora/signature/refuses-changed-data", "fail", "reason",
                   "down afterwards");
    /* the text of the error holds the right digest, and is sent to whoever asks */
    expect_verdict(report, "panora/signature/leaks-nothing", "fail", "actual", "right signature");
    /* express.json() takes 100 KiB: a genuine event above it is refused, so that nothing is shown
     */
    expect_verdict(report, "panora/signature/checks-every-size[101KiB]", "inconclusive", "reason",
                   "413");
    json_decref(report);
    program_end_clear(&end);
}
