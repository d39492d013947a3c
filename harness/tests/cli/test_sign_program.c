/* `sign`, run as a user would; what it signs is checked by another implementation than ours. */
#include <criterion/criterion.h>

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "panora/event.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(cli_sign_program, .timeout = 120);

/* --- somebody else's signature --- */

/* Both read the JSON form of a signed request and exit with 0 when its signature is Panora's, else
 * with 9. */
static const char node_script[] =
    "const r=JSON.parse(require('fs').readFileSync(0));const b=JSON.parse(r.body);"
    "const h=Object.fromEntries(r.headers);const s=require('crypto')"
    ".createHmac('sha256',process.env.KEY).update(JSON.stringify(b.data)).digest('hex');"
    "process.exit(s===h['Panora-Signature']&&+h['Content-Length']===Buffer.byteLength(r.body)?0:9)";

static const char python_script[] =
    "import sys,json,hmac,hashlib,os\n"
    "r=json.load(sys.stdin); b=json.loads(r['body']); h=dict(r['headers'])\n"
    "m=json.dumps(b['data'],ensure_ascii=False,separators=(',',':')).encode()\n"
    "s=hmac.new(os.environ['KEY'].encode(),m,hashlib.sha256).hexdigest()\n"
    "ok=s==h['Panora-Signature'] and int(h['Content-Length'])==len(r['body'].encode())\n"
    "sys.exit(0 if ok else 9)";

#define NEED_ANOTHER_IMPLEMENTATION()                                                              \
    do {                                                                                           \
        NEED_HOOKCHECK();                                                                          \
        if (!shell_has("node") && !shell_has("python3"))                                           \
            SKIP("signatures by another implementation: no node and no python3");                  \
    } while (0)

/* What another implementation makes of a signed request. */
static int check_elsewhere(struct bytes signed_request)
{
    static const char *const env[] = {"KEY=" TEST_SECRET, NULL};
    const char *const node[] = {"node", "-e", node_script, NULL};
    const char *const python[] = {"python3", "-c", python_script, NULL};
    struct program_end end;
    run_program(&(struct program){.argv = shell_has("node") ? node : python,
                                  .env = env,
                                  .in = signed_request},
                &end);
    int code = end.code;
    program_end_clear(&end);
    return code;
}

Test(cli_sign_program, signs_every_type_as_another_implementation_does)
{
    NEED_ANOTHER_IMPLEMENTATION();
    static const char *const types[] = {"crm.contact.created", "crm.deal.push",
                                        "crm.contact.pulled", "connection.created", "made.up"};
    static const char *const dialects[] = {"text", "object"};
    for (size_t i = 0; i < ARRAY_LEN(types) * ARRAY_LEN(dialects); i++) {
        const char *type = types[i / ARRAY_LEN(dialects)];
        const char *dialect = dialects[i % ARRAY_LEN(dialects)];
        struct program_end end;
        RUN(&end, "sign", type, "--dialect", dialect, "--format", "json");
        cr_expect_eq(end.code, EXIT_OK, "%s: %s", type, buf_text(&end.err));
        cr_expect_eq(check_elsewhere(buf_bytes(&end.out)), 0, "%s as %s: %s", type, dialect,
                     buf_text(&end.out));
        program_end_clear(&end);
    }
}

Test(cli_sign_program, signs_a_users_own_data_as_another_implementation_does)
{
    NEED_ANOTHER_IMPLEMENTATION();
    static const char *const values[] = {
        "{\"name\":\"Zo\xc3\xab "
        "\xf0\x9f\x8e\x89\",\"quote\":\"\\\"\\\\/\\u0000\\u001f\\u007f\\u2028\"}",
        "  { \"b\" : 1.0 , \"a\" : [ true , null , -0.5 ] }\n",
        "\"just a text\"",
        "[]",
        "{\"__proto__\":1,\"constructor\":2}",
    };
    static const char *const dialects[] = {"text", "object"};
    for (size_t i = 0; i < ARRAY_LEN(values) * ARRAY_LEN(dialects); i++) {
        const char *value = values[i / ARRAY_LEN(dialects)];
        struct program_end end;
        run_hookcheck((const char *const[]){"sign", "--data", "-", "--format", "json", "--dialect",
                                            dialects[i % ARRAY_LEN(dialects)], NULL},
                      bytes_of(value), &end);
        cr_expect_eq(end.code, EXIT_OK, "%s: %s", value, buf_text(&end.err));
        /* Python reads 1.0 as another number than JavaScript does, so that row is node's alone. */
        if (shell_has("node") || !strstr(value, "1.0"))
            cr_expect_eq(check_elsewhere(buf_bytes(&end.out)), 0, "%s: %s", value,
                         buf_text(&end.out));
        program_end_clear(&end);
    }
}

