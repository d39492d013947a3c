/* `panora`, `endpoints` and `trigger` as a user runs them: what they print, and how they end. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/started_program.h"

TestSuite(cli_panora, .timeout = 120);

#define KEY         "PANORA_API_KEY=key-of-the-program-test"
#define NOBODY_HERE "http://127.0.0.1:1"

struct scene {
    struct started_program panora;
    char *api;
};

static void scene_begin(struct scene *scene)
{
    const char *const argv[] = {hookcheck_path(), "panora", "--listen", "127.0.0.1:0", NULL};
    const char *const env[] = {KEY, NULL};
    cr_assert(start_program(&scene->panora, argv, env));
    const char *url = strstr(scene->panora.first_line, "http://");
    cr_assert(strncmp(scene->panora.first_line, "dashboard: ", 11) == 0 && url);
    scene->api = mem_text(url);
}

static void scene_end(struct scene *scene)
{
    cr_expect_eq(stop_program(&scene->panora), 0);
    free(scene->api);
}

/* Runs hookcheck with up to five words and --api; `end` is the caller's to clear. */
static int run(const char *api, struct program_end *end, const char *a, const char *b,
               const char *c, const char *d, const char *e)
{
    const char *const given[] = {a, b, c, d, e};
    const char *arguments[ARRAY_LEN(given) + 3] = {NULL};
    const char *const env[] = {KEY, NULL};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(given) && given[i]; i++)
        arguments[count++] = given[i];
    arguments[count++] = "--api";
    arguments[count] = api;
    run_hookcheck_with(arguments, env, (struct bytes){0}, end);
    return end->code;
}

static void expect(const struct program_end *end, int code, const char *out, const char *err)
{
    cr_expect_eq(end->code, code, "%d: %s%s", end->code, buf_text(&end->out), buf_text(&end->err));
    cr_expect_not_null(strstr(buf_text(&end->out), out), "\"%s\" has no \"%s\"",
                       buf_text(&end->out), out);
    cr_expect_not_null(strstr(buf_text(&end->err), err), "\"%s\" has no \"%s\"",
                       buf_text(&end->err), err);
}

/* One command whose output is looked at in two places. */
static void check_four(const char *api, const char *const words[4], int code, const char *out,
                       const char *err)
{
    struct program_end end;
    (void)run(api, &end, words[0], words[1], words[2], words[3], NULL);
    expect(&end, code, out, err);
    program_end_clear(&end);
}

static void check(const char *api, const char *a, const char *b, const char *c, int code,
                  const char *out, const char *err)
{
    const char *const words[4] = {a, b, c, NULL};
    check_four(api, words, code, out, err);
}

/* A line end would begin a header of its own. */
Test(cli_panora, takes_only_keys_that_a_header_carries)
{
    NEED_HOOKCHECK();
    static const char *const keys[] = {"PANORA_API_KEY=a\nx-evil: 1", "PANORA_API_KEY= a",
                                       "PANORA_API_KEY=a ", "PANORA_API_KEY=k\xc3\xb6"};
    static const char *const commands[] = {"panora", "endpoints"};
    for (size_t i = 0; i < ARRAY_LEN(keys) * ARRAY_LEN(commands); i++) {
        const char *const arguments[] = {commands[i % 2], NULL};
        const char *const env[] = {keys[i / 2], NULL};
        struct program_end end;
        run_hookcheck_with(arguments, env, (struct bytes){0}, &end);
        expect(&end, 2, "", "PANORA_API_KEY cannot be sent as a header");
        program_end_clear(&end);
    }
}

/* A local Panora with --tls has an authority of its own, which nobody trusts before it is named. */
Test(cli_panora, says_how_its_authority_is_trusted)
{
    NEED_HOOKCHECK();
    struct started_program panora;
    const char *const argv[] = {hookcheck_path(), "panora",      "--tls",
                                "--listen",       "127.0.0.1:0", NULL};
    const char *const env[] = {KEY, NULL};
    cr_assert(start_program(&panora, argv, env));
    const char *url = strstr(panora.first_line, "https://");
    cr_assert_not_null(url);
    check(url, "endpoints", NULL, NULL, 3, "", "--api-cacert FILE names the authority");
    char *plain = mem_format("http://%s", url + strlen("https://"));
    check(plain, "endpoints", NULL, NULL, 3, "", "https://");
    free(plain);
    cr_expect_eq(stop_program(&panora), 0);
}

