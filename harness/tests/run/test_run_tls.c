/* What is said of certificates and protocols, against OpenSSL's own server. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"
#include "tests/support/started_program.h"

TestSuite(run_tls, .timeout = 120);

static char folder[] = "/tmp/hookcheck-certs-XXXXXX";

static void make_certs(void)
{
    struct buf out = {0};
    if (!hookcheck_path() || !shell_has("openssl"))
        return;
    cr_assert(mkdtemp(folder));
    char *command = mem_format("fixtures/tls/make-certs %s 2>&1", folder);
    cr_assert_eq(shell_run(command, &out), 0, "%s", buf_text(&out));
    free(command);
    buf_clear(&out);
}

static void remove_certs(void)
{
    char *command = mem_format("rm -rf %s", folder);
    struct buf out = {0};
    (void)shell_run(command, &out);
    free(command);
    buf_clear(&out);
}

#define NEED_OPENSSL()                                                                             \
    do {                                                                                           \
        NEED_HOOKCHECK();                                                                          \
        NEED_TOOL("openssl", "runs against s_server");                                             \
    } while (0)

/* A foreign server with certificate `name`, which says where it listens as our receiver does. */
static bool start_server(struct started_program *server, const char *name, const char *arguments)
{
    char *command = mem_format("openssl s_server -accept 127.0.0.1:0 -www -cert %s/%s.pem "
                               "-cert_chain %s/%s.pem -key %s/%s.key %s 2>/dev/null | "
                               "sed -u -n 's|^ACCEPT |listening on https://|p'",
                               folder, name, folder, name, folder, name, arguments);
    const char *const argv[] = {"sh", "-c", command, NULL};
    bool started = start_program(server, argv, NULL);
    free(command);
    return started;
}

struct row {
    const char *cert;
    const char *server; /* more arguments of the server */
    const char *id;
    const char *verdict;
    const char *words; /* in actual or reason */
};

#define ANY_CIPHER "-cipher ALL:COMPLEMENTOFALL:@SECLEVEL=0 "

static const struct row rows[] = {
    {"valid", "", "http/tls/chain", "pass", "a trusted chain"},
    {"valid", "", "http/tls/hostname", "pass", "for this host"},
    {"valid", "", "http/tls/expiry", "pass", "valid until"},
    {"valid", "", "http/tls/protocol[1.2-or-newer]", "pass", "TLSv1.3"},
    {"valid", "", "http/tls/protocol[TLSv1]", "pass", ""},
    {"incomplete-chain", "", "http/tls/chain", "fail", "unable to get local issuer certificate"},
    {"incomplete-chain", "", "http/tls/hostname", "pass", ""},
    {"incomplete-chain", "", "http/tls/expiry", "pass", ""},
    {"self-signed", "", "http/tls/chain", "fail", "self-signed certificate"},
    {"expired", "", "http/tls/expiry", "fail", "certificate has expired"},
    {"expired", "", "http/tls/chain", "pass", ""},
    {"expiring", "", "http/tls/expiry", "warn", "it expires in 4 days"},
    {"not-yet-valid", "", "http/tls/expiry", "fail", "certificate is not yet valid (valid from"},
    {"expired", "", "http/tls/expiry", "fail", "certificate has expired (valid until"},
    {"wrong-host", "", "http/tls/hostname", "fail", "not for the host"},
    {"wrong-host", "", "http/tls/hostname", "fail", "other names only (elsewhere.example)"},
    {"wrong-host", "", "http/tls/chain", "pass", ""},
    {"valid", "-tls1_2", "http/tls/protocol[1.2-or-newer]", "pass", "TLSv1.2"},
    {"valid", "-tls1_1 " ANY_CIPHER, "http/tls/protocol[1.2-or-newer]", "fail", "TLSv1.1"},
    {"valid", "-tls1_1 " ANY_CIPHER, "http/tls/protocol[TLSv1.1]", "warn", "TLSv1.1"},
    {"valid", "-tls1_1 " ANY_CIPHER, "http/tls/protocol[TLSv1]", "pass", ""},
    {"valid", "-tls1 " ANY_CIPHER, "http/tls/protocol[TLSv1]", "warn", "TLSv1"},
    {"valid", "-tls1_2 " ANY_CIPHER, "http/tls/weak-ciphers-refused[no-encryption]", "warn",
     "NULL"},
    {"valid", "-tls1_2 " ANY_CIPHER, "http/tls/weak-ciphers-refused[anonymous]", "warn",
     "a session"},
    {"valid", "", "http/tls/weak-ciphers-refused[no-encryption]", "pass", ""},
    {"valid", "", "http/tls/protocol[SSLv3]", "skip", "cannot offer"},
};

static const char *text_of(const json_t *case_, const char *name)
{
    return json_string_value(json_object_get(case_, name));
}