Test(cli_sign_program, each_wrong_way_is_seen_to_be_wrong_by_another_implementation)
{
    NEED_ANOTHER_IMPLEMENTATION();
    static const char *const mutations[] = {"wrong-secret",         "change-digit", "change-data",
                                            "truncate-signature=8", "zeros",        "sign-body"};
    for (size_t i = 0; i < ARRAY_LEN(mutations); i++) {
        struct program_end end;
        RUN(&end, "sign", "--wrong", mutations[i], "--format", "json");
        cr_expect_eq(end.code, EXIT_OK, "%s: %s", mutations[i], buf_text(&end.err));
        cr_expect_eq(check_elsewhere(buf_bytes(&end.out)), 9, "%s: %s", mutations[i],
                     buf_text(&end.out));
        program_end_clear(&end);
    }
}

/* --- the event --- */

/* The member `key` of the body that `arguments` (with --format body) print; caller frees. */
static char *body_member(const char *const *arguments, const char *key)
{
    struct program_end end;
    run_hookcheck(arguments, (struct bytes){0}, &end);
    cr_expect_eq(end.code, EXIT_OK, "%s", buf_text(&end.err));
    json_t *body = json_loadb(buf_text(&end.out), end.out.len, 0, NULL);
    char *value = mem_text(json_string_value(json_object_get(body, key)));
    json_decref(body);
    program_end_clear(&end);
    return value ? value : mem_text("(missing)");
}

#define BODY_MEMBER(key, ...)                                                                      \
    body_member((const char *const[]){"sign", "--format", "body", __VA_ARGS__, NULL}, (key))

Test(cli_sign_program, a_subscription_arrives_under_its_other_name)
{
    NEED_HOOKCHECK();
    struct program_end end;
    char *type = BODY_MEMBER("type", "crm.deal.created");
    cr_expect_str_eq(type, "crm.deal.push");
    RUN(&end, "sign", "crm.deal.created");
    cr_expect_not_null(strstr(buf_text(&end.err), "crm.deal.push"), "%s", buf_text(&end.err));
    program_end_clear(&end);
    free(type);
}

Test(cli_sign_program, an_unknown_type_is_sent_as_it_stands_and_noted)
{
    NEED_HOOKCHECK();
    struct program_end end;
    char *type = BODY_MEMBER("type", "crm.contact.creatd");
    cr_expect_str_eq(type, "crm.contact.creatd");
    RUN(&end, "sign", "crm.contact.creatd");
    cr_expect_not_null(strstr(buf_text(&end.err), "did you mean \"crm.contact.created\"?"), "%s",
                       buf_text(&end.err));
    program_end_clear(&end);
    free(type);
}

Test(cli_sign_program, a_known_type_needs_no_note)
{
    NEED_HOOKCHECK();
    struct program_end end;
    RUN(&end, "sign", "crm.contact.created");
    cr_expect_eq(end.err.len, 0, "%s", buf_text(&end.err));
    program_end_clear(&end);
}

Test(cli_sign_program, takes_a_given_id_and_makes_marked_ones_otherwise)
{
    NEED_HOOKCHECK();
    char *given = BODY_MEMBER("id_event", "--id", "00000000-1111-4222-8333-444444444444");
    char *fresh = BODY_MEMBER("id_event", "crm.contact.created");
    char *wrong =
        BODY_MEMBER("id_event", "--id", "00000000-1111-4222-8333-444444444444", "--wrong", "zeros");
    cr_expect_str_eq(given, "00000000-1111-4222-8333-444444444444");
    cr_expect_str_eq(wrong, given);
    cr_expect(text_starts_with(fresh, EVENT_ID_PREFIX), "%s", fresh);
    free(given);
    free(fresh);
    free(wrong);
}

