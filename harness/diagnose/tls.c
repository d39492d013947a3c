/* Why no TLS session is had, from what handshakes showed. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/investigation.h"

#define UNREACHED "no Panora event reaches the endpoint: Panora refuses the connection"

static const struct {
    const char *sign; /* in the words of libcurl or OpenSSL */
    struct diagnosis_kind kind;
} causes[] = {
    {"expired",
     {"certificate-expired", "serves an expired certificate", UNREACHED,
      "renew the certificate, and automate it; to test anyway: -k"}},
    {"not yet valid",
     {"certificate-not-yet-valid", "serves a certificate that is not valid yet", UNREACHED,
      "check the clocks of the endpoint and of the machine that issued the certificate"}},
    {"no alternative certificate subject name matches",
     {"certificate-for-other-name", "serves a certificate for another host name", UNREACHED,
      "get a certificate for this host, or register the URL with the certificate's name"}},
    {"does not match target host name",
     {"certificate-for-other-name", "serves a certificate for another host name", UNREACHED,
      "get a certificate for this host, or register the URL with the certificate's name"}},
    {"self-signed certificate in certificate chain",
     {"certificate-of-own-authority",
      "serves a certificate from an authority that Panora does not trust", UNREACHED,
      "get a certificate from a public authority; to test anyway: --cacert FILE"}},
    {"self-signed certificate",
     {"certificate-self-signed", "serves a self-signed certificate", UNREACHED,
      "get a certificate from a public authority; to test anyway: --cacert FILE or -k"}},
    {"self signed certificate",
     {"certificate-self-signed", "serves a self-signed certificate", UNREACHED,
      "get a certificate from a public authority; to test anyway: --cacert FILE or -k"}},
    {"unable to get local issuer certificate",
     {"certificate-chain-incomplete",
      "serves its certificate without the intermediate one, or from an unknown authority",
      UNREACHED,
      "serve the whole chain (fullchain.pem, not cert.pem); for an authority of your own: --cacert "
      "FILE"}},
    {"requires a client certificate", /* in our own */
     {"client-certificate-wanted", "requires a client certificate", UNREACHED,
      "accept Panora's events without a client certificate: the signature authenticates them; to "
      "test anyway: --cert FILE --key FILE"}},
    {"certificate required",
     {"client-certificate-wanted", "requires a client certificate", UNREACHED,
      "accept Panora's events without a client certificate: the signature authenticates them; to "
      "test anyway: --cert FILE --key FILE"}},
    {"handshake failure",
     {"client-certificate-wanted",
      "refuses the TLS handshake; servers that require a client certificate do that", UNREACHED,
      "accept Panora's events without a client certificate, or offer ciphers that Node supports; "
      "to test anyway: --cert FILE --key FILE"}},
    {"unsupported protocol",
     {"tls-too-old", "supports only TLS 1.0 or 1.1", UNREACHED,
      "serve TLS 1.2 and 1.3 (nginx: ssl_protocols TLSv1.2 TLSv1.3)"}},
    {"tlsv1 alert protocol version",
     {"tls-too-old", "supports only TLS 1.0 or 1.1", UNREACHED,
      "serve TLS 1.2 and 1.3 (nginx: ssl_protocols TLSv1.2 TLSv1.3)"}},
    {"wrong version number",
     {"no-tls-on-this-port", "does not speak TLS on this port", UNREACHED,
      "register the http URL, or the port that speaks TLS"}},
};

static const struct diagnosis_kind *cause_of(const char *detail)
{
    for (size_t i = 0; i < ARRAY_LEN(causes); i++)
        if (strstr(detail, causes[i].sign))
            return &causes[i].kind;
    return NULL;
}

static void explain_failed(struct investigation *inv, struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < inv->input->result->num_cases; i++)
        found_explain(diagnosis, &inv->input->result->cases[i]);
}

static bool note_exchange(struct investigation *inv, const struct exchange *exchange)
{
    const struct observation *seen = &exchange->seen;
    const struct diagnosis_kind *kind = NULL;
    bool broke = seen->outcome == OUTCOME_RESET || seen->outcome == OUTCOME_CLOSED ||
                 seen->outcome == OUTCOME_TLS_FAILED;
    if (broke)
        kind = cause_of(seen->detail);
    if (!kind)
        return false;
    char *evidence = mem_format("the handshake failed: %s", seen->detail);
    explain_failed(inv, found_add(inv, kind, HARM_LOST, CONFIDENCE_PROVED, evidence));
    free(evidence);
    return true;
}

void tls_apply(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < inv->input->num_controls; i++)
        if (note_exchange(inv, inv->input->controls[i]))
            return;
    for (size_t i = 0; i < result->num_cases; i++)
        for (size_t k = 0; k < result->cases[i].num_exchanges; k++)
            if (note_exchange(inv, &result->cases[i].exchanges[k]))
                return;
}

void tls_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < ARRAY_LEN(causes); i++)
        kinds_add(out, causes[i].kind);
}
