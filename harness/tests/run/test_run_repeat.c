/* What a run says can be done again by hand is done again here, and what it says of itself holds.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "tests/support/raw_server.h"
#include "tests/support/running.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(run_repeat, .timeout = 120);

static struct journalled journalled;

static void stop(void)
{
    stop_journalled(&journalled);
}

/* The receiver's port under a name that nothing resolves but the run's own options. */
static char *named_url(void)
{
    const char *port = strrchr(journalled.receiver.url, ':');
    return mem_format("http://hooks.invalid%s", port);
}

/* The curl line connects as the run did: the name leads to the same server. */
Test(run_repeat, a_curl_line_goes_where_the_run_went, .fini = stop)
{
    int code;
    struct buf said = {0};
    NEED_HOOKCHECK();
    NEED_TOOL("curl", "the curl line of a report");
    cr_assert(start_journalled(&journalled, ARGUMENTS("--fault", "A02")));
    char *url = named_url();
    char *port = mem_copy(strrchr(url, ':') + 1, strcspn(strrchr(url, ':') + 1, "/"));
    char *resolve = mem_format("hooks.invalid:%s:127.0.0.1", port);
    json_t *report = run_for_json(
        url, ARGUMENTS("--resolve", resolve, "-4", "--only", "*/refuses-missing"), &code);
    const json_t *one = json_array_get(json_object_get(report, "cases"), 0);
    const char *curl = json_string_value(json_object_get(json_object_get(one, "repeat"), "curl"));
    cr_assert(curl && strstr(curl, " --resolve ") && strstr(curl, " -4 "), "%s", curl);
    cr_expect_eq(shell_run(curl, &said), 0);
    cr_expect(text_starts_with(buf_text(&said), "HTTP/1.1 204"), "%s: %s", curl, buf_text(&said));
    buf_clear(&said);
    json_decref(report);
    free(resolve);
    free(port);
    free(url);
}

/* The HEAD that was answered while the run waited is a request, too. */
Test(run_repeat, waiting_is_counted, .fini = stop)
{
    int code;
    NEED_HOOKCHECK();
    cr_assert(start_journalled(&journalled, NULL));
    json_t *report = run_for_json(
        journalled.receiver.url,
        ARGUMENTS("--wait", "5s", "--max-requests", "7", "--only", "panora/signature/*"), &code);
    const json_t *summary = json_object_get(report, "summary");
    cr_expect_eq(json_integer_value(json_object_get(summary, "requests")), 7);
    cr_expect_eq(count_journal(&journalled), 7);
    json_decref(report);
}

/* A page for browsers with a 200, to whoever asks: no acceptance, and no sign of how the handler
 * verifies. */
Test(run_repeat, a_sign_in_page_is_not_taken_for_a_handler)
{
    static const struct raw_step page[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_SEND,
         "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\n"
         "Content-Length: 40\r\n\r\n<title>Sign in</title> type=\"password\"\r\n",
         0}};
    int code;
    NEED_HOOKCHECK();
    struct raw_server *server = raw_server_start(page, sizeof page / sizeof page[0], NULL);
    cr_assert_not_null(server);
    char *url = mem_format("http://127.0.0.1:%d/", raw_server_port(server));
    json_t *report = run_for_json(url,
                                  ARGUMENTS("--quick", "--only", "panora/delivery/accepts-*",
                                            "--only", "panora/signature/refuses-*"),
                                  &code);
    const char *loudest = json_string_value(json_object_get(report, "loudest"));
    const json_t *diagnoses = json_object_get(report, "diagnoses");
    cr_expect_eq(code, 1);
    cr_expect(strstr(loudest, "never reached the handler") && strstr(loudest, "a login wall"), "%s",
              loudest);
    cr_expect_eq(json_array_size(diagnoses), 1, "and no rule of verification is made up");
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(diagnoses, 0), "id")),
                     "login-wall");
    json_decref(report);
    raw_server_stop(server);
    free(url);
}
