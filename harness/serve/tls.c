#include "serve/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "serve/certificate.h"

#define DAYS_VALID   90
#define DAYS_EXPIRED 10 /* since then, where it is a flaw */
#define MS_PER_DAY   INT64_C(86400000)

/* What OpenSSL has to say; its queue is empty afterwards. */
static const char *openssl_words(void)
{
    unsigned long code = ERR_peek_error();
    ERR_clear_error();
    const char *words = ERR_reason_error_string(code);
    return words ? words : "unknown error";
}

/* HTTP/1.1 when the client offers it; a client that only offers others is not turned away by this.
 */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *payload)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* What is offered, by flaw; the others are as the right one. */
static const struct {
    int min_version;
    const char *ciphers;
} offers[] = {
    [TLS_RIGHT] = {TLS1_2_VERSION, "ECDHE+AESGCM:ECDHE+CHACHA20"},
    [TLS_OLD_PROTOCOL] = {TLS1_VERSION, "ECDHE+AESGCM:ECDHE+AES:@SECLEVEL=0"},
    [TLS_ONLY_1_3] = {TLS1_3_VERSION, "ECDHE+AESGCM:ECDHE+CHACHA20"},
    [TLS_WEAK_CIPHERS] = {TLS1_2_VERSION, "ECDHE+AESGCM:aNULL:eNULL:@SECLEVEL=0"},
};

static SSL_CTX *new_context(enum tls_flaw flaw, struct error *err)
{
    size_t row = (size_t)flaw < sizeof offers / sizeof *offers && offers[flaw].ciphers
                     ? (size_t)flaw
                     : (size_t)TLS_RIGHT;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    bool ready = context && SSL_CTX_set_min_proto_version(context, offers[row].min_version) == 1 &&
                 SSL_CTX_set_cipher_list(context, offers[row].ciphers) == 1;
    if (!ready) {
        (void)error_set(err, "OpenSSL: %s", openssl_words());
        SSL_CTX_free(context);
        return NULL;
    }
    if (flaw == TLS_ONLY_1_2)
        (void)SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    (void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    (void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return context;
}

static bool use_files(SSL_CTX *context, const struct tls_options *options, struct error *err)
{
    if (SSL_CTX_use_certificate_chain_file(context, options->cert) != 1)
        return error_set(err, "--cert %s: %s", options->cert, openssl_words());
    if (SSL_CTX_use_PrivateKey_file(context, options->key, SSL_FILETYPE_PEM) != 1)
        return error_set(err, "--key %s: %s", options->key, openssl_words());
    return true;
}

static bool write_ca(struct tls *tls, X509 *ca, struct error *err)
{
    tls->folder = file_new_folder("hookcheck", err);
    if (!tls->folder)
        return false;
    tls->ca_path = mem_format("%s/ca.pem", tls->folder);
    BIO *memory = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len = memory && PEM_write_bio_X509(memory, ca) == 1 ? BIO_get_mem_data(memory, &text) : 0;
    bool written =
        len > 0 && file_write(tls->ca_path, (struct bytes){text, (size_t)len}, 0644, err);
    BIO_free(memory);
    return written ? true : error_set(err, "OpenSSL could not write a certificate");
}

/* The names in openssl.cnf's notation; the caller frees them. */
static char *alt_names(const char *host)
{
    static const char always[] = "DNS:localhost,IP:127.0.0.1,IP:::1";
    unsigned char address[16];
    if (!host || strspn(host, "0123456789abcdefABCDEF.:") != strlen(host))
        return mem_text(always);
    bool is_address =
        inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
    return is_address ? mem_format("%s,IP:%s", always, host) : mem_text(always);
}

static bool add_to_chain(SSL_CTX *context, X509 *x509)
{
    (void)X509_up_ref(x509); /* the context takes one over */
    if (SSL_CTX_add_extra_chain_cert(context, x509) == 1)
        return true;
    X509_free(x509);
    return false;
}

/* Signs the leaf, also by an intermediate, which clients see or, with a flaw, do not. */
static bool make_leaf(SSL_CTX *context, struct certificate *leaf,
                      const struct certificate_spec *spec, const struct certificate *ca,
                      enum tls_flaw flaw, struct error *err)
{
    struct certificate_spec between = *spec;
    struct certificate intermediate = {NULL, NULL};
    if (flaw != TLS_INCOMPLETE && flaw != TLS_INTERMEDIATE)
        return certificate_make(leaf, spec, ca, err);
    between.common_name = "hookcheck intermediate CA";
    between.alt_names = NULL;
    bool made = certificate_make(&intermediate, &between, ca, err) &&
                certificate_make(leaf, spec, &intermediate, err);
    if (made && flaw == TLS_INTERMEDIATE && !add_to_chain(context, intermediate.x509))
        made = error_set(err, "OpenSSL: %s", openssl_words());
    certificate_clear(&intermediate);
    return made;
}

static bool make_certificates(struct tls *tls, const struct tls_options *options, struct error *err)
{
    char *ca_name = mem_format("hookcheck %s CA", options->name);
    struct certificate_spec spec = {ca_name, NULL, options->wall_ms, DAYS_VALID};
    struct certificate ca = {NULL, NULL};
    struct certificate leaf = {NULL, NULL};
    bool made = certificate_make(&ca, &spec, NULL, err);
    char *names = alt_names(options->host);
    spec.common_name = "localhost";
    spec.alt_names = options->flaw == TLS_OTHER_HOST ? "DNS:elsewhere.example" : names;
    if (options->flaw == TLS_EXPIRED)
        spec.wall_ms -= (DAYS_VALID + DAYS_EXPIRED) * MS_PER_DAY;
    made = made && make_leaf(tls->context, &leaf, &spec, &ca, options->flaw, err);
    if (made && (SSL_CTX_use_certificate(tls->context, leaf.x509) != 1 ||
                 SSL_CTX_use_PrivateKey(tls->context, leaf.key) != 1))
        made = error_set(err, "OpenSSL: %s", openssl_words());
    made = made && write_ca(tls, ca.x509, err);
    certificate_clear(&ca);
    certificate_clear(&leaf);
    free(names);
    free(ca_name);
    return made;
}

bool tls_open(struct tls *tls, const struct tls_options *options, struct error *err)
{
    *tls = (struct tls){.context = new_context(options->flaw, err)};
    if (!tls->context)
        return false;
    bool ready = options->cert ? use_files(tls->context, options, err)
                               : make_certificates(tls, options, err);
    if (!ready)
        tls_clear(tls);
    return ready;
}

void tls_clear(struct tls *tls)
{
    SSL_CTX_free(tls->context);
    if (tls->ca_path && !tls->lent)
        (void)unlink(tls->ca_path);
    if (tls->folder && !tls->lent)
        (void)rmdir(tls->folder);
    free(tls->ca_path);
    free(tls->folder);
    *tls = (struct tls){0};
}