/* What `hookcheck panora` prints is the API's whole URL. */
Test(cli_panora, takes_the_url_that_it_printed)
{
    struct scene scene;
    NEED_HOOKCHECK();
    scene_begin(&scene);
    char *printed = mem_format("%s%s", scene.api, "webhooks");
    check(printed, "endpoints", "list", NULL, 0, "", "");
    free(printed);
    scene_end(&scene);
}

Test(cli_panora, manages_endpoints_from_a_shell)
{
    struct scene scene;
    struct program_end end;
    NEED_HOOKCHECK();
    scene_begin(&scene);
    check(scene.api, "endpoints", NULL, NULL, 0, "", "");
    (void)run(scene.api, &end, "endpoints", "create", "http://127.0.0.1:9/hook", "crm.deal.created",
              "crm.note.created");
    expect(&end, 0, "\ton\thttp://127.0.0.1:9/hook\tcrm.deal.created,crm.note.created\n", "");
    char *id = mem_copy(end.out.data, 36);
    program_end_clear(&end);
    check(scene.api, "endpoints", "disable", id, 0, "\toff\t", "");
    check(scene.api, "endpoints", "list", "--json", 0, "\"active\":false", "");
    check(scene.api, "endpoints", "enable", id, 0, "\ton\t", "");
    check(scene.api, "endpoints", "show", id, 0, id, "");
    (void)run(scene.api, &end, "endpoints", "show", id, "--secret", NULL);
    cr_expect_eq(end.out.len, 37, "a UUID and a line end: %s", buf_text(&end.out));
    char *secret = mem_copy(end.out.data, 36);
    program_end_clear(&end);
    (void)run(scene.api, &end, "endpoints", "list", "--json", NULL, NULL);
    cr_expect_null(strstr(buf_text(&end.out), secret), "a list shows no secret");
    program_end_clear(&end);
    check(scene.api, "endpoints", "delete", id, 0, "deleted ", "");
    check(scene.api, "endpoints", "delete", id, 1, "", "there is no endpoint");
    check(scene.api, "endpoints", "enable", "nope", 1, "", "there is no endpoint nope");
    check(scene.api, "endpoints", "show", id, 1, "", "there is no endpoint");
    free(secret);
    free(id);
    scene_end(&scene);
}

/* Panora would take all of it, and never deliver. */
Test(cli_panora, registers_only_what_can_get_events)
{
    static const struct {
        const char *url;
        const char *type;
        int code;
        const char *said;
    } rows[] = {
        {"127.0.0.1:9/hook", "crm.deal.created", 2, "did you mean http://127.0.0.1:9/hook?"},
        {"ftp://127.0.0.1/", "crm.deal.created", 2, "only http and https"},
        {"http://127.0.0.1/a\tb", "crm.deal.created", 2, "hookcheck endpoints: "},
        {"http://127.0.0.1:9/", "crm.dael.created", 0, "did you mean \"crm.deal.created\"?"},
        {"http://127.0.0.1:9/", "crm.deal.push", 0, "subscribe to crm.deal.created"},
        {"http://127.0.0.1:9/", "crm.*", 0, "Panora takes the \"*\" of crm.* literally"},
    };
    struct scene scene;
    NEED_HOOKCHECK();
    scene_begin(&scene);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *const words[4] = {"endpoints", "create", rows[i].url, rows[i].type};
        check_four(scene.api, words, rows[i].code, rows[i].code ? "" : rows[i].type, rows[i].said);
    }
    /* a "*" is to blame only where it was meant for this event */
    check(scene.api, "trigger", "crm.note.created", NULL, 1, "", "has a \"*\"");
    check(scene.api, "trigger", "ticketing.ticket.created", NULL, 1, "",
          "no endpoint subscribes to ticketing.ticket.created");
    scene_end(&scene);
}