Test(cli_sign_program, data_is_written_as_javascript_would)
{
    NEED_HOOKCHECK();
    struct program_end end;
    run_hookcheck((const char *const[]){"sign", "--data", "-", "--format", "body", NULL},
                  bytes_of("{ \"b\": 1e400, \"10\": 1.0, \"9\": 1e21, \"b\": -0 }"), &end);
    cr_expect_not_null(
        strstr(buf_text(&end.out), "\"data\":\"{\\\"9\\\":1e+21,\\\"10\\\":1,\\\"b\\\":0}\""), "%s",
        buf_text(&end.out));
    program_end_clear(&end);
}

Test(cli_sign_program, the_same_seed_and_time_give_the_same_bytes)
{
    NEED_HOOKCHECK();
    static const char *const times[] = {"2024-07-01T12:00:00Z", "1719835200000"};
    struct program_end ends[4];
    RUN(&ends[0], "sign", "--seed", "5", "--at", times[0]);
    RUN(&ends[1], "sign", "--seed", "5", "--at", times[1]);
    RUN(&ends[2], "sign", "--seed", "6", "--at", times[0]);
    RUN(&ends[3], "sign", "--seed", "5", "--at", "0");
    cr_expect(bytes_equal(buf_bytes(&ends[0].out), buf_bytes(&ends[1].out)));
    cr_expect_not(bytes_equal(buf_bytes(&ends[0].out), buf_bytes(&ends[2].out)), "another seed");
    cr_expect_not(bytes_equal(buf_bytes(&ends[0].out), buf_bytes(&ends[3].out)), "another time");
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        program_end_clear(&ends[i]);
}

/* --- the forms --- */

Test(cli_sign_program, headers_and_body_together_are_the_http_form)
{
    NEED_HOOKCHECK();
    struct program_end http;
    struct program_end headers;
    struct program_end body;
#define SAME "--seed", "7", "--at", "0", "--url", "http://localhost:8080/hook?x=1", "--format"
    RUN(&http, "sign", SAME, "http");
    RUN(&headers, "sign", SAME, "headers");
    RUN(&body, "sign", SAME, "body");
#undef SAME
    cr_expect(text_starts_with(buf_text(&http.out), "POST /hook?x=1 HTTP/1.1"), "%s",
              buf_text(&http.out));
    cr_expect_not_null(strstr(buf_text(&http.out), "Host: localhost:8080"));
    cr_expect_not_null(strstr(buf_text(&headers.out), "Panora-Signature: "));
    cr_expect(text_ends_with(buf_text(&http.out), buf_text(&body.out)));
    cr_expect_gt(http.out.len, headers.out.len + body.out.len);
    program_end_clear(&http);
    program_end_clear(&headers);
    program_end_clear(&body);
}

Test(cli_sign_program, no_form_shows_the_secret_of_a_genuine_event)
{
    NEED_HOOKCHECK();
    static const char *const formats[] = {"http", "curl", "json", "headers", "body"};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct program_end end;
        RUN(&end, "sign", "--format", formats[i]);
        cr_expect_eq(end.code, EXIT_OK, "%s", formats[i]);
        cr_expect_gt(end.out.len, 10, "%s", formats[i]);
        cr_expect_null(strstr(buf_text(&end.out), TEST_SECRET), "%s", formats[i]);
        program_end_clear(&end);
    }
}

Test(cli_sign_program, a_curl_line_names_the_variable_where_the_secret_is_sent)
{
    NEED_HOOKCHECK();
    static const char *const env[] = {"HOOKCHECK_SECRET=it's a $ecret`\"", NULL};
    struct program_end end;
    run_hookcheck_with(
        (const char *const[]){"sign", "--wrong", "secret-itself", "--format", "curl", NULL}, env,
        (struct bytes){0}, &end);
    cr_expect_eq(end.code, EXIT_OK);
    cr_expect_null(strstr(buf_text(&end.out), "ecret`"), "%s", buf_text(&end.out));
    cr_expect_not_null(strstr(buf_text(&end.out), "\"$HOOKCHECK_SECRET\""), "%s",
                       buf_text(&end.out));
    program_end_clear(&end);
}

