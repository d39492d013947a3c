/*
 * HTTPS for a server: TLS 1.2 and 1.3 with forward secrecy, with the user's certificate or one
 * that is made at start.
 */
#ifndef SERVE_TLS_H
#define SERVE_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* What is wrong with the TLS session, on purpose. */
enum tls_flaw {
    TLS_RIGHT,
    TLS_INCOMPLETE,   /* the intermediate certificate is not sent */
    TLS_EXPIRED,      /* the certificate was valid once */
    TLS_OTHER_HOST,   /* the certificate is for another host */
    TLS_OLD_PROTOCOL, /* TLS 1.0 and 1.1 are spoken, too */
    TLS_INTERMEDIATE, /* no flaw: signed by an intermediate, whose certificate is sent */
    TLS_ONLY_1_2,     /* no flaw: TLS 1.3 is not spoken */
    TLS_ONLY_1_3,     /* no flaw: TLS 1.2 is not spoken */
    TLS_WEAK_CIPHERS  /* ciphers without encryption and without certificate are taken, too */
};

struct tls_options {
    const char *name; /* of the program, in the subject of the CA that is made: "receive" */
    const char *cert; /* PEM, the chain after it; NULL with `key` = make one */
    const char *key;  /* PEM */
    const char *host; /* what the server listens on; the certificate is for it too */
    int64_t wall_ms;
    enum tls_flaw flaw; /* TLS_RIGHT with `cert` */
};

struct tls {
    SSL_CTX *context;
    char *ca_path; /* where the made CA certificate lies; NULL with the user's own */
    char *folder;  /* which holds it and nothing else */
    bool lent;     /* another process removes them */
};

/* tls_clear frees what it holds and removes the CA's file. */
bool tls_open(struct tls *tls, const struct tls_options *options, struct error *err);
void tls_clear(struct tls *tls);

#endif
