/*
 * Many signatures with one secret. The key's part of the HMAC is computed once and used again for
 * each message, which is most of the work for short ones.
 */
#ifndef SIGN_SIGNER_H
#define SIGN_SIGNER_H

#include "base/bytes.h"

struct signer; /* holds the keyed state */

/* Never NULL: an OpenSSL without HMAC-SHA256 ends the program. Any key is fine, also an empty one.
 */
struct signer *signer_new(struct bytes key);
void signer_free(struct signer *signer); /* NULL is fine */

/* Writes the 64 lower-case hex digits of `message`'s signature to `out`, without a NUL. */
void signer_sign(struct signer *signer, struct bytes message, char *out);

#endif
