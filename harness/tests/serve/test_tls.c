/* HTTPS, seen by the programs that users have. */
#include "serve/tls.h"

#include <criterion/criterion.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "serve/certificate.h"
#include "tests/support/run_program.h"
#include "tests/support/skip.h"
#include "tests/support/started_receiver.h"

TestSuite(serve_tls, .timeout = 120);

static void begin_tls(struct started_receiver *started)
{
    const struct receiver_options options = {.tls = true, .wall_ms = clock_wall_ms};
    started_begin(started, &options);
    cr_assert_not_null(receiver_ca_path(started->receiver));
}

/* Posts an unsigned request by curl; what it printed is the status, the caller clears `end`. */
static void run_curl(const struct started_receiver *started, const char *host, const char *ca,
                     const char *option, struct program_end *end)
{
    NEED_TOOL("curl", "TLS by curl");
    char *url = mem_format("https://%s:%d/", host, receiver_port(started->receiver));
    const char *const argv[] = {"curl",     "-sS", "-o", "/dev/null", "-w",        "%{http_code}",
                                "-m",       "10",  "-X", "POST",      "--noproxy", "*",
                                "--cacert", ca,    url,  option,      NULL};
    const struct program program = {.argv = argv};
    run_program(&program, end);
    free(url);
}

static void check_curl(const struct started_receiver *started, const char *host, const char *option,
                       int code, const char *status)
{
    struct program_end end;
    run_curl(started, host, receiver_ca_path(started->receiver), option, &end);
    cr_expect_eq(end.code, code, "%s %s: %d %s", host, option ? option : "", end.code,
                 buf_text(&end.err));
    cr_expect_str_eq(buf_text(&end.out), status);
    program_end_clear(&end);
}

Test(serve_tls, is_trusted_by_a_client_that_has_its_ca)
{
    struct started_receiver started;
    begin_tls(&started);
    check_curl(&started, "localhost", NULL, 0, "415");
    check_curl(&started, "127.0.0.1", NULL, 0, "415");
    check_curl(&started, "127.0.0.1", "--tlsv1.3", 0, "415");
    started_end(&started);
}

Test(serve_tls, is_not_trusted_by_others)
{
    struct started_receiver started;
    struct program_end end;
    begin_tls(&started);
    run_curl(&started, "127.0.0.1", "/etc/ssl/certs/ca-certificates.crt", NULL, &end);
    cr_expect(end.code == 60 || end.code == 77, "%d", end.code);
    program_end_clear(&end);
    started_end(&started);
}

/* Whether a session comes about. OpenSSL's own floor is taken away, so that the server must refuse.
 */
static bool shakes_hands(const struct started_receiver *started, const char *version,
                         const char *ciphers)
{
    NEED_TOOL("openssl", "TLS by openssl");
    char *place = mem_format("127.0.0.1:%d", receiver_port(started->receiver));
    const char *const argv[] = {"openssl",
                                "s_client",
                                "-connect",
                                place,
                                "-verify_return_error",
                                "-ign_eof",
                                "-CAfile",
                                receiver_ca_path(started->receiver),
                                version,
                                "-cipher",
                                ciphers,
                                NULL};
    const struct program program = {.argv = argv, .in = bytes_of("x\r\n\r\n")};
    struct program_end end;
    run_program(&program, &end);
    bool session = end.code == 0 && strstr(buf_text(&end.out), "HTTP/1.1 400");
    program_end_clear(&end);
    free(place);
    return session;
}

#define ALL_CIPHERS "ALL:@SECLEVEL=0"

Test(serve_tls, speaks_tls_1_2_and_1_3_and_nothing_weaker)
{
    struct started_receiver started;
    begin_tls(&started);
    cr_expect(shakes_hands(&started, "-tls1_3", ALL_CIPHERS));
    cr_expect(shakes_hands(&started, "-tls1_2", ALL_CIPHERS));
    cr_expect_not(shakes_hands(&started, "-tls1_1", ALL_CIPHERS));
    cr_expect_not(shakes_hands(&started, "-tls1", ALL_CIPHERS));
    cr_expect_not(shakes_hands(&started, "-tls1_2", "AES128-SHA:@SECLEVEL=0"),
                  "no forward secrecy");
    cr_expect_not(shakes_hands(&started, "-tls1_2", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"), "CBC");
    started_end(&started);
}

Test(serve_tls, removes_what_it_wrote)
{
    struct started_receiver started;
    begin_tls(&started);
    char *path = mem_text(receiver_ca_path(started.receiver));
    cr_expect_eq(access(path, R_OK), 0);
    started_end(&started);
    cr_expect_neq(access(path, F_OK), 0);
    *strrchr(path, '/') = '\0';
    cr_expect_neq(access(path, F_OK), 0, "%s is still there", path);
    free(path);
}

static char *write_pem(const char *folder, const char *name, X509 *x509, EVP_PKEY *key)
{
    char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    if (x509)
        (void)PEM_write_X509(file, x509);
    if (key)
        (void)PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    (void)fclose(file);
    return path;
}

Test(serve_tls, takes_a_certificate_of_the_users)
{
    char folder[] = "/tmp/hookcheck-test-XXXXXX";
    struct certificate own;
    struct error err = {0};
    const struct certificate_spec spec = {"own", "IP:127.0.0.1", clock_wall_ms(), 1};
    struct program_end end;
    struct started_receiver started;
    cr_assert_not_null(mkdtemp(folder));
    cr_assert(certificate_make(&own, &spec, NULL, &err), "%s", err.message);
    char *cert = write_pem(folder, "cert.pem", own.x509, NULL);
    char *key = write_pem(folder, "key.pem", NULL, own.key);
    const struct receiver_options options = {.cert = cert, .key = key};
    started_begin(&started, &options);
    cr_expect_null(receiver_ca_path(started.receiver), "it made none");
    cr_expect(strncmp(receiver_url(started.receiver), "https://", 8) == 0);
    run_curl(&started, "127.0.0.1", cert, NULL, &end);
    cr_expect_str_eq(buf_text(&end.out), "415", "%s", buf_text(&end.err));
    program_end_clear(&end);
    started_end(&started);
    (void)unlink(cert);
    (void)unlink(key);
    (void)rmdir(folder);
    free(cert);
    free(key);
    certificate_clear(&own);
}

Test(serve_tls, survives_clients_that_speak_no_tls)
{
    struct started_receiver started;
    struct client client;
    begin_tls(&started);
    for (int i = 0; i < 3; i++) {
        client_open(&client, receiver_port(started.receiver));
        (void)client_send(&client, bytes_of(i ? "POST / HTTP/1.1\r\n\r\n" : ""));
        if (i)
            cr_expect(client_sees_end(&client, PATIENCE_MS));
        client_close(&client);
    }
    check_curl(&started, "127.0.0.1", NULL, 0, "415");
    started_end(&started);
}
