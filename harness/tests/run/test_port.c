#include "run/port.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(run_port, .timeout = 120);

static struct observation opening(const char *bytes, size_t len)
{
    struct observation seen;
    observation_init(&seen);
    seen.outcome = OUTCOME_MALFORMED;
    seen.opening_len = len;
    memcpy(seen.opening, bytes, len);
    return seen;
}

static struct observation shaken(const char *alpn)
{
    struct observation seen;
    observation_init(&seen);
    seen.outcome = OUTCOME_LEFT;
    seen.tls.established = true;
    strcpy(seen.tls.protocol, "TLSv1.3");
    strcpy(seen.tls.alpn, alpn);
    return seen;
}

static struct observation answered(int status)
{
    struct observation seen;
    observation_init(&seen);
    seen.outcome = OUTCOME_ANSWERED;
    seen.status = status;
    return seen;
}

/* Names it and compares what it got; "" = nothing is named. */
static void expect_got(const struct port_signs *signs, const char *wanted)
{
    struct wrong_port port = {0};
    bool named = port_name(signs, "localhost:1", &port);
    cr_expect_eq(named, *wanted != '\0', "%s", wanted);
    cr_expect_str_eq(named ? port.got : "", wanted);
    cr_expect(!named || strstr(port.tried, "localhost:1"), "%s", port.tried);
    cr_expect(!named || port.remedy[0]);
    free(port.tried);
    free(port.got);
    free(port.remedy);
}

#define OPENING(text) opening(text, sizeof(text) - 1)

Test(run_port, names_what_listens_behind_http)
{
    const struct {
        struct port_signs signs;
        const char *got;
    } rows[] = {
        {{.hello = shaken("")}, "a TLS server (TLSv1.3)"},
        {{.plain = OPENING("SSH-2.0-OpenSSH_9.2\r\n")}, "an SSH server: \"SSH-2.0-OpenSSH_9.2\""},
        {{.plain = OPENING("220 mail ESMTP\r\n")}, "a mail or FTP server: \"220 mail ESMTP\""},
        {{.plain = OPENING("\0\0\x06\x04\0\0\0\0\0\0\0")}, "an HTTP/2 server without HTTP/1.1"},
        {{.proxied = answered(400)}, ""},
        {{.proxied = answered(401)}, "no response, except after a PROXY protocol line"},
        {{.plain = answered(404)}, ""},
        {{.plain = OPENING("HTTP/1.1 200\r\n")}, ""},
        {{.plain = OPENING("what is this\r\n")}, ""},
        {{0}, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_got(&rows[i].signs, rows[i].got);
}

Test(run_port, names_what_listens_behind_https)
{
    const struct {
        struct port_signs signs;
        const char *got;
    } rows[] = {
        {{.is_tls = true, .plain = answered(404)}, "HTTP without TLS"},
        {{.is_tls = true, .hello = shaken(""), .h2 = shaken("h2"), .http11 = shaken("")},
         "HTTP/2 only (ALPN offers no http/1.1)"},
        {{.is_tls = true, .hello = shaken(""), .h2 = shaken("h2"), .http11 = shaken("http/1.1")},
         ""},
        {{.is_tls = true, .plain = OPENING("SSH-2.0-x\r\n")}, "an SSH server: \"SSH-2.0-x\""},
        {{.is_tls = true, .hello = shaken("")}, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_got(&rows[i].signs, rows[i].got);
}

Test(run_port, a_usual_answer_leaves_no_doubt)
{
    struct observation seen = answered(400);
    cr_expect_not(port_is_doubtful(&seen, false));
    buf_add_text(&seen.body, "Client sent an HTTP request to an HTTPS server.");
    cr_expect(port_is_doubtful(&seen, false));
    seen.status = 200;
    cr_expect_not(port_is_doubtful(&seen, false));
    observation_clear(&seen);
}

Test(run_port, a_bad_certificate_is_no_other_protocol)
{
    struct observation seen;
    observation_init(&seen);
    seen.outcome = OUTCOME_TLS_FAILED;
    strcpy(seen.detail, "certificate verify failed: self signed certificate");
    cr_expect_not(port_is_doubtful(&seen, true));
    strcpy(seen.detail, "TLS handshake failed: wrong version number");
    cr_expect(port_is_doubtful(&seen, true));
}
