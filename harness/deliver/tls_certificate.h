/* What the certificates of a server say, which are a stranger's words. */
#ifndef DELIVER_TLS_CERTIFICATE_H
#define DELIVER_TLS_CERTIFICATE_H

#include <openssl/x509.h>

#include "result/observation.h"

/* Fills in subject, names and dates, and whether the leaf is for `host`. `chain` may be NULL or
 * hold the leaf too. */
void tls_certificate_read(X509 *leaf, const STACK_OF(X509) * chain, const char *host,
                          struct tls_facts *facts);

/* Copies what fits of `text`; never a part of a character. */
void tls_copy_text(char *to, size_t size, const char *text);

#endif
