/*
 * Digests and HMACs (RFC 2104) by OpenSSL, by name.
 */
#ifndef SIGN_DIGEST_H
#define SIGN_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"

#define DIGEST_MAX 64 /* bytes of the longest digest */

struct digest {
    unsigned char bytes[DIGEST_MAX];
    size_t len;
};

/* HMAC with hash `algorithm` ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256",
 * "sha3-256"). Any key is fine, also an empty one. False when OpenSSL has no such hash. */
bool digest_hmac(const char *algorithm, struct bytes key, struct bytes message, struct digest *out);

/* The plain hash of `message`. */
bool digest_hash(const char *algorithm, struct bytes message, struct digest *out);

/* Borrowed view. */
struct bytes digest_bytes(const struct digest *digest);

/* Whether two runs of bytes are equal, in a time that depends on their lengths only. */
bool digest_equal(struct bytes a, struct bytes b);

#endif
