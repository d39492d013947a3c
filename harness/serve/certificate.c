#include "serve/certificate.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>
#include <time.h>

#define SERIAL_BITS 127 /* positive, at most 20 octets (RFC 5280 section 4.1.2.2) */
#define HOUR        3600L

struct extension {
    int nid;
    const char *value;
};

static bool add_extension(X509 *x509, X509V3_CTX *context, const struct extension *extension)
{
    X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, context, extension->nid, extension->value);
    bool added = made && X509_add_ext(x509, made, -1) == 1;
    X509_EXTENSION_free(made);
    return added;
}

static bool add_extensions(X509 *x509, const struct certificate_spec *spec, X509 *issuer)
{
    const struct extension of_ca[] = {
        {NID_basic_constraints, "critical,CA:TRUE"},
        {NID_key_usage, "critical,keyCertSign,cRLSign"},
        {NID_subject_key_identifier, "hash"},
    };
    const struct extension of_leaf[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {NID_ext_key_usage, "serverAuth"},
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, "keyid"},
        {NID_subject_alt_name, spec->alt_names},
    };
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
    const struct extension *extensions = spec->alt_names ? of_leaf : of_ca;
    size_t count =
        spec->alt_names ? sizeof of_leaf / sizeof *of_leaf : sizeof of_ca / sizeof *of_ca;
    bool added = true;
    for (size_t i = 0; i < count && added; i++)
        added = add_extension(x509, &context, &extensions[i]);
    return added;
}

static bool set_serial(X509 *x509)
{
    BIGNUM *number = BN_new();
    bool set = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
               BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));
    BN_free(number);
    return set;
}

static bool set_names(X509 *x509, const char *common_name, X509 *issuer)
{
    X509_NAME *name = X509_get_subject_name(x509);
    const unsigned char *text = (const unsigned char *)common_name;
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                                      (const unsigned char *)"hookcheck receive", -1, -1, 0) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
           X509_set_issuer_name(x509, X509_get_subject_name(issuer)) == 1;
}

static bool set_validity(X509 *x509, const struct certificate_spec *spec)
{
    time_t now = (time_t)(spec->wall_ms / 1000);
    return X509_time_adj_ex(X509_getm_notBefore(x509), 0, -HOUR, &now) &&
           X509_time_adj_ex(X509_getm_notAfter(x509), spec->days, 0, &now);
}

static bool fill_in(const struct certificate *certificate, const struct certificate_spec *spec,
                    const struct certificate *issuer)
{
    X509 *x509 = certificate->x509;
    return x509 && certificate->key && X509_set_version(x509, X509_VERSION_3) == 1 &&
           set_serial(x509) && set_names(x509, spec->common_name, issuer->x509) &&
           set_validity(x509, spec) && X509_set_pubkey(x509, certificate->key) == 1 &&
           add_extensions(x509, spec, issuer->x509) &&
           X509_sign(x509, issuer->key, EVP_sha256()) > 0;
}

bool certificate_make(struct certificate *certificate, const struct certificate_spec *spec,
                      const struct certificate *issuer, struct error *err)
{
    *certificate = (struct certificate){X509_new(), EVP_EC_gen("P-256")};
    if (fill_in(certificate, spec, issuer ? issuer : certificate))
        return true;
    certificate_clear(certificate);
    return error_set(err, "OpenSSL could not make a certificate for %s", spec->common_name);
}

void certificate_clear(struct certificate *certificate)
{
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
    *certificate = (struct certificate){NULL, NULL};
}