/* `curl` is replaced by a program that prints its arguments, one a line. */
Test(cli_sign_program, a_pasted_curl_line_sends_the_secret_itself)
{
    NEED_HOOKCHECK();
    static const char *const env[] = {"HOOKCHECK_SECRET=it's a $ecret`\"", NULL};
    struct program_end signed_one;
    struct program_end shell;
    run_hookcheck_with(
        (const char *const[]){"sign", "--wrong", "secret-itself", "--format", "curl", NULL}, env,
        (struct bytes){0}, &signed_one);
    struct buf script = {0};
    buf_add_text(&script, "curl() { for word; do printf '%s\\n' \"$word\"; done; }\n");
    buf_add_bytes(&script, buf_bytes(&signed_one.out));
    run_program(&(struct program){.argv = (const char *const[]){"sh", NULL},
                                  .env = env,
                                  .in = buf_bytes(&script)},
                &shell);
    cr_expect_eq(shell.code, 0, "%s", buf_text(&shell.err));
    cr_expect_not_null(strstr(buf_text(&shell.out), "\nPanora-Signature: it's a $ecret`\"\n"), "%s",
                       buf_text(&shell.out));
    buf_clear(&script);
    program_end_clear(&signed_one);
    program_end_clear(&shell);
}

/* --- bad input --- */

Test(cli_sign_program, bad_input_gets_one_sentence)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *arguments[6];
        const char *in;
        const char *said;
    } rows[] = {
        {{"sign", "--data", "-"},
         "{\"a\": }",
         "hookcheck sign: --data: standard input: not JSON: "},
        {{"sign", "--data", "-"}, "", "hookcheck sign: --data: standard input: not JSON: "},
        {{"sign", "--data", "-"}, "{} x", "at byte 3"},
        {{"sign", "--data", "/nowhere/at/all"},
         "",
         "hookcheck sign: --data: cannot open /nowhere/at/all: No such file or directory"},
        {{"sign", "--format", "htp"},
         "",
         "hookcheck sign: --format: no request format \"htp\"; did you mean \"http\"?"},
        {{"sign", "--wrong", "chang-data"},
         "",
         "hookcheck sign: --wrong: no mutation \"chang-data\"; did you mean \"change-data\"?"},
        {{"sign", "--wrong", "zeros=1"}, "", "hookcheck sign: --wrong: zeros takes no argument"},
        {{"sign", "--wrong", "truncate-signature=many"},
         "",
         "hookcheck sign: --wrong: truncate-signature: "},
        {{"sign", "--dialect", "objet"},
         "",
         "hookcheck sign: --dialect: no dialect \"objet\"; did you mean \"object\"?"},
        {{"sign", "--id", "7"}, "", "hookcheck sign: --id: \"7\" is not a UUID"},
        {{"sign", "--seed", "many"}, "", "hookcheck sign: --seed: \"many\" is not a whole number"},
        {{"sign", "--at", "noon"}, "", "hookcheck sign: --at: \"noon\" is neither a time"},
        {{"sign", "--url", "ftp://example.com/"}, "", "hookcheck sign: --url: "},
        {{"sign", "a", "b"}, "", "hookcheck sign: unexpected argument \"b\""},
        {{"sign", "--data", "-", "--secret-file", "-"},
         "",
         "hookcheck sign: --data and --secret-file cannot both read standard input"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_hookcheck(rows[i].arguments, bytes_of(rows[i].in), &end);
        const char *line_end = strchr(buf_text(&end.err), '\n');
        cr_expect_eq(end.code, EXIT_WRONG_USAGE, "%s: %d", rows[i].said, end.code);
        cr_expect_not_null(strstr(buf_text(&end.err), rows[i].said), "%s: %s", rows[i].said,
                           buf_text(&end.err));
        cr_expect(line_end && !line_end[1], "%s: not one line", rows[i].said);
        cr_expect_eq(end.out.len, 0, "%s", rows[i].said);
        program_end_clear(&end);
    }
}
