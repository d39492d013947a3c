/*
 * Panora's signature: lower-case hex of HMAC-SHA256 with the secret's bytes as key over
 * JSON.stringify(data), and the rule by which Panora's own verifier accepts one.
 */
#ifndef SIGN_SIGNATURE_H
#define SIGN_SIGNATURE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"
#include "sign/secret.h"

#define SIGNATURE_SIZE 65 /* 64 digits and a NUL */

/* ... and of what other schemes put into a header: an algorithm, a time, longer digests. */
#define SIGNATURE_VALUE_SIZE 160

/* Writes the signature of `message`. */
void signature_make(struct bytes key, struct bytes message, char out[SIGNATURE_SIZE]);

enum verification {
    VERIFICATION_VALID,
    VERIFICATION_MISMATCH,  /* another signature would be right */
    VERIFICATION_NO_HEADER, /* there is none */
    VERIFICATION_NOT_JSON,  /* the body cannot be parsed */
    VERIFICATION_NO_DATA    /* the body has no `data` to sign: no object, or no such member */
};

/* The official verifier's rule for any body: parse as ECMAScript does (the last of duplicate
 * members wins), write `data` by JSON.stringify, HMAC, compare with `signature` exactly (lower-case
 * hex, no blanks). `signature.data` NULL = no header. The comparison takes constant time. `err`
 * gets a sentence for everything but VALID; it never holds the right signature. */
enum verification signature_verify(struct bytes key, struct bytes body, struct bytes signature,
                                   struct error *err);

/* Appends the message that the rule above signs for `body`. VALID when there is one, else the
 * reason. */
enum verification signature_message(struct bytes body, struct buf *out, struct error *err);

#endif