static void check(const struct row *row, const char *const *arguments)
{
    struct started_program server = {0};
    struct program_end end;
    json_error_t error;
    cr_assert(start_server(&server, row->cert, row->server), "%s %s", row->cert, row->server);
    char *ca = mem_format("%s/ca.pem", folder);
    const char *const argv[] = {"run",        server.url,   "--cacert", ca,
                                "--only",     row->id,      "--report", "json=-",
                                arguments[0], arguments[1], NULL};
    run_hookcheck(argv, (struct bytes){0}, &end);
    json_t *json = json_loads(buf_text(&end.out), 0, &error);
    cr_assert_not_null(json, "%s: %s", row->id, buf_text(&end.err));
    const json_t *one = json_array_get(json_object_get(json, "cases"), 0);
    cr_expect_str_eq(text_of(one, "verdict"), row->verdict, "%s, %s %s: %s, %s", row->id, row->cert,
                     row->server, text_of(one, "actual"), text_of(one, "reason"));
    cr_expect(strstr(text_of(one, "actual"), row->words) ||
                  strstr(text_of(one, "reason"), row->words),
              "%s, %s: %s, %s", row->id, row->cert, text_of(one, "actual"), text_of(one, "reason"));
    cr_expect_eq(json_object_get(json_object_get(one, "repeat"), "curl"), json_null(),
                 "curl cannot repeat a handshake alone");
    json_decref(json);
    program_end_clear(&end);
    free(ca);
    (void)stop_program(&server);
}

/* --insecure changes what is sent, not what a default client would meet. */
Test(run_tls, says_what_a_default_client_meets, .init = make_certs, .fini = remove_certs)
{
    static const char *const usual[] = {NULL, NULL};
    static const char *const insecure[] = {"--insecure", NULL};
    NEED_OPENSSL();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check(&rows[i], usual);
        check(&rows[i], insecure);
    }
}

/* Without --cacert the CA of the test is nobody's. */
Test(run_tls, trusts_the_usual_authorities_by_default, .init = make_certs, .fini = remove_certs)
{
    struct started_program server = {0};
    struct program_end end;
    NEED_OPENSSL();
    cr_assert(start_server(&server, "valid", ""));
    RUN(&end, "run", server.url, "--only", "http/tls/chain", "--no-progress", "-v");
    cr_expect_eq(end.code, 3, "no session as a default client: %d", end.code);
    cr_expect_not_null(strstr(buf_text(&end.out), "unable to get local issuer certificate")
                           ? buf_text(&end.out)
                           : strstr(buf_text(&end.out), "self-signed"),
                       "%s", buf_text(&end.out));
    program_end_clear(&end);
    (void)stop_program(&server);
}

Test(run_tls, a_whole_run_says_why_there_is_no_session, .init = make_certs, .fini = remove_certs)
{
    struct started_program server = {0};
    struct program_end end;
    NEED_OPENSSL();
    cr_assert(start_server(&server, "expired", ""));
    char *ca = mem_format("%s/ca.pem", folder);
    RUN(&end, "run", server.url, "--cacert", ca, "--quick", "--no-progress");
    cr_expect_eq(end.code, 3);
    cr_expect_not_null(strstr(buf_text(&end.out), "certificate has expired"), "%s",
                       buf_text(&end.out));
    program_end_clear(&end);
    free(ca);
    (void)stop_program(&server);
}

/* A server that wants a certificate turns Panora away: a case fails, and the cause names --cert. */
Test(run_tls, names_the_client_certificate_that_is_wanted, .init = make_certs, .fini = remove_certs)
{
    struct started_program server = {0};
    struct program_end end;
    NEED_OPENSSL();
    cr_assert(start_server(&server, "valid", "-Verify 1 -verify_return_error"));
    char *ca = mem_format("%s/ca.pem", folder);
    RUN(&end, "run", server.url, "--cacert", ca, "--quick", "--no-progress");
    cr_expect_eq(end.code, 1, "%d", end.code);
    cr_expect(strstr(buf_text(&end.out), "1. The endpoint requires a client certificate") &&
                  strstr(buf_text(&end.out), "--cert"),
              "%s", buf_text(&end.out));
    cr_expect_null(strstr(buf_text(&end.out), "prove nothing"), "%s", buf_text(&end.out));
    program_end_clear(&end);
    RUN(&end, "run", server.url, "--cacert", ca, "--only", "accepts-an-event", "--no-progress");
    cr_expect_eq(end.code, 1, "whatever is selected: %d", end.code);
    program_end_clear(&end);
    free(ca);
    (void)stop_program(&server);
}

Test(run_tls, is_left_out_over_http_with_the_reason)
{
    struct started_program receiver = {0};
    struct program_end end;
    NEED_HOOKCHECK();
    cr_assert(start_receiver(&receiver, NULL));
    RUN(&end, "run", receiver.url, "--only", "http/tls/*", "--no-progress", "-v");
    cr_expect_eq(end.code, 2, "nothing was asked");
    cr_expect_not_null(strstr(buf_text(&end.out), "skip  sends a certificate chain"));
    cr_expect_not_null(strstr(buf_text(&end.out), "the URL is http"));
    program_end_clear(&end);
    (void)stop_program(&receiver);
}