Test(cli_panora, triggers_what_somebody_subscribes_to)
{
    struct scene scene;
    struct program_end end;
    NEED_HOOKCHECK();
    scene_begin(&scene);
    check(scene.api, "trigger", "crm.deal.created", NULL, 1, "7e57c0de-",
          "nothing is sent: no endpoint subscribes to crm.deal.created");
    (void)run(scene.api, &end, "endpoints", "create", "http://127.0.0.1:9/", "crm.deal.created",
              NULL);
    char *id = mem_copy(end.out.data, 36);
    program_end_clear(&end);
    check(scene.api, "trigger", "crm.deal.created", NULL, 0, "\thttp://127.0.0.1:9/\n",
          "crm.deal.created arrives as crm.deal.push");
    check(scene.api, "trigger", "crm.deal.created", "--json", 0, "\"arrives_as\":\"crm.deal.push\"",
          "");
    check(scene.api, "trigger", "crm.dael.created", NULL, 2, "",
          "did you mean \"crm.deal.created\"?");
    check(scene.api, "trigger", "crm.deal.created", "--wrong=sign-bodi", 2, "",
          "did you mean \"sign-body\"?");
    check(scene.api, "endpoints", "delete", id, 1, "", "use --force");
    (void)run(scene.api, &end, "endpoints", "delete", id, "--force", NULL);
    expect(&end, 0, "deleted ", "");
    program_end_clear(&end);
    free(id);
    scene_end(&scene);
}

/* A wrong key is the caller's, not an API that could not be reached or does not work. */
Test(cli_panora, a_wrong_key_is_wrong_usage_in_every_command)
{
    NEED_HOOKCHECK();
    static const char *const commands[][3] = {{"trigger", "crm.deal.created"},
                                              {"endpoints", "list"},
                                              {"endpoints", "delete", "x"},
                                              {"run", "--endpoint", "x"}};
    struct scene scene;
    scene_begin(&scene);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        char *api = mem_format("--api=%s", scene.api);
        const char *const arguments[] = {commands[i][0], api, commands[i][1], commands[i][2], NULL};
        const char *const env[] = {"PANORA_API_KEY=another", NULL};
        struct program_end end;
        run_hookcheck_with(arguments, env, (struct bytes){0}, &end);
        expect(&end, 2, "", "the API refuses the key");
        program_end_clear(&end);
        free(api);
    }
    scene_end(&scene);
}

Test(cli_panora, says_what_is_wrong_in_one_sentence)
{
    NEED_HOOKCHECK();
    check(NOBODY_HERE, "endpoints", "lst", NULL, 2, "", "did you mean \"list\"?");
    check(NOBODY_HERE, "endpoints", "delete", NULL, 2, "", "delete takes one endpoint's id");
    check(NOBODY_HERE, "endpoints", "list", NULL, 3, "", "start `hookcheck panora`");
    check(NOBODY_HERE, "trigger", "crm.deal.created", NULL, 3, "", "start `hookcheck panora`");
    check(NOBODY_HERE, "run", "--endpoint", "x", 2, "", "start `hookcheck panora`");
    check("127.0.0.1:9", "endpoints", "list", NULL, 2, "",
          "--api: the URL must start with http:// or https://; did you mean http://127.0.0.1:9?");
    check("http://127.0.0.1:9/?a=1", "endpoints", "list", NULL, 2, "", "without ? and #");
    check(NOBODY_HERE, "endpoints", "list", "--force", 2, "", "--force works only with delete");
    check(NOBODY_HERE, "endpoints", "--secret", NULL, 2, "", "--secret works only with show");
    struct program_end end;
    RUN(&end, "endpoints");
    expect(&end, 2, "", "no API key: set PANORA_API_KEY");
    program_end_clear(&end);
    RUN(&end, "panora", "--listen", "0.0.0.0:0");
    expect(&end, 2, "", "needs --tls");
    program_end_clear(&end);
    RUN(&end, "panora", "--keep", "soon");
    expect(&end, 2, "", "--keep");
    program_end_clear(&end);
    static const struct {
        const char *option;
        const char *value;
        const char *said;
    } rows[] = {
        {"--listen", "8787", "did you mean 127.0.0.1:8787?"},
        {"--store", "/dev/null", "/dev/null: it is not a regular file"},
        {"--store", "", "--store needs the name of a file, and it is empty"},
        {"--cacert", "/nonexistent", "/nonexistent cannot be read"},
        {"--allow-host", "http://a", "is not a host name"},
        {"--allow-host", "a:80", "is not a host name"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        RUN(&end, "panora", rows[i].option, rows[i].value);
        expect(&end, 2, "", rows[i].said);
        program_end_clear(&end);
    }
    RUN(&end, "panora", "--store", "/nonexistent/p.db");
    expect(&end, 2, "", "/nonexistent/p.db: No such file or directory");
    program_end_clear(&end);
}
