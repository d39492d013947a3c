/*
 * HTTPS for the receiver: TLS 1.2 and 1.3 with forward secrecy, with the user's certificate or one
 * that is made at start.
 */
#ifndef RECEIVE_TLS_H
#define RECEIVE_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "receive/rules.h"

struct tls_options {
    const char *cert; /* PEM, the chain after it; NULL with `key` = make one */
    const char *key;  /* PEM */
    const char *host; /* what the receiver listens on; the certificate is for it too */
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
