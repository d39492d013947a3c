/*
 * Certificates for a server that has none: a CA of its own and a leaf for this machine, with keys
 * on P-256.
 */
#ifndef SERVE_CERTIFICATE_H
#define SERVE_CERTIFICATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct certificate {
    X509 *x509;
    EVP_PKEY *key;
};

struct certificate_spec {
    const char *common_name;
    const char *alt_names; /* as in openssl.cnf: "DNS:localhost,IP:127.0.0.1"; NULL = a CA */
    int64_t wall_ms;       /* now; it is valid from an hour ago */
    int days;
};

/* Makes one, signed by `issuer`, or by itself when that is NULL. certificate_clear frees what it
 * holds. */
bool certificate_make(struct certificate *certificate, const struct certificate_spec *spec,
                      const struct certificate *issuer, struct error *err);
void certificate_clear(struct certificate *certificate);

#endif
